import type { Target } from '@switchyard/core'
import { awsParam, isRegion, regionOf } from '../../aws/params.ts'

/** A model's name in its parts: `us-west-2/converse/us.anthropic.claude-…`, `llama/arn:aws:bedrock:…` (native-wire facts §3.1). */
export interface BedrockModel {
  /** What stands in the URL. */
  readonly id: string
  /** The API that the name asks for. */
  readonly route?: 'converse' | 'invoke'
  readonly region?: string
  /** The vendor that the name's author gives for a model whose ARN says nothing. */
  readonly hint?: string
  /** `anthropic`, `amazon`, `meta` …; empty where an ARN hides it. */
  readonly vendor: string
  /** The rest of the id, without geography and vendor. */
  readonly name: string
}

const geography = /^(?:us-gov|us|eu|apac|ap|au|jp|ca|amer|global)\.(?=[a-z0-9-]+\.)/

const known = new Map<string, BedrockModel>()
/** Wildcard deployments are asked for names of the clients. */
const maxKnown = 1000

export function modelOf(text: string): BedrockModel {
  const old = known.get(text)
  if (old !== undefined) return old
  const model = parse(text)
  if (known.size >= maxKnown) known.clear()
  known.set(text, model)
  return model
}

function parse(text: string): BedrockModel {
  let id = text
  const found: { route?: 'converse' | 'invoke'; region?: string; hint?: string } = {}
  for (let at = id.indexOf('/'); at > 0 && !id.startsWith('arn:'); at = id.indexOf('/')) {
    const part = id.slice(0, at)
    if (part === 'converse' || part === 'converse_like') found.route = 'converse'
    else if (part === 'invoke') found.route = 'invoke'
    else if (isRegion(part)) found.region = part
    else if (id.startsWith('arn:', at + 1)) found.hint = part
    else break
    id = id.slice(at + 1)
  }
  const arn = arnOf(id)
  const [vendor, name] = vendorAndName(arn?.resource ?? id)
  return { id, ...(arn === undefined ? {} : { region: arn.region }), ...found, vendor, name }
}

/** `arn:aws:bedrock:<region>:<account>:<kind>/<resource>`. */
function arnOf(id: string): { region: string; resource: string } | undefined {
  const match = /^arn:aws[a-z-]*:(?:bedrock|bedrock-agentcore|sagemaker):([a-z0-9-]+):\d*:[a-z-]+\/(.+)$/.exec(id)
  const [, region = '', resource = ''] = match ?? []
  return match === null || !isRegion(region) ? undefined : { region, resource }
}

function vendorAndName(id: string): readonly [vendor: string, name: string] {
  const plain = id.replace(geography, '')
  const dot = plain.indexOf('.')
  return dot > 0 && /^[a-z0-9]+$/.test(plain.slice(0, dot)) ? [plain.slice(0, dot), plain.slice(dot + 1)] : ['', plain]
}

/** The id in the URL: `model_id` (an inference profile, say) goes before the model's own name. */
export const urlIdOf = (target: Target): string => awsParam(target, 'model_id') ?? modelOf(target.model).id

/** A region in the model's name or ARN goes before the deployment's. */
export function bedrockRegion(target: Target): string {
  const given = awsParam(target, 'model_id')
  return (given === undefined ? undefined : modelOf(given).region) ?? modelOf(target.model).region ?? regionOf(target)
}
