import {
  Keeper,
  segment,
  type KeeperFields,
  type KeeperOptions,
  type KeptList,
  type KeptObject,
  type ListOptions,
} from './keeper.ts'
import type { JsonObject } from '@switchyard/wire'

const stores = 'vector_stores'

type StoreOf = { vector_store_id: string }
type ContainerOf = { container_id: string }
type ThreadOf = { thread_id: string }

const mostBytes = 512 * 1024 * 1024

/** Vector stores, containers, assistants and threads of providers that have OpenAI's resources. */
export class KeptStores extends Keeper {
  createVectorStore(fields: KeeperFields): Promise<KeptObject> {
    return this.object(fields, { kind: stores, method: 'POST' })
  }

  retrieveVectorStore({ vector_store_id: id, ...options }: KeeperOptions & StoreOf): Promise<KeptObject> {
    return this.object(options, { kind: stores, method: 'GET', path: segment(id) })
  }

  updateVectorStore({ vector_store_id: id, ...fields }: KeeperFields & StoreOf): Promise<KeptObject> {
    return this.object(fields, { kind: stores, method: 'POST', path: segment(id) })
  }

  deleteVectorStore({ vector_store_id: id, ...options }: KeeperOptions & StoreOf): Promise<KeptObject> {
    return this.object(options, { kind: stores, method: 'DELETE', path: segment(id) })
  }

  listVectorStores(options: ListOptions): Promise<KeptList> {
    return this.list(options, { kind: stores })
  }

  /** What of a store answers a query best. */
  searchVectorStore({
    vector_store_id: id,
    ...fields
  }: KeeperFields & StoreOf & { query: string | readonly string[] }): Promise<JsonObject> {
    return this.reply(fields, { kind: stores, method: 'POST', path: `${segment(id)}/search` })
  }

  /** Puts an uploaded file into a store. */
  createVectorStoreFile({ vector_store_id: id, ...fields }: KeeperFields & StoreOf & { file_id: string }): Promise<KeptObject> {
    return this.object(fields, { kind: stores, method: 'POST', path: `${segment(id)}/files` })
  }

  retrieveVectorStoreFile({
    vector_store_id: id,
    file_id: file,
    ...options
  }: KeeperOptions & StoreOf & { file_id: string }): Promise<KeptObject> {
    return this.object(options, { kind: stores, method: 'GET', path: `${segment(id)}/files${segment(file)}` })
  }

  listVectorStoreFiles({ vector_store_id: id, ...options }: ListOptions & StoreOf): Promise<KeptList> {
    return this.list(options, { kind: stores, path: `${segment(id)}/files` })
  }

  deleteVectorStoreFile({
    vector_store_id: id,
    file_id: file,
    ...options
  }: KeeperOptions & StoreOf & { file_id: string }): Promise<KeptObject> {
    return this.object(options, { kind: stores, method: 'DELETE', path: `${segment(id)}/files${segment(file)}` })
  }

  /** A place in which a model runs code. */
  createContainer(fields: KeeperFields & { name: string }): Promise<KeptObject> {
    return this.object(fields, { kind: 'containers', method: 'POST' })
  }

  retrieveContainer({ container_id: id, ...options }: KeeperOptions & ContainerOf): Promise<KeptObject> {
    return this.object(options, { kind: 'containers', method: 'GET', path: segment(id) })
  }

  listContainers(options: ListOptions): Promise<KeptList> {
    return this.list(options, { kind: 'containers' })
  }

  deleteContainer({ container_id: id, ...options }: KeeperOptions & ContainerOf): Promise<KeptObject> {
    return this.object(options, { kind: 'containers', method: 'DELETE', path: segment(id) })
  }

  listContainerFiles({ container_id: id, ...options }: ListOptions & ContainerOf): Promise<KeptList> {
    return this.list(options, { kind: 'containers', path: `${segment(id)}/files` })
  }

  /** The bytes of a file in a container. */
  containerFileContent({
    container_id: id,
    file_id: file,
    ...options
  }: KeeperOptions & ContainerOf & { file_id: string }): Promise<Uint8Array> {
    const path = `${segment(id)}/files${segment(file)}/content`
    return this.bytes(options, { kind: 'containers', method: 'GET', path }, mostBytes)
  }

  createAssistant(fields: KeeperFields): Promise<KeptObject> {
    return this.object(fields, { kind: 'assistants', method: 'POST', headers: assistants })
  }

  listAssistants(options: ListOptions): Promise<KeptList> {
    return this.list(options, { kind: 'assistants', headers: assistants })
  }

  deleteAssistant({ assistant_id: id, ...options }: KeeperOptions & { assistant_id: string }): Promise<KeptObject> {
    return this.object(options, { kind: 'assistants', method: 'DELETE', path: segment(id), headers: assistants })
  }

  createThread(fields: KeeperFields): Promise<KeptObject> {
    return this.object(fields, { kind: 'threads', method: 'POST', headers: assistants })
  }

  retrieveThread({ thread_id: id, ...options }: KeeperOptions & ThreadOf): Promise<KeptObject> {
    return this.object(options, { kind: 'threads', method: 'GET', path: segment(id), headers: assistants })
  }

  addMessage({ thread_id: id, ...fields }: KeeperFields & ThreadOf): Promise<KeptObject> {
    return this.object(fields, { kind: 'threads', method: 'POST', path: `${segment(id)}/messages`, headers: assistants })
  }

  listMessages({ thread_id: id, ...options }: ListOptions & ThreadOf): Promise<KeptList> {
    return this.list(options, { kind: 'threads', path: `${segment(id)}/messages`, headers: assistants })
  }

  /** Has an assistant answer a thread; `retrieveRun` says how far it is. */
  createRun({ thread_id: id, ...fields }: KeeperFields & ThreadOf & { assistant_id: string }): Promise<KeptObject> {
    return this.object(fields, { kind: 'threads', method: 'POST', path: `${segment(id)}/runs`, headers: assistants })
  }

  retrieveRun({ thread_id: id, run_id: run, ...options }: KeeperOptions & ThreadOf & { run_id: string }): Promise<KeptObject> {
    const path = `${segment(id)}/runs${segment(run)}`
    return this.object(options, { kind: 'threads', method: 'GET', path, headers: assistants })
  }
}

/** OpenAI's API refuses these routes without it (its API reference, 2026-11-22). */
const assistants = { 'openai-beta': 'assistants=v2' }
