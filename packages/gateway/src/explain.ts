import {
  Health,
  loadCatalog,
  prepare,
  RequestBody,
  type Ask,
  type Deployment,
  type Operation,
  type Shape,
} from '@switchyard/core'
import { formatLosses, formatUsd, isGatewayError } from '@switchyard/wire'
import { readConfiguration } from './worker.ts'
import { openIdentity } from './identity/index.ts'
import { masterPrincipal, principalOf } from './money/index.ts'
import { aliased, mayUseModel } from './pipeline/access.ts'
import { callBound, deploymentsOf, isPricedDeployment, namedMaxTokens } from './pipeline/bound.ts'
import type { Principal } from './pipeline/identify.ts'
import { keyStages } from './pipeline/key-stages.ts'
import { makeAsk } from './pipeline/read-ask.ts'
import { loadRuntime } from './runtime.ts'
import { buildSnapshot, type Snapshot } from './snapshot.ts'
import type { Store } from './store/index.ts'

export interface Question {
  readonly store: Store
  readonly model: string
  readonly route: string
  readonly configFile: string | undefined
  readonly key: string | undefined
  readonly body: Uint8Array | undefined
}

/** Runs a request dry, by the same functions that serve it: everything up to the reservation is pure. */
export async function explain(question: Question): Promise<readonly string[]> {
  const { config } = await readConfiguration({ file: question.configFile, model: undefined })
  const { transport } = await loadRuntime()
  const snapshot = buildSnapshot(config, {
    catalog: await loadCatalog(),
    health: new Health(),
    transport,
    workers: 1,
    revision: 1,
  })
  const principal = await principalFor(question, config.switchyard.keyPepper?.reveal())
  if (principal === undefined) return ['caller      unknown: the key is not in the database → 401']
  const model = aliased(principal, question.model)
  const lines = [
    `caller      ${describe(principal)}`,
    `model       ${question.model}${model === question.model ? '' : ` → ${model} (alias of the key)`}`,
  ]
  const group = snapshot.models.find(model)
  if (group === undefined) return [...lines, 'deployment  none: there is no such model → 400']
  if (!mayUseModel(principal, model, snapshot)) return [...lines, 'access      refused: the model is not in the key’s list → 403']
  lines.push('access      allowed', ...limitsOf(principal), stagesOf(principal))
  const ask = askFor(question, model, snapshot)
  for (const deployment of group.deployments) lines.push(...planOf(ask, deployment))
  return [...lines, ...boundOf(ask, snapshot), ...fallbackLine(model, snapshot)]
}

async function principalFor({ store, key }: Question, pepper: string | undefined): Promise<Principal | undefined> {
  if (key === undefined) return { kind: 'master' }
  const identity = await openIdentity({ store, pepper })
  try {
    if (identity.isMasterHash(identity.directory.hash(key))) return { kind: 'master' }
    const record = await identity.keys.infoOf(key)
    return record === undefined ? undefined : { kind: 'key', record }
  } finally {
    identity.close()
  }
}

const describe = (principal: Principal): string =>
  principal.kind === 'key' ? `${principal.record.alias ?? 'key'} (${principal.record.name})` : 'the master key'

function limitsOf(principal: Principal): readonly string[] {
  if (principal.kind !== 'key') return ['limits      none']
  const { maxBudgetNano, spendNano, budgetDuration, rpmLimit, tpmLimit, maxParallelRequests } = principal.record
  const limits = [
    maxBudgetNano === null
      ? undefined
      : `budget $${formatUsd(spendNano)} of $${formatUsd(maxBudgetNano)}${budgetDuration === null ? '' : ` each ${budgetDuration}`}`,
    rpmLimit === null ? undefined : `${rpmLimit} requests/min`,
    tpmLimit === null ? undefined : `${tpmLimit} tokens/min`,
    maxParallelRequests === null ? undefined : `${maxParallelRequests} at once`,
  ].filter((limit) => limit !== undefined)
  return [`limits      ${limits.length === 0 ? 'none' : limits.join(', ')}`]
}

