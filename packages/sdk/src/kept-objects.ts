import {
  encodeContent,
  keptFailure,
  keptRequest,
  readAll,
  readKept,
  type Deployment,
  type Incoming,
  type KeptQuestion,
} from '@switchyard/core'
import { fail, isGatewayError, type JsonObject } from '@switchyard/wire'
import { deploymentOf } from './deployment.ts'
import { publicError } from './errors.ts'
import { formOf, type FileInput } from './form-files.ts'
import type { Home } from './home.ts'
import { steer } from './steering.ts'

/** Who keeps the object. */
export interface KeeperOptions {
  custom_llm_provider: string
  api_key?: string
  api_base?: string
  api_version?: string
  /** Seconds. */
  timeout?: number
  signal?: AbortSignal
}

export interface FileOptions extends KeeperOptions {
  file: FileInput
  purpose: string
}

export interface BatchOptions extends KeeperOptions {
  input_file_id: string
  /** Of the rows: `/v1/chat/completions`. */
  endpoint: string
  completion_window: string
  metadata?: Readonly<Record<string, string>>
}

/** OpenAI's file object, whoever keeps it. */
export type KeptFile = JsonObject & { readonly id: string }
/** OpenAI's batch object. */
export type KeptBatch = JsonObject & { readonly id: string }

const mostFileBytes = 512 * 1024 * 1024
const usualTimeoutS = 600
const encoder = new TextEncoder()

/** Files and batches of providers, under the providers' own ids. */
export class KeptObjects {
  readonly #home: Home
  constructor(home: Home) {
    this.#home = home
  }

  async createFile({ file, purpose, ...options }: FileOptions): Promise<KeptFile> {
    const form = await formOf({ purpose, file }, ['file'])
    const { bytes, contentType } = encodeContent({ form: form.json, files: form.files ?? [] })
    const headers = { 'content-type': contentType }
    return this.#object(options, { kind: 'files', method: 'POST', path: '', body: bytes, headers })
  }

  retrieveFile({ file_id, ...options }: KeeperOptions & { file_id: string }): Promise<KeptFile> {
    return this.#object(options, { kind: 'files', method: 'GET', path: segment(file_id) })
  }

  async fileContent({ file_id, ...options }: KeeperOptions & { file_id: string }): Promise<Uint8Array> {
    const { incoming } = await this.#ask(options, { kind: 'files', method: 'GET', path: `${segment(file_id)}/content` })
    return readAll(incoming, mostFileBytes)
  }

  deleteFile({ file_id, ...options }: KeeperOptions & { file_id: string }): Promise<KeptFile> {
    return this.#object(options, { kind: 'files', method: 'DELETE', path: segment(file_id) })
  }

  createBatch({ input_file_id, endpoint, completion_window, metadata, ...options }: BatchOptions): Promise<KeptBatch> {
    const body = encoder.encode(JSON.stringify({ input_file_id, endpoint, completion_window, metadata }))
    return this.#object(options, {
      kind: 'batches',
      method: 'POST',
      path: '',
      body,
      headers: { 'content-type': 'application/json' },
    })
  }

  retrieveBatch({ batch_id, ...options }: KeeperOptions & { batch_id: string }): Promise<KeptBatch> {
    return this.#object(options, { kind: 'batches', method: 'GET', path: segment(batch_id) })
  }

  cancelBatch({ batch_id, ...options }: KeeperOptions & { batch_id: string }): Promise<KeptBatch> {
    return this.#object(options, { kind: 'batches', method: 'POST', path: `${segment(batch_id)}/cancel` })
  }

  async #object(options: KeeperOptions, question: KeptQuestion): Promise<JsonObject & { readonly id: string }> {
    const { incoming, keeper } = await this.#ask(options, question)
    const object = await readKept(incoming, keeper, question.kind)
    const { id } = object
    if (typeof id !== 'string') throw fail('bad_reply', 'The provider answered with an object that has no id.')
    return { ...object, id }
  }

  async #ask(options: KeeperOptions, question: KeptQuestion): Promise<Answer> {
    try {
      return await this.#answer(options, question)
    } catch (cause) {
      throw publicError(cause, { provider: options.custom_llm_provider, model: '' })
    }
  }

  async #answer(options: KeeperOptions, question: KeptQuestion): Promise<Answer> {
    const { custom_llm_provider: provider, timeout = usualTimeoutS, signal, ...rest } = options
    const { steering, body } = steer({ model: provider, custom_llm_provider: provider, ...rest })
    const catalog = await this.#home.catalog()
    const keeper = deploymentOf({ home: this.#home, catalog, steering, params: body, id: provider, modelName: provider })
    const over = AbortSignal.timeout(timeout * 1000)
    const outgoing = await keptRequest(keeper, question, this.#home.providerEnv)
    const sending = this.#home.transport.send(outgoing, { signal: signal === undefined ? over : AbortSignal.any([signal, over]) })
    const incoming = await sending.catch((cause: unknown) => {
      if (isGatewayError(cause) || signal?.aborted === true) throw cause
      throw fail('unreachable', `The provider "${provider}" could not be reached.`, { code: 'upstream_unreachable' }, { cause })
    })
    const failure = await keptFailure(incoming, keeper)
    if (failure !== undefined) throw failure
    return { incoming, keeper }
  }
}

interface Answer {
  readonly incoming: Incoming
  readonly keeper: Deployment
}

const segment = (id: string): string => `/${encodeURIComponent(id)}`
