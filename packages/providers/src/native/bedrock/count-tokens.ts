import { uncountedCode, type Codec, type Endpoint, type Shape, type Target } from '@switchyard/core'
import { arrayOf, betasFor, fail, isString, numberOf, objectOf, type GatewayError, type JsonObject } from '@switchyard/wire'
import { base64Of } from '../../base64.ts'
import { readError } from '../../aws/errors.ts'
import { bedrockFlags } from './betas.ts'
import { modelOf } from './model.ts'
import { anthropicVersion } from './tune.ts'

/** CountTokens takes the body that InvokeModel would get (API reference, "CountTokens", 2026-11-22). */
export const countEndpoint: Endpoint = { shape: 'native', path: '/count-tokens', modelInPath: true }

/**
 * Claude's messages are what is counted, of the models that are named: by their profile's ARN nobody knows whose tokens they are.
 */
export function countsOf(client: Shape, id: string): Endpoint | undefined {
  const { vendor, hint, id: name } = modelOf(id)
  const isCounted = client === 'anthropic-messages' && vendor === 'anthropic' && hint === undefined && !name.startsWith('arn:')
  return isCounted ? countEndpoint : undefined
}

/** Foundation models are counted, the profiles of a geography are refused. */
export function countedId({ model }: Target): string {
  const { vendor, name } = modelOf(model)
  return `${vendor}.${name}`
}

export const countTokens: Codec = {
  write: (body) => ({
    json: { input: { invokeModel: { body: base64Of(new TextEncoder().encode(JSON.stringify(invokeBody(body)))) } } },
  }),
  read: (reply) => {
    const tokens = numberOf(objectOf(reply)?.['inputTokens'])
    if (tokens === undefined) throw fail('bad_reply', 'Bedrock counted no tokens; try again.')
    return { input_tokens: tokens }
  },
}

/** InvokeModel insists on a limit, which has to be above the thoughts'. */
function invokeBody({ model: _, stream: _stream, anthropic_beta: flags, ...body }: JsonObject): JsonObject {
  const betas = [...arrayOf(flags).filter(isString), ...betasFor(body)].flatMap(bedrockFlags)
  return {
    anthropic_version: anthropicVersion,
    max_tokens: (numberOf(objectOf(body['thinking'])?.['budget_tokens']) ?? 0) + 1,
    ...body,
    ...(betas.length === 0 ? {} : { anthropic_beta: [...new Set(betas)] }),
  }
}

/** Some models are not counted here (Bedrock user guide, "Count tokens": those of cross-region inference alone). */
export function readBedrockError(status: number, body: unknown): GatewayError {
  const error = readError(status, body)
  if (!/support(?:ed)?(?: for)? counting tokens/i.test(error.message)) return error
  const { kind, message, ...facts } = error.facts
  return fail(kind, message, { ...facts, code: uncountedCode })
}
