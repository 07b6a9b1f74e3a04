import {
  compact,
  openaiChatProtocol,
  isObject,
  objectsOf,
  parseJson,
  type ChatRequest,
  type JsonObject,
  type ProviderDialect,
} from '@switchyard/wire'
import { writesOf } from '../../text/dialect.ts'
import { plainPrompt, promptOf } from '../../text/text-model.ts'

const chat = openaiChatProtocol

/** Chats over `POST /completions` (OpenAI's API reference, 2026-11-22): the conversation is one text. */
export const overCompletions: ProviderDialect = {
  writes: writesOf({
    lacks: ['topK'],
    keeps: ['seed', 'n', 'frequency-penalty', 'presence-penalty', 'logit-bias', 'user'],
  }),
  writeRequest: (request) => ({ body: writeRequest(request), undo: {} }),
  readReply: (body) => chat.readReply(asChat(body, 'message')),
  reader: (sink) => {
    const reader = chat.reader(sink)
    return {
      event: (name, data) => {
        const chunk = parseJson(data)
        reader.event(name, isObject(chunk) ? JSON.stringify(asChat(chunk, 'delta')) : data)
      },
      end: () => reader.end(),
    }
  },
  readError: (status, body) => chat.readError(status, body),
}

function writeRequest(request: ChatRequest): JsonObject {
  const { sampling, stream } = request
  const prompt = promptOf(request)
  return compact({
    ...prompt.unknown,
    model: request.model,
    prompt: plainPrompt(prompt, '\n'),
    max_tokens: sampling.maxTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    stop: sampling.stop,
    seed: sampling.seed,
    n: sampling.n,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    logit_bias: sampling.logitBias,
    user: request.user,
    stream: stream ? true : undefined,
    stream_options: stream && request.includeUsage ? { include_usage: true } : undefined,
  })
}

/** A completion, or a chunk of one, as the chat that says the same. Its logprobs have another form. */
function asChat(body: JsonObject, place: 'message' | 'delta'): JsonObject {
  if (!Array.isArray(body['choices'])) return body
  const choices = objectsOf(body['choices']).map(({ text, logprobs: _, ...choice }) => ({
    ...choice,
    [place]: { role: 'assistant', content: text },
  }))
  return { ...body, object: place === 'message' ? 'chat.completion' : 'chat.completion.chunk', choices }
}
