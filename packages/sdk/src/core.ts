/** `switchyard/core`: an SDK of the parts that it is given, for programs that must be small. */
import { ProviderTable } from '@switchyard/providers'
import { openaiChatClient, type ChatDialect } from '@switchyard/wire'
import { Client } from './client.ts'
import { Home, type Settings } from './home.ts'
import { KeptObjects } from './kept-objects.ts'
import { ModelRouter, type RouterOptions } from './model-router.ts'
import { openRealtime, type RealtimeOptions, type RealtimeSession } from './realtime.ts'
import { noCatalog, type Knowledge, type Measurements, type Parts, type ProviderPart } from './parts.ts'
import { some } from './steering.ts'

export type { CallRecord, Callbacks } from './callbacks.ts'
export { BinaryReply } from './binary-reply.ts'
export { ChunkStream } from './chunk-stream.ts'
export { Client } from './client.ts'
export * from './errors.ts'
export type { Fetch, FetchInit } from './fetch-transport.ts'
export type { FileInput } from './form-files.ts'
export type { Settings } from './home.ts'
export type { KeeperFields, KeeperOptions, KeptList, KeptObject, ListOptions } from './keeper.ts'
export { KeptObjects } from './kept-objects.ts'
export type { BatchOptions, FileOptions, FineTuningOptions, KeptBatch, KeptFile } from './kept-objects.ts'
export type * from './measured-options.ts'
export type * from './measured-types.ts'
export { ModelRouter, type Fallbacks, type ModelEntry, type RouterOptions } from './model-router.ts'
export type { ChatStream, ImageStream, MessagesStream, ResponsesStream, TextStream, TranscriptStream } from './operations.ts'
export type * from './options.ts'
export type { Knowledge, Measurements, Parts, ProviderPart } from './parts.ts'
export { RealtimeSession, type OpenSocket, type RealtimeOptions, type Socket, type SocketEvent } from './realtime.ts'
export type * from './types.ts'

/** What an SDK is made of. */
export interface PartsGiven {
  /** Each stands in a file of its own: `switchyard/providers/anthropic` exports `anthropic`. */
  readonly providers: readonly ProviderPart[]
  /** What callers speak besides OpenAI's chat: `responses` and `anthropicMessages` take theirs from `switchyard/dialects`. */
  readonly dialects?: readonly ChatDialect[]
  /** `measuredOperations` of `switchyard/operations`, for images, speech, transcriptions, rerank, documents, search and videos. */
  readonly operations?: Measurements
  /** `loadCatalog` of `switchyard/catalog`; without it calls have no price, and limits are not known. */
  readonly catalog?: () => Promise<Knowledge>
}

/** An SDK with these providers and no others: `createSwitchyard({ providers: [anthropic] }).completion({ … })`. */
export const createSwitchyard = (of: PartsGiven & Settings): Client => new Client(of, partsOf(of))

/** A router over these providers and no others. */
export const createRouter = (of: PartsGiven & RouterOptions): ModelRouter => new ModelRouter(of, partsOf(of))

/** Files, batches, videos … of these providers. */
export const createKeptObjects = (of: PartsGiven & Settings): KeptObjects => new KeptObjects(new Home(of, partsOf(of)))

/** Opens a conversation over a WebSocket with a model of these providers. */
export const createRealtime = (of: PartsGiven & Settings, options: RealtimeOptions): Promise<RealtimeSession> =>
  openRealtime(options, new Home(of, partsOf(of)))

/** The parts as look-ups take them (`switchyard/catalog`). */
export function partsOf({ providers, dialects = [], operations, catalog = noCatalog }: PartsGiven): Parts {
  const table = new ProviderTable(providers.map(({ provider }) => provider))
  const given = Object.fromEntries(dialects.map((dialect) => [dialect.id, dialect]))
  return {
    providers: () => Promise.resolve(table),
    dialects: {
      clients: { 'openai-chat': openaiChatClient, ...given },
      protocols: { ...given, ...Object.fromEntries(providers.flatMap(({ protocols = {} }) => Object.entries(protocols))) },
    },
    ...some('operations', operations),
    catalog,
  }
}
