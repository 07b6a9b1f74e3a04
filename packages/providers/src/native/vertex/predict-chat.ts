import { openaiChatProtocol, objectOf, objectsOf, type JsonObject, type ProviderDialect } from '@switchyard/wire'

const chat = openaiChatProtocol

/** OpenAI's chat in the envelope of `:predict`: the customer's own Gemma endpoints take no other form, and do not stream. */
export const predictChat: ProviderDialect = {
  writes: chat.writes,
  writeRequest: (request, traits) => {
    const { body, undo } = chat.writeRequest({ ...request, stream: false }, traits)
    const { model: _model, stream: _stream, stream_options: _options, ...rest } = body
    return { body: { instances: [{ '@requestFormat': 'chatCompletions', ...rest }] }, undo }
  },
  readReply: (body, undo) => chat.readReply(completionIn(body), undo),
  reader: (sink, undo) => chat.reader(sink, undo),
  readError: (status, body) => chat.readError(status, body),
}

const completionIn = ({ predictions }: JsonObject): JsonObject => objectOf(predictions) ?? objectsOf(predictions)[0] ?? {}
