import {
  fail,
  features,
  isObject,
  makeUsage,
  parseJson,
  type Block,
  type ChatReply,
  type EventSink,
  type Feature,
  type Fidelity,
  type GatewayError,
  type JsonObject,
  type ProviderDialect,
  type StreamReader,
  type Usage,
} from '@switchyard/wire'
import { promptOf, type TextModel } from './text-model.ts'
import { Thoughts } from '../thoughts.ts'

/** Text in, text out: all else is lost. */
const kept: ReadonlySet<Feature> = new Set(['system', 'temperature', 'top-p', 'top-k', 'max-tokens', 'stop'])

const featureOf: Readonly<Record<string, Feature>> = {
  stop: 'stop',
  topK: 'top-k',
  topP: 'top-p',
  temperature: 'temperature',
  maxTokens: 'max-tokens',
}

/** What is the same for all models behind one API. */
export interface TextService {
  readonly readError: ProviderDialect['readError']
  /** A reply of status 200, or an event of a stream, that says that the call failed. */
  readonly failureOf?: (name: string, reply: JsonObject) => GatewayError | undefined
  /** What the service itself counts, before what the model says. */
  readonly counts?: (reply: JsonObject) => Counts
}

interface Counts {
  readonly input?: number | undefined
  readonly output?: number | undefined
}

export function writesOf(model: Pick<TextModel, 'lacks' | 'keeps'>): Readonly<Record<Feature, Fidelity>> {
  const lacks = new Set((model.lacks ?? []).map((name) => featureOf[name]))
  const keeps = new Set([...kept, ...(model.keeps ?? [])])
  const fidelityOf = (feature: Feature): Fidelity =>
    keeps.has(feature) && !lacks.has(feature) ? 'keeps' : feature === 'mid-system' ? 'approximates' : 'drops'
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries does not know that every feature is there
  return Object.fromEntries(features.map((feature) => [feature, fidelityOf(feature)])) as Record<Feature, Fidelity>
}

/** The protocol of an API that gets a model's text and answers more of it. */
export const textDialect = (model: TextModel, service: TextService): ProviderDialect => ({
  writes: writesOf(model),
  writeRequest: (request) => ({ body: model.write(promptOf(request)), undo: {} }),
  readReply: (body) => readReply(body, model, service),
  reader: (sink) => new TextReader(sink, model, service),
  readError: service.readError,
})

function usageOf(counts: Counts | undefined, said: Counts): Usage | undefined {
  const [input, output] = [counts?.input ?? said.input, counts?.output ?? said.output]
  return input === undefined && output === undefined ? undefined : makeUsage({ input: input ?? 0, output: output ?? 0 })
}

/** Counts grow over a stream, and some services tell those of the prompt in the first event alone. */
function larger(counted: Usage | undefined, before: Usage | undefined): Usage | undefined {
  if (counted === undefined || before === undefined) return counted ?? before
  return makeUsage({ input: Math.max(counted.input, before.input), output: Math.max(counted.output, before.output) })
}

function readReply(body: JsonObject, model: TextModel, service: TextService): ChatReply {
  const failure = service.failureOf?.('message', body)
  if (failure !== undefined) throw failure
  const said = model.read(body)
  if (said === undefined) throw fail('bad_reply', 'the provider sent no text; try again')
  const blocks: Block[] = []
  const thoughts = new Thoughts(model.thinksFirst === true)
  for (const { type, text } of [...thoughts.push(said.text), ...thoughts.end()]) {
    const last = blocks.at(-1)
    if (last?.type === type) blocks[blocks.length - 1] = { type, text: last.text + text }
    else blocks.push({ type, text })
  }
  const usage = usageOf(service.counts?.(body), said)
  const { rawStop } = said
  return {
    id: '',
    model: '',
    created: 0,
    choices: [
      { index: 0, blocks, stop: model.stops.get(rawStop ?? '') ?? 'stop', ...(rawStop === undefined ? {} : { rawStop }) },
    ],
    ...(usage === undefined ? {} : { usage }),
  }
}

class TextReader implements StreamReader {
  readonly #sink: EventSink
  readonly #model: TextModel
  readonly #service: TextService
  readonly #thoughts: Thoughts
  #kind: 'text' | 'reasoning' | undefined
  #block = -1
  #started = false
  #rawStop: string | undefined
  #usage: Usage | undefined
  #over = false

  constructor(sink: EventSink, model: TextModel, service: TextService) {
    this.#sink = sink
    this.#model = model
    this.#service = service
    this.#thoughts = new Thoughts(model.thinksFirst === true)
  }

  event(name: string, data: string): void {
    // Some services end as OpenAI does; what counts is the reason that came before.
    if (this.#over || data === '[DONE]') return
    const chunk = parseJson(data)
    if (!isObject(chunk)) return this.#fail(fail('bad_reply', 'the provider sent a stream event that is not a JSON object'))
    const failure = this.#service.failureOf?.(name, chunk)
    if (failure !== undefined) return this.#fail(failure)
    if (!this.#started) this.#sink.event({ type: 'start', id: '', model: '', created: 0 })
    this.#started = true
    const said = this.#model.read(chunk)
    this.#usage = larger(usageOf(this.#service.counts?.(chunk), said ?? {}), this.#usage)
    if (said === undefined) return
    for (const piece of this.#thoughts.push(said.text)) this.#write(piece.type, piece.text)
    this.#rawStop = said.rawStop ?? this.#rawStop
  }

  /** Without a reason why it stopped, the stream was cut. */
  end(): void {
    if (this.#over) return
    if (this.#rawStop === undefined && !(this.#model.endsWithBody && this.#started)) {
      return this.#fail(fail('bad_gateway', 'the provider ended the stream before its last event; try again'))
    }
    this.#over = true
    for (const piece of this.#thoughts.end()) this.#write(piece.type, piece.text)
    this.#close()
    const rawStop = this.#rawStop
    const stop = this.#model.stops.get(rawStop ?? '') ?? 'stop'
    this.#sink.event({ type: 'stop', choice: 0, stop, ...(rawStop === undefined ? {} : { rawStop }) })
    if (this.#usage !== undefined) this.#sink.event({ type: 'usage', usage: this.#usage })
    this.#sink.end()
  }

  #fail(error: GatewayError): void {
    this.#over = true
    this.#sink.fail(error)
  }

  #write(type: 'text' | 'reasoning', text: string): void {
    if (this.#kind !== type) {
      this.#close()
      this.#kind = type
      this.#block++
      this.#sink.event({ type: 'block-start', choice: 0, block: this.#block, seed: { type, text: '' } })
    }
    this.#sink.event({ type: 'block-delta', choice: 0, block: this.#block, text })
  }

  #close(): void {
    if (this.#kind !== undefined) this.#sink.event({ type: 'block-end', choice: 0, block: this.#block })
    this.#kind = undefined
  }
}
