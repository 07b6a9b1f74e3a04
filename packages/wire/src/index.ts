export * from './collect.ts'
export * from './dialect.ts'
export * from './errors.ts'
export * from './framing/aws-eventstream.ts'
export * from './framing/ndjson.ts'
export * from './framing/reframer.ts'
export * from './framing/sse-slices.ts'
export * from './framing/sse.ts'
export * from './hub.ts'
export * from './json.ts'
export * from './loss.ts'
export * from './money.ts'
export * from './replay.ts'
export * from './secret.ts'
export * from './splice.ts'
export { kindOfUpstream } from './upstream-errors.ts'
export * from './usage.ts'
export * from './vector.ts'
export {
  adaptRequest as adaptToAnthropic,
  anthropicMessages,
  anthropicMessagesProtocol,
  betasFor,
  readMessagesUsage,
  readCountReply as readAnthropicCount,
  writeCountRequest as writeAnthropicCount,
  type ToolNameRule,
} from './dialects/anthropic-messages/index.ts'
export {
  gemini,
  geminiProtocol,
  readCountReply as readGeminiCount,
  writeCountRequest as writeGeminiCount,
  readEmbedReply,
  readGeminiUsage,
  writeEmbedRequest,
  type EmbedCall,
} from './dialects/gemini/index.ts'
export { dialects } from './dialects/index.ts'
export {
  completionWriter,
  openaiChat,
  openaiChatClient,
  openaiChatProtocol,
  readCompletionRequest,
  writeCompletionReply,
} from './dialects/openai-chat/index.ts'
export {
  continueFrom,
  inputItemsOf,
  openaiResponses,
  openaiResponsesProtocol,
  readResponsesUsage,
  type StoredTurn,
} from './dialects/openai-responses/index.ts'
