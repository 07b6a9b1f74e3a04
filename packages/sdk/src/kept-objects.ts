import { discard, maxReplyBytes, readAll, readKept } from '@switchyard/core'
import { videoAt } from '@switchyard/providers'
import { fail, isObject, parseJson } from '@switchyard/wire'
import type { FileInput } from './form-files.ts'
import {
  segment,
  type Answer,
  type KeeperFields,
  type KeeperOptions,
  type KeptList,
  type KeptObject,
  type ListOptions,
} from './keeper.ts'
import { KeptStores } from './kept-stores.ts'

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

export interface FineTuningOptions extends KeeperOptions {
  /** The model to begin from, by the provider's name. */
  model: string
  training_file: string
  validation_file?: string
  suffix?: string
  seed?: number
  method?: Readonly<Record<string, unknown>>
  hyperparameters?: Readonly<Record<string, unknown>>
  metadata?: Readonly<Record<string, string>>
}

/** OpenAI's file object, whoever keeps it. */
export type KeptFile = KeptObject
/** OpenAI's batch object. */
export type KeptBatch = KeptObject

type FileOf = KeeperOptions & { file_id: string }
type BatchOf = KeeperOptions & { batch_id: string }
type JobOf = { fine_tuning_job_id: string }
type VideoOf = KeeperOptions & { video_id: string }

const jobs = 'fine_tuning/jobs'
const mostFileBytes = 512 * 1024 * 1024

/** What providers keep for their customers, under the providers' own ids. */
export class KeptObjects extends KeptStores {
  createFile(options: FileOptions): Promise<KeptFile> {
    return this.object({ ...options }, { kind: 'files', method: 'POST' })
  }

  retrieveFile({ file_id: id, ...options }: FileOf): Promise<KeptFile> {
    return this.object(options, { kind: 'files', method: 'GET', path: segment(id) })
  }

  listFiles(options: ListOptions & { purpose?: string }): Promise<KeptList> {
    return this.list(options, { kind: 'files' })
  }

  fileContent({ file_id: id, ...options }: FileOf): Promise<Uint8Array> {
    return this.bytes(options, { kind: 'files', method: 'GET', path: `${segment(id)}/content` }, mostFileBytes)
  }

  deleteFile({ file_id: id, ...options }: FileOf): Promise<KeptFile> {
    return this.object(options, { kind: 'files', method: 'DELETE', path: segment(id) })
  }

  createBatch(options: BatchOptions): Promise<KeptBatch> {
    return this.object({ ...options }, { kind: 'batches', method: 'POST' })
  }

  retrieveBatch({ batch_id: id, ...options }: BatchOf): Promise<KeptBatch> {
    return this.object(options, { kind: 'batches', method: 'GET', path: segment(id) })
  }

  cancelBatch({ batch_id: id, ...options }: BatchOf): Promise<KeptBatch> {
    return this.object(options, { kind: 'batches', method: 'POST', path: `${segment(id)}/cancel` })
  }

  listBatches(options: ListOptions): Promise<KeptList> {
    return this.list(options, { kind: 'batches' })
  }

  createFineTuningJob(options: FineTuningOptions): Promise<KeptObject> {
    return this.object({ ...options }, { kind: jobs, method: 'POST' })
  }

  retrieveFineTuningJob({ fine_tuning_job_id: id, ...options }: KeeperOptions & JobOf): Promise<KeptObject> {
    return this.object(options, { kind: jobs, method: 'GET', path: segment(id) })
  }

  cancelFineTuningJob({ fine_tuning_job_id: id, ...options }: KeeperOptions & JobOf): Promise<KeptObject> {
    return this.object(options, { kind: jobs, method: 'POST', path: `${segment(id)}/cancel` })
  }

  listFineTuningJobs(options: ListOptions): Promise<KeptList> {
    return this.list(options, { kind: jobs })
  }

  listFineTuningEvents({ fine_tuning_job_id: id, ...options }: ListOptions & JobOf): Promise<KeptList> {
    return this.list(options, { kind: jobs, path: `${segment(id)}/events` })
  }

  /** How far a video is that `createVideo` began. */
  retrieveVideo({ video_id: id, ...options }: VideoOf): Promise<KeptObject> {
    return this.object(options, { kind: 'videos', method: 'GET', path: segment(id) })
  }

  listVideos(options: ListOptions): Promise<KeptList> {
    return this.list(options, { kind: 'videos' })
  }

  /** Another video of one that is done. */
  remixVideo({ video_id: id, ...fields }: KeeperFields & { video_id: string; prompt: string }): Promise<KeptObject> {
    return this.object(fields, { kind: 'videos', method: 'POST', path: `${segment(id)}/remix` })
  }

  deleteVideo({ video_id: id, ...options }: VideoOf): Promise<KeptObject> {
    const question = { kind: 'videos', method: 'DELETE', path: segment(id) } as const
    return this.ask(options, question, async ({ incoming, keeper }) => {
      if (incoming.status !== 204) return { id, ...(await readKept(incoming, keeper, 'videos')) }
      await discard(incoming)
      return { id, object: 'video.deleted', deleted: true }
    })
  }

  /** The bytes of a finished video. */
  async videoContent({ video_id: id, ...options }: VideoOf): Promise<Uint8Array> {
    const provider = (await this.home.parts.providers()).find(options.custom_llm_provider)
    const question = { kind: 'videos', method: 'GET', path: segment(id) } as const
    if (provider?.keeps?.videoUrl !== undefined) return this.ask(options, question, (answer) => this.#videoElsewhere(answer))
    return this.bytes(options, { ...question, path: `${segment(id)}/content` }, mostFileBytes)
  }

  /** The job says where it lies. */
  async #videoElsewhere({ incoming, keeper, signal }: Answer): Promise<Uint8Array> {
    const job = parseJson(new TextDecoder().decode(await readAll(incoming, maxReplyBytes)))
    const url = isObject(job) ? keeper.provider.keeps?.videoUrl?.(job) : undefined
    if (url === undefined) throw fail('not_found', 'This video is not ready yet.', { param: 'video_id' })
    const env = this.home.providerEnv
    return readAll(await videoAt({ url, keeper, env, signal }), mostFileBytes)
  }
}
