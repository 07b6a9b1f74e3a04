import {
  measuredOf,
  type Endpoint,
  type MeasuredOperation,
  type Operation,
  type PassedCall,
  type Provider,
  type Shape,
} from '@switchyard/core'
import { ends } from './ends.ts'
import type { Subpath } from './subpath.ts'

/** A call whose body and reply are known, so that it is metered as on the gateway's own routes. */
export interface KnownCall {
  readonly operation: Operation
  readonly endpoint: Endpoint
  /** The model, where the path names it. */
  readonly model: string | undefined
  /** Where the path says it. */
  readonly stream: boolean | undefined
  /** In a shape of the provider's own, besides chats. */
  readonly passed?: PassedCall
}

interface Form {
  readonly path: RegExp
  readonly operation: Operation
  readonly shape: Shape
  readonly stream?: boolean
}

/** The paths of the dialects, wherever a provider has put them. */
const forms: readonly Form[] = [
  { path: /\/chat\/completions$/, operation: 'chat', shape: 'openai-chat' },
  { path: /\/completions$/, operation: 'completion', shape: 'openai-completions' },
  { path: /\/embeddings$/, operation: 'embedding', shape: 'openai-embeddings' },
  { path: /\/responses$/, operation: 'chat', shape: 'openai-responses' },
  { path: /\/messages\/count_tokens$/, operation: 'count_tokens', shape: 'anthropic-messages' },
  { path: /^(?!.*\/threads\/).*\/messages$/, operation: 'chat', shape: 'anthropic-messages' },
  { path: /\/[^/]+:generatecontent$/, operation: 'chat', shape: 'gemini', stream: false },
  { path: /\/[^/]+:streamgeneratecontent$/, operation: 'chat', shape: 'gemini', stream: true },
  { path: /\/[^/]+:counttokens$/, operation: 'count_tokens', shape: 'gemini' },
]

/** Those of OpenAI's other operations, for providers that serve them in OpenAI's shape. */
const measuredPaths: readonly (readonly [path: RegExp, operation: MeasuredOperation])[] = [
  [/\/images\/generations$/, 'image_generation'],
  [/\/images\/edits$/, 'image_edit'],
  [/\/images\/variations$/, 'image_variation'],
  [/\/audio\/transcriptions$/, 'transcription'],
  [/\/audio\/translations$/, 'translation'],
  [/\/audio\/speech$/, 'speech'],
  [/\/moderations$/, 'moderation'],
  [/\/ocr$/, 'ocr'],
]

/** Undefined: what the request costs is not known. */
export function knownCall(provider: Provider, method: string, { plain, decoded }: Subpath): KnownCall | undefined {
  if (method !== 'POST') return undefined
  const model = modelIn(decoded)
  const passed = provider.passThrough?.calls?.find((call) => ends(plain, call.path) && (call.models?.test(model ?? '') ?? true))
  if (passed !== undefined) return passedCall(passed, model)
  const counted = countingCall(provider, plain, model)
  if (counted !== undefined) return counted
  const own = ownEndpoint(provider, plain, model)
  if (own !== undefined) return { operation: 'chat', model, ...own }
  const form = forms.find(({ path }) => path.test(plain))
  if (form === undefined) return measuredCall(provider, plain, model)
  const { operation, shape, stream } = form
  return { operation, endpoint: { shape, path: '' }, model, stream }
}

const passedCall = (passed: PassedCall, model: string | undefined): KnownCall => ({
  operation: passed.operation,
  endpoint: { shape: passed.operation === 'embedding' ? 'openai-embeddings' : measuredOf(passed.operation).shape, path: '' },
  model,
  stream: false,
  passed,
})

function measuredCall(provider: Provider, plain: string, model: string | undefined): KnownCall | undefined {
  const operation = measuredPaths.find(([path]) => path.test(plain))?.[1]
  if (operation === undefined) return undefined
  const { shape } = measuredOf(operation)
  const isServed = provider.endpoints[operation]?.some((one) => one.shape === shape) ?? false
  return isServed ? { operation, endpoint: { shape, path: '' }, model, stream: undefined } : undefined
}

const named = [/\/deployments\/([^/]+)\//, /\/models?\/(.+?)\/[^/]+$/, /\/(?:models|endpoints)\/([^/]+):\w+$/] as const

const modelIn = (path: string): string | undefined =>
  named.map((pattern) => pattern.exec(path)?.[1]).find((model) => model !== undefined)

/** Paths that count tokens look like a chat's for some providers, with a word of their own where those name the model. */
function countingCall(provider: Provider, plain: string, inPath: string | undefined): KnownCall | undefined {
  const endpoint = provider.endpoints.count_tokens?.find(({ path }) => ends(plain, path))
  if (endpoint === undefined) return undefined
  const model = endpoint.path.includes(`/${inPath}:`) ? undefined : inPath
  return { operation: 'count_tokens', endpoint, model, stream: false }
}

/** Chats at paths of the provider's own: in its protocol, or a dialect's behind another name. */
function ownEndpoint(
  provider: Provider,
  plain: string,
  model: string | undefined,
): Pick<KnownCall, 'endpoint' | 'stream'> | undefined {
  const streamPaths = provider.passThrough?.streamPaths ?? {}
  const all = (provider.endpoints.chat ?? []).filter(({ modelInPath }) => !modelInPath || model !== undefined)
  const whole = all.filter(({ path }) => ends(plain, path))
  const streamed = all.filter(({ path }) =>
    Object.entries(streamPaths).some(([from, to]) => path.endsWith(from) && ends(plain, path.slice(0, -from.length) + to)),
  )
  const found = whole.length > 0 ? whole : streamed
  const [first] = found
  if (first === undefined) return undefined
  const pathTells = Object.keys(streamPaths).some((from) => first.path.endsWith(from))
  const stream = whole.length === 0 ? true : pathTells ? false : undefined
  const told = provider.passThrough?.chatAt?.(plain, model ?? '')
  if (told !== undefined) return { endpoint: told, stream }
  const traits = { id: model ?? '', supports: new Set<string>(), lacks: new Set<string>() }
  const chosen = found.length === 1 ? first : provider.endpointFor?.('chat', 'native', traits)
  return { endpoint: found.find((one) => one === chosen) ?? first, stream }
}
