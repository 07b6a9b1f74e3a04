import { openaiChatClient, type GatewayError } from '@switchyard/wire'

/** `{error: text}`, which OpenAI's reader understands. */
export const readError = (status: number, body: unknown): GatewayError => openaiChatClient.readError(status, body)
