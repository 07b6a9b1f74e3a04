import { AnthropicDriver } from './anthropic.ts'
import type { Connection, Driver } from './driver.ts'
import { GeminiDriver } from './gemini.ts'
import { OpenAiChatDriver } from './openai-chat.ts'
import { OpenAiResponsesDriver } from './openai-responses.ts'

/** One driver for each client dialect. */
export const drivers: readonly ((connection: Connection) => Driver)[] = [
  (connection) => new OpenAiChatDriver(connection),
  (connection) => new OpenAiResponsesDriver(connection),
  (connection) => new AnthropicDriver(connection),
  (connection) => new GeminiDriver(connection),
]
