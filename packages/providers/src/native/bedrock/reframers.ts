import {
  anthropicMessages,
  openaiChatClient,
  isObject,
  objectOf,
  parseJson,
  sseData,
  sseEvent,
  stringOf,
  type Reframer,
} from '@switchyard/wire'
import { AwsReframer, payloadText, printException, type AwsEvent } from '../../aws/event-stream.ts'
import { readError } from '../../aws/errors.ts'

const decoder = new TextDecoder()

/** InvokeModel's streams hold the model's own events, as base64 in JSON. */
export function chunkText(payload: Uint8Array): string {
  const text = payloadText(payload)
  const bytes = stringOf(objectOf(parseJson(text))?.['bytes'])
  if (bytes === undefined) return text
  return decoder.decode(Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0)))
}

/** ConverseStream: one event a message, named in its headers. */
export const converseReframer = (): Reframer =>
  new AwsReframer((event) => ('exception' in event ? printException(event) : sseEvent(event.type, payloadText(event.payload))))

/** The events of Anthropic's own API; an exception becomes the error event that its clients know. */
export const anthropicReframer = (): Reframer => new AwsReframer(printAnthropic)

function printAnthropic(event: AwsEvent): string {
  if ('exception' in event) {
    const error = readError(0, { __type: event.exception, message: event.message })
    return sseEvent('error', JSON.stringify(anthropicMessages.writeError(error)))
  }
  const data = chunkText(event.payload)
  return sseEvent(stringOf(objectOf(parseJson(data))?.['type']) ?? 'message', data)
}

/** Nova's chunks are Converse's events, each under its name. */
export const novaReframer = (): Reframer => new AwsReframer(printNova)

function printNova(event: AwsEvent): string {
  if ('exception' in event) return printException(event)
  const chunk = objectOf(parseJson(chunkText(event.payload))) ?? {}
  return Object.entries(chunk)
    .map(([name, inner]) => (isObject(inner) ? sseEvent(name, JSON.stringify(inner)) : ''))
    .join('')
}

/** Chunks of text models, each as it is. */
export const textReframer = (): Reframer =>
  new AwsReframer((event) => ('exception' in event ? printException(event) : sseData(chunkText(event.payload))))

/** Chunks of OpenAI's API, whose last event InvokeModel leaves out. */
export const openAiReframer = (): Reframer => new AwsReframer(printOpenAi, () => sseData('[DONE]'))

function printOpenAi(event: AwsEvent): string {
  if (!('exception' in event)) return sseData(chunkText(event.payload))
  const error = readError(0, { __type: event.exception, message: event.message })
  return sseData(JSON.stringify(openaiChatClient.writeError(error)))
}
