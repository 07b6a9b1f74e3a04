import {
  encodeContent,
  keptFailure,
  keptRequest,
  readAll,
  readKept,
  type Deployment,
  type Incoming,
  type KeptKind,
  type Outgoing,
} from '@switchyard/core'
import { fail, isGatewayError, isString, type JsonObject } from '@switchyard/wire'
import { notify, type CallRecord, type Callbacks } from './callbacks.ts'
import { deploymentOf } from './deployment.ts'
import { APIError, publicError } from './errors.ts'
import { formOf, isFileInput } from './form-files.ts'
import type { Home } from './home.ts'
import { knownOf } from './parts.ts'
import { steer } from './steering.ts'

/** Who keeps the object, and how it is asked. */
export interface KeeperOptions {
  custom_llm_provider: string
  api_key?: string
  api_base?: string
  api_version?: string
  extra_headers?: Readonly<Record<string, string>>
  /** Seconds. */
  timeout?: number
  callbacks?: readonly Callbacks[]
  signal?: AbortSignal
}

/** Fields that the provider gets as they are, with the keeper's options beside them. */
export type KeeperFields = KeeperOptions & { readonly [field: string]: unknown }

/** A page of a list, in OpenAI's words. */
export interface ListOptions extends KeeperOptions {
  after?: string
  before?: string
  limit?: number
  order?: 'asc' | 'desc'
  [filter: string]: unknown
}

/** OpenAI's object, whoever keeps it. */
export type KeptObject = JsonObject & { readonly id: string }

export interface KeptList {
  data: JsonObject[]
  has_more?: boolean
  [field: string]: unknown
}

export interface Question {
  readonly kind: KeptKind
  readonly method: Outgoing['method']
  /** Behind the kind's path. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly incoming: Incoming
  readonly keeper: Deployment
  readonly signal: AbortSignal
}

const usualTimeoutS = 600
const encoder = new TextEncoder()

/** An id as a part of a path. */
export const segment = (id: string): string => `/${encodeURIComponent(id)}`

/** Asks providers for what they keep: with typed errors, timeouts, abort and callbacks as calls of models have them. */
export class Keeper {
  protected readonly home: Home

  constructor(home: Home) {
    this.home = home
  }

  /** The provider's object in OpenAI's shape. `fields` that are the body: all that do not say who keeps it. */
  protected async object(fields: KeeperFields, question: Question): Promise<KeptObject> {
    const reply = await this.reply(fields, question)
    const { id } = reply
    if (!isString(id))
      throw publicError(fail('bad_reply', 'The provider answered with an object that has no id.'), askedOf(fields))
    return { ...reply, id }
  }

  protected reply(fields: KeeperFields, question: Question): Promise<JsonObject> {
    return this.ask(fields, question, ({ incoming, keeper }) => readKept(incoming, keeper, question.kind))
  }

  protected async list(options: ListOptions, { path = '', ...question }: Omit<Question, 'method'>): Promise<KeptList> {
    const { filters, rest } = filtersIn(options)
    const query = new URLSearchParams(filters).toString()
    const reply = await this.reply(rest, { ...question, method: 'GET', path: query === '' ? path : `${path}?${query}` })
    const data: unknown = reply['data']
    return { ...reply, data: Array.isArray(data) ? data : [] }
  }

  protected bytes(fields: KeeperFields, question: Question, limit: number): Promise<Uint8Array> {
    return this.ask(fields, question, ({ incoming }) => readAll(incoming, limit))
  }

