import {
  boundTokens,
  estimateTokens,
  isPriced,
  measuredOf,
  priceBound,
  pricedModalities,
  reachableGroups,
  unitBound,
  type Ask,
  type Deployment,
  type Modality,
  type Most,
  type Prices,
} from '@switchyard/core'
import { fail, objectOf, type NanoUsd } from '@switchyard/wire'
import type { Snapshot } from '../snapshot.ts'

/** Output that is reserved when neither the client nor the catalog names a limit. */
const defaultMaxOutput = 4096

/** What a call may at most cost: over every deployment that may come to serve it. */
export interface CallBound {
  readonly nano: NanoUsd
  /** For token rates: what the call will probably use. */
  readonly tokens: number
}

export interface BoundOf {
  readonly ask: Ask
  readonly deployments: readonly Deployment[]
  /** Output tokens of one answer; undefined: as many as the model writes. */
  readonly maxTokens: number | undefined
}

/** The deployments of the model and of all that the call may fall back to; `wanted`: the client's own fallbacks. */
export function deploymentsOf({ model }: Ask, snapshot: Snapshot, wanted: readonly string[] = []): readonly Deployment[] {
  if (wanted.length > 0 || model.length > longestName) return findDeployments(model, snapshot, wanted)
  let known = reachable.get(snapshot)
  if (known === undefined) reachable.set(snapshot, (known = new Map()))
  let deployments = known.get(model)
  if (deployments === undefined) {
    // Behind a wildcard the names are the clients'.
    if (known.size >= mostNames) known.clear()
    known.set(model, (deployments = findDeployments(model, snapshot, wanted)))
  }
  return deployments
}

/** A snapshot does not change, so what a model may come to is found once. */
const reachable = new WeakMap<Snapshot, Map<string, readonly Deployment[]>>()
const mostNames = 1000
const longestName = 256

function findDeployments(model: string, snapshot: Snapshot, wanted: readonly string[]): readonly Deployment[] {
  const names = reachableGroups(model, snapshot.engine.settings, wanted)
  return names.flatMap((name) => snapshot.models.find(name)?.deployments ?? [])
}

/** The output limit that the client named, in whatever field its dialect has for it. */
export function namedMaxTokens({ body, shape }: Ask): number | undefined {
  const config = shape === 'gemini' ? objectOf(body.field('generationConfig') ?? body.field('generation_config')) : undefined
  const nested = config?.['maxOutputTokens'] ?? config?.['max_output_tokens']
  const values = [nested, body.field('max_completion_tokens'), body.field('max_tokens'), body.field('max_output_tokens')]
  const named = values.find((value): value is number => typeof value === 'number' && value > 0)
  return named === undefined ? undefined : Math.min(Math.ceil(named), mostTokens)
}

/** What is above these no provider accepts; a bound of them is still a safe integer of nano-USD. */
const mostTokens = 10_000_000
const mostAnswers = 1000

export function callBound(of: BoundOf): CallBound {
  const { ask, deployments, maxTokens } = of
  const named = maxTokens ?? Math.min(defaultMaxOutput, ...deployments.map((one) => one.facts?.maxOutput ?? defaultMaxOutput))
  const tokens = estimateTokens(ask.body.bytes.length) + (hasOutput(ask) ? named : 0)
  const measured = measuredOf(ask.operation)
  const most = measured?.most({ field: (name) => ask.body.field(name), files: ask.body.files ?? [] })
  const boundOf = (one: Deployment): NanoUsd => (most === undefined ? boundOn(one, of) : mostOn(one, most))
  return { nano: Math.max(0, ...deployments.map(boundOf)), tokens }
}

/** Of an operation besides chat: units and tokens together, for some models are billed by both. */
const mostOn = ({ facts }: Deployment, most: Most): NanoUsd => (facts === undefined ? 0 : mostOf(facts.prices, most))

const mostOf = (prices: Prices, { units = {}, inputTokens = 0, outputTokens = 0 }: Most): NanoUsd =>
  unitBound(prices, units) + priceBound(prices, { inputTokens, maxOutputTokens: outputTokens })

const hasOutput = ({ operation }: Ask): boolean =>
  operation === 'chat' || operation === 'completion' || operation === 'compaction'

function boundOn({ facts }: Deployment, { ask, maxTokens }: BoundOf): NanoUsd {
  if (facts === undefined || ask.operation === 'count_tokens') return 0
  const bytes = boundTokens(ask.body.bytes.length)
  // A prompt beyond the context window is refused by the provider: media would else be bounded by its base64.
  const inputTokens = Math.min(bytes, facts.maxInput ?? bytes)
  const output = hasOutput(ask) ? (maxTokens ?? facts.maxOutput ?? defaultMaxOutput) : 0
  const serviceTier = ask.body.field('service_tier')
  return priceBound(facts.prices, {
    inputTokens,
    maxOutputTokens: output * answersIn(ask),
    ...(typeof serviceTier === 'string' ? { serviceTier } : {}),
    modalities: modalitiesIn(ask, facts.prices),
  })
}

const answersIn = ({ body }: Ask): number => {
  const n = body.field('n')
  const bestOf = body.field('best_of')
  const asked = Math.max(1, typeof n === 'number' ? n : 1, typeof bestOf === 'number' ? bestOf : 1)
  return Math.min(Math.ceil(asked), mostAnswers)
}

/** Dear modalities count only where the request speaks of them. */
const modalitiesIn = ({ body }: Ask, prices: Prices): readonly Modality[] =>
  pricedModalities(prices).filter((modality) => body.mayContain(modality))

/** Refuses a model without a price where the policy says so; true: its spend is written as unpriced. */
export function checkPriced(
  deployments: readonly Deployment[],
  policy: 'allow' | 'refuse' | 'refuse_with_budget',
  hasBudget: boolean,
): void {
  if (policy === 'allow' || (policy === 'refuse_with_budget' && !hasBudget)) return
  const unpriced = deployments.find((deployment) => !isPricedDeployment(deployment))
  if (unpriced === undefined) return
  throw fail(
    'forbidden',
    `"${unpriced.modelName}" has no known price${hasBudget ? ' and this key has a budget' : ''}. Set input_cost_per_token and output_cost_per_token in its model_info, or switchyard_settings.unpriced: allow.`,
    { type: 'model_cost_map_missing', param: 'model', code: '403' },
  )
}

export const isPricedDeployment = ({ facts }: Deployment): boolean => facts !== undefined && isPriced(facts.prices)
