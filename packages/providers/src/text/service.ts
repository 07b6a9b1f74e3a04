import { openaiChatClient, type JsonObject } from '@switchyard/wire'
import type { TextService } from './dialect.ts'

/** APIs whose errors stand under `error`, `detail` or `message`, in replies and in streams. */
export const plainService: TextService = {
  readError: (status, body) => openaiChatClient.readError(status, body),
  failureOf: (_name, reply) => (isFailure(reply) ? openaiChatClient.readError(0, reply) : undefined),
}

const isFailure = ({ error }: JsonObject): boolean => error !== undefined && error !== null && error !== ''
