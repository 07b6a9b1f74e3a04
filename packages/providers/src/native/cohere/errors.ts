import { openaiChatClient, type GatewayError } from '@switchyard/wire'

/** `{message}`, which OpenAI's reader understands. Status 498 is a prompt that Cohere blocks (native-wire facts §5, 2026-11-22). */
export const readError = (status: number, body: unknown): GatewayError => openaiChatClient.readError(status, body)
