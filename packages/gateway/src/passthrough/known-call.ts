import type { Endpoint, Operation, Provider, Shape } from '@switchyard/core'
import type { Subpath } from './subpath.ts'

/** A call whose body and reply are known, so that it is metered as on the gateway's own routes. */
export interface KnownCall {
  readonly operation: Operation
  readonly endpoint: Endpoint
  /** The model, where the path names it. */
  readonly model: string | undefined
  /** Where the path says it. */
  readonly stream: boolean | undefined
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

/** Undefined: what the request costs is not known. */
export function knownCall(provider: Provider, method: string, { plain, decoded }: Subpath): KnownCall | undefined {
  if (method !== 'POST') return undefined
  const model = modelIn(decoded)
  const own = ownEndpoint(provider, plain, model)
  if (own !== undefined) return { operation: 'chat', model, ...own }
  const form = forms.find(({ path }) => path.test(plain))
  if (form === undefined) return undefined
  const { operation, shape, stream } = form
  return { operation, endpoint: { shape, path: '' }, model, stream }
}

const named = [/\/deployments\/([^/]+)\//, /\/models?\/(.+?)\/[^/]+$/, /\/(?:models|endpoints)\/([^/]+):\w+$/] as const

const modelIn = (path: string): string | undefined =>
  named.map((pattern) => pattern.exec(path)?.[1]).find((model) => model !== undefined)

/** Chats at paths of the provider's own: in its protocol, or a dialect's behind another name. */
function ownEndpoint(
  provider: Provider,
  plain: string,
  model: string | undefined,
): Pick<KnownCall, 'endpoint' | 'stream'> | undefined {
  const streamPaths = provider.passThrough?.streamPaths ?? {}
  const all = provider.endpoints.chat ?? []
  const whole = all.filter(({ path }) => ends(plain, path))
  const streamed = all.filter(({ path }) =>
    Object.entries(streamPaths).some(([from, to]) => path.endsWith(from) && ends(plain, path.slice(0, -from.length) + to)),
  )
  const found = whole.length > 0 ? whole : streamed
  const [first] = found
  if (first === undefined) return undefined
  const traits = { id: model ?? '', supports: new Set<string>(), lacks: new Set<string>() }
  const chosen = found.length === 1 ? first : provider.endpointFor?.('chat', 'native', traits)
  const endpoint = found.find((one) => one === chosen) ?? first
  const pathTells = Object.keys(streamPaths).some((from) => endpoint.path.endsWith(from))
  return { endpoint, stream: whole.length === 0 ? true : pathTells ? false : undefined }
}

/** Does the path end with the endpoint's, whose `{model}` is any segment? */
function ends(plain: string, path: string): boolean {
  if (path === '' || path === '/') return false
  const source = path
    .toLowerCase()
    .replace(/[.*+?^$()|[\]\\{}]/g, '\\$&')
    .replace(/\\\{model\\\}/g, '[^/]+')
  return new RegExp(`${source}$`).test(plain)
}
