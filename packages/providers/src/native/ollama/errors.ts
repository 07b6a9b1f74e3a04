import { dialects, type GatewayError } from '@switchyard/wire'

/** `{error: text}`, which OpenAI's reader understands. */
export const readError = (status: number, body: unknown): GatewayError => dialects['openai-chat'].readError(status, body)
