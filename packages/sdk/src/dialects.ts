/** `switchyard/dialects`: what a program of `switchyard/core` can be asked in, and ask in. */
export { anthropicMessages, gemini, openaiChat, openaiResponses, type ChatDialect } from '@switchyard/wire'