  /** Runs one request, tells the observers, and throws the errors of errors.ts. */
  protected async ask<T>(fields: KeeperFields, question: Question, read: (answer: Answer) => Promise<T>): Promise<T> {
    const { custom_llm_provider: provider, signal } = fields
    const callbacks = [...(this.home.settings.callbacks ?? []), ...(fields.callbacks ?? [])]
    const head = { callId: crypto.randomUUID(), operation: question.kind, model: '', stream: false, startedMs: Date.now() }
    const record = (): CallRecord => ({ ...head, provider, latencyMs: Date.now() - head.startedMs })
    notify(callbacks, (one) => one.onStart?.(head))
    try {
      const answered = await this.#answer(fields, question, read)
      notify(callbacks, (one) => one.onSuccess?.(record()))
      return answered
    } catch (cause) {
      const error = signal?.aborted === true ? abortOf(signal) : publicError(cause, askedOf(fields))
      notify(callbacks, (one) => one.onFailure?.({ ...record(), ...(error instanceof APIError ? { error } : {}) }))
      throw error
    }
  }

  async #answer<T>(fields: KeeperFields, question: Question, read: (answer: Answer) => Promise<T>): Promise<T> {
    const { custom_llm_provider: provider, model } = fields
    const { steering, body } = steer({ ...fields, model: provider })
    const { timeoutS = this.home.settings.timeout ?? usualTimeoutS, signal } = steering
    const catalog = await knownOf(this.home.parts)
    const keeper = deploymentOf({ home: this.home, catalog, steering, params: body, id: provider, modelName: provider })
    const over = AbortSignal.timeout(timeoutS * 1000)
    const content = question.method === 'GET' || question.method === 'DELETE' ? {} : await contentOf({ ...body, model }, keeper)
    const asked = { ...question, ...content, path: question.path ?? '', headers: { ...question.headers, ...content.headers } }
    const outgoing = await keptRequest(keeper, asked, this.home.providerEnv)
    const either = signal === undefined ? over : AbortSignal.any([signal, over])
    try {
      const incoming = await this.home.transport.send(outgoing, { signal: either })
      const failure = await keptFailure(incoming, keeper)
      if (failure !== undefined) throw failure
      return await read({ incoming, keeper, signal: either })
    } catch (cause) {
      if (isGatewayError(cause) || signal?.aborted === true) throw cause
      if (over.aborted) throw fail('timeout', `The provider "${provider}" did not answer within ${timeoutS} s.`, {}, { cause })
      throw fail('unreachable', `The provider "${provider}" could not be reached.`, { code: 'upstream_unreachable' }, { cause })
    }
  }
}

const askedOf = ({ custom_llm_provider: provider }: KeeperFields): { readonly provider: string; readonly model: string } => ({
  provider,
  model: '',
})

const abortOf = ({ reason }: AbortSignal): unknown => reason

interface Content {
  readonly body?: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** The fields as JSON, or as a form where a file is among them. Parameters of the provider are no fields. */
async function contentOf(body: JsonObject, { provider }: Deployment): Promise<Content> {
  const own = provider.params ?? {}
  const fields = Object.fromEntries(
    Object.entries(body).filter(([name, value]) => value !== undefined && !Object.hasOwn(own, name)),
  )
  const values = Object.values(fields)
  if (values.length === 0) return {}
  if (!values.some(isFileInput))
    return { body: encoder.encode(JSON.stringify(fields)), headers: { 'content-type': 'application/json' } }
  const { json, files = [] } = await formOf(fields, [])
  const { bytes, contentType } = encodeContent({ form: json, files })
  return { body: bytes, headers: { 'content-type': contentType } }
}

const keeperNames: ReadonlySet<string> = new Set([
  'custom_llm_provider',
  'api_key',
  'api_base',
  'api_version',
  'extra_headers',
  'timeout',
  'callbacks',
  'signal',
])

const isPlain = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value)

/** What stands in the query of a list, and what says who is asked. */
function filtersIn(options: ListOptions): { readonly filters: Record<string, string>; readonly rest: KeeperFields } {
  const filters: Record<string, string> = {}
  for (const [name, value] of Object.entries(options)) if (!keeperNames.has(name) && isPlain(value)) filters[name] = String(value)
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => keeperNames.has(name)))
  return { filters, rest: { ...rest, custom_llm_provider: options.custom_llm_provider } }
}