/** What the key's settings add to every call of it. */
function stagesOf(principal: Principal): string {
  const payer = principal.kind === 'key' ? principalOf(principal.record) : masterPrincipal
  const names = [...keyStages(principal), ...payer.stages].map(({ name }) => name)
  return `stages      ${names.length === 0 ? 'none' : names.join(', ')}`
}

const shapes: readonly (readonly [suffix: string, operation: Operation, shape: Shape])[] = [
  ['/chat/completions', 'chat', 'openai-chat'],
  ['/completions', 'completion', 'openai-completions'],
  ['/embeddings', 'embedding', 'openai-embeddings'],
  ['/images/generations', 'image_generation', 'openai-images'],
  ['/audio/speech', 'speech', 'openai-speech'],
  ['/moderations', 'moderation', 'openai-moderations'],
  ['/rerank', 'rerank', 'rerank'],
  ['/ocr', 'ocr', 'ocr'],
  ['/search', 'search', 'search'],
  ['/videos', 'video', 'openai-videos'],
  ['/messages', 'chat', 'anthropic-messages'],
  ['/responses', 'chat', 'openai-responses'],
  ['generateContent', 'chat', 'gemini'],
]

const samples: Readonly<Partial<Record<Shape, object>>> = {
  'openai-responses': { input: 'hello' },
  'openai-completions': { prompt: 'hello' },
  'openai-embeddings': { input: 'hello' },
  'openai-images': { prompt: 'hello' },
  'openai-speech': { input: 'hello', voice: 'alloy' },
  'openai-moderations': { input: 'hello' },
  rerank: { query: 'hello', documents: ['hello'] },
  ocr: { document: { type: 'image_url', image_url: 'https://example.com/a.png' } },
  search: { query: 'hello' },
  'openai-videos': { prompt: 'hello' },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] },
  'anthropic-messages': { max_tokens: 1024, messages: [{ role: 'user', content: 'hello' }] },
}

function askFor({ route, body }: Question, model: string, snapshot: Snapshot): Ask {
  const [, operation, shape] = shapes.find(([suffix]) => route.endsWith(suffix)) ?? (['', 'chat', 'openai-chat'] as const)
  const sample = samples[shape] ?? { messages: [{ role: 'user', content: 'hello' }] }
  const made = body === undefined ? RequestBody.ofJson({ model, ...sample }) : RequestBody.ofBytes(body)
  return makeAsk(
    made,
    { operation, shape, path: { model } },
    { dropParams: snapshot.config.calls.dropParams, strict: snapshot.config.switchyard.strictTranslation },
  )
}

function planOf(ask: Ask, deployment: Deployment): readonly string[] {
  const title = `deployment  ${deployment.id.slice(0, 12)}  ${deployment.provider.id}/${deployment.model} at ${deployment.baseUrl}`
  try {
    const { mode, endpoint, losses, bytes } = prepare(ask, deployment, undefined)
    const loss = losses.length === 0 ? 'nothing lost' : `lost: ${formatLosses(losses)}`
    const key =
      deployment.key === undefined && !deployment.provider.keyless && deployment.provider.auth.kind !== 'none'
        ? '; no key is set'
        : ''
    return [title, `  way       ${mode}: ${ask.shape} → ${endpoint.shape}, ${bytes.length} bytes, ${loss}${key}`]
  } catch (error) {
    if (isGatewayError(error)) return [title, `  way       refused: ${error.message} → ${error.status}`]
    throw error
  }
}

function boundOf(ask: Ask, snapshot: Snapshot): readonly string[] {
  const deployments = deploymentsOf(ask, snapshot)
  const bound = callBound({ ask, deployments, maxTokens: namedMaxTokens(ask) })
  const priced = deployments.every(isPricedDeployment)
  return [
    `bound       at most $${formatUsd(bound.nano)}${priced ? '' : ' (a deployment has no price: its spend is written as unpriced)'}`,
  ]
}

function fallbackLine(model: string, { engine }: Snapshot): readonly string[] {
  const names = engine.settings.fallbacks.get(model) ?? engine.settings.defaultFallbacks
  return names.length === 0 ? [] : [`fallbacks   ${names.join(' → ')}`]
}
