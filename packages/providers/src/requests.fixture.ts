import {
  measuredOf,
  type CallShape,
  type Endpoint,
  type Operation,
  type Provider,
  type Quirk,
  type Target,
} from '@switchyard/core'
import type { JsonObject } from '@switchyard/wire'
import { baseUrlOf, keyOf, paramsOf, type Given, type Variables } from './keys.ts'
import { joinUrl } from './url.ts'

/** What a test says of a call besides its body. */
export interface Setting extends Given {
  readonly env?: Readonly<Record<string, string>>
  readonly model?: string
  readonly operation?: Operation
  /** The shape that the client speaks. */
  readonly client?: Endpoint['shape']
  readonly supports?: readonly string[]
  readonly lacks?: readonly string[]
  readonly dropParams?: boolean
}

export interface Sent {
  readonly url: string
  readonly endpoint: Endpoint
  readonly headers: Record<string, string>
  /** The row's and the family's changes to the body. */
  readonly quirks: readonly Quirk[]
}

const openAiShapes: Readonly<Partial<Record<Operation, Endpoint['shape']>>> = {
  chat: 'openai-chat',
  completion: 'openai-completions',
  embedding: 'openai-embeddings',
}

/** What a provider makes of a request: the steps of the core, with no network behind them. */
export async function sentBy(provider: Provider, body: JsonObject, setting: Setting = {}): Promise<Sent> {
  const { model: name = 'some-model', operation = 'chat', supports = [], lacks = [] } = setting
  const variables: Variables = (variable) => setting.env?.[variable]
  const client = setting.client ?? measuredOf(operation)?.shape ?? openAiShapes[operation] ?? 'anthropic-messages'
  const field = (one: string): unknown => body[one]
  const target: Target = {
    model: provider.modelName?.(name) ?? name,
    baseUrl: baseUrlOf(provider, variables, setting),
    key: keyOf(provider, variables, setting),
    params: paramsOf(provider, variables, setting),
    traits: { id: name, supports: new Set(supports), lacks: new Set(lacks) },
  }
  const endpoint = endpointOf(provider, operation, client, { target, field })
  const stream = body['stream'] === true
  const call: CallShape = {
    operation,
    shape: endpoint.shape,
    stream,
    field,
    mayContain: () => true,
    dropParams: setting.dropParams ?? false,
    allowedParams: [],
  }
  const url = provider.url?.(target, endpoint, { operation, stream }) ?? joinUrl(target.baseUrl, endpoint.path)
  const headers = { ...provider.headers, ...provider.headersFor?.(target, endpoint, body) }
  const outgoing = { url, method: 'POST' as const, headers, body: undefined }
  if (target.key !== undefined && provider.auth.kind === 'bearer') headers['authorization'] = `Bearer ${target.key.reveal()}`
  if (target.key !== undefined && provider.auth.kind === 'header') headers[provider.auth.name] = target.key.reveal()
  await provider.prepare?.(outgoing, target, { variable: variables, send: refuseNetwork, now: Date.now })
  return { url: outgoing.url, endpoint, headers, quirks: [...(provider.quirks ?? []), ...(provider.tune?.(target, call) ?? [])] }
}

const refuseNetwork = (): Promise<never> => Promise.reject(new Error('a test has no network'))

interface Looks {
  readonly target: Target
  readonly field: (name: string) => unknown
}

function endpointOf(provider: Provider, operation: Operation, client: Endpoint['shape'], { target, field }: Looks): Endpoint {
  const chosen = provider.endpointFor?.(operation, client, target.traits, {
    baseUrl: target.baseUrl,
    params: target.params,
    field,
  })
  const offered = provider.endpoints[operation] ?? []
  const endpoint = chosen ?? offered.find((one) => one.shape === client) ?? offered[0]
  if (endpoint === undefined) throw new Error(`${provider.id} does not serve ${operation}`)
  return endpoint
}

/** The names of the fields that a provider would be sent with drop_params, by the row and the changes. */
export function fieldsSent(provider: Provider, body: JsonObject, quirks: readonly Quirk[]): readonly string[] {
  const names = new Set(Object.keys(body))
  for (const name of [...(provider.ignores ?? []), ...(provider.refuses ?? [])]) names.delete(name)
  for (const quirk of quirks) {
    if (quirk.do === 'drop') names.delete(quirk.field)
    if (quirk.do === 'set' || quirk.do === 'default') names.add(quirk.field)
    if (quirk.do === 'rename' && names.delete(quirk.field)) names.add(quirk.to)
  }
  return [...names].toSorted()
}
