import { openaiChatClient, parseJson, sseData, type Reframer } from '@switchyard/wire'
import { readError } from '../../aws/errors.ts'
import { AwsReframer, printException, type AwsException } from '../../aws/event-stream.ts'

/**
 * A container's own stream in parts of any size: server-sent events or lines of JSON. A part that ends in whole JSON is taken
 * at once, because some containers leave the line feeds out.
 */
class Lines {
  readonly #decoder = new TextDecoder()
  #rest = ''

  push(payload: Uint8Array): string {
    const lines = (this.#rest + this.#decoder.decode(payload, { stream: true })).split('\n')
    const last = lines.pop() ?? ''
    const whole = isWhole(last)
    this.#rest = whole ? '' : last
    return [...lines, ...(whole ? [last] : [])].map(eventOf).join('')
  }

  end(): string {
    const last = this.#rest + this.#decoder.decode()
    this.#rest = ''
    return eventOf(last)
  }
}

const dataOf = (line: string): string => line.trim().replace(/^data:\s*/, '')

function isWhole(line: string): boolean {
  const data = dataOf(line)
  return data === '[DONE]' || parseJson(data) !== undefined
}

/** Names, ids and comments of events say nothing here. */
function eventOf(line: string): string {
  const data = dataOf(line)
  return data.startsWith('{') || data === '[DONE]' ? sseData(data) : ''
}

/** `print`: an exception of the service, in the words of whoever reads the events. */
function reframer(print: (event: AwsException) => string): Reframer {
  const lines = new Lines()
  return new AwsReframer(
    (event) => ('exception' in event ? print(event) : lines.push(event.payload)),
    () => lines.end(),
  )
}

export const containerReframer = (): Reframer => reframer(printException)

export const openAiReframer = (): Reframer =>
  reframer(({ exception, message }) =>
    sseData(JSON.stringify(openaiChatClient.writeError(readError(0, { __type: exception, message })))),
  )
