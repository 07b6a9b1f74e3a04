import type { Realtime, RealtimeTranslator, Translated } from '@switchyard/core'
import { compact, fail, numberOf, objectOf, objectsOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import { LiveResponse } from './response.ts'
import { setupOf, turnsByHand } from './setup.ts'

const method = 'google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent'

/** OpenAI's realtime events over Gemini's Live API. Audio is PCM of 24 kHz on both sides; Gemini resamples what it hears. */
export const live: Realtime = {
  url: ({ baseUrl }) => `${baseUrl.replace(/(\/v\d\w*)?(\/models(\/.*)?)?\/*$/, '')}/ws/${method}`,
  translator: ({ model }) => liveTranslator(model, `models/${model}`),
  watch: (model) => liveWatch(model),
}

/** Only what the provider says is read; who begins the session names the model itself. */
export const liveWatch = (model: string): RealtimeTranslator => new LiveTranslator(model, '')

/** `resource`: the model's whole name, which the first message says. */
export const liveTranslator = (model: string, resource: string): RealtimeTranslator => new LiveTranslator(model, resource)

const heardAudio = 'audio/pcm;rate=24000'
const nothing: Translated = { toProvider: [], toClient: [] }

class LiveTranslator implements RealtimeTranslator {
  readonly #model: string
  readonly #resource: string
  #session: JsonObject = {}
  /** Undefined: the session was set up. Gemini takes nothing before it says so. */
  #waiting: JsonObject[] | undefined = []
  #isSetUp = false
  /** The user is speaking, where the client says when that is over. */
  #isActive = false
  /** Gemini goes on by itself after the answer of a function. */
  #goesOn = false
  #response: LiveResponse | undefined
  #usage: JsonObject | undefined
  readonly #functions = new Map<string, string>()

  constructor(model: string, resource: string) {
    this.#model = model
    this.#resource = resource
  }

  begin(): Translated {
    return { toProvider: [], toClient: [{ type: 'session.created', session: this.#shown() }] }
  }

  heard(event: JsonObject): Translated {
    switch (event['type']) {
      case 'session.update':
        return this.#update(objectOf(event['session']) ?? {})
      case 'input_audio_buffer.append':
        return this.#send(...this.#audio(stringOf(event['audio']) ?? ''))
      case 'input_audio_buffer.commit':
        return { toProvider: [], toClient: [{ type: 'input_audio_buffer.committed', item_id: newItem() }] }
      case 'conversation.item.create':
        return this.#create(objectOf(event['item']) ?? {})
      case 'response.create':
        return this.#ask()
      case 'response.cancel':
        // Only speech interrupts this model.
        return nothing
      default:
        throw fail('bad_request', `This model's provider has nothing like the event "${String(event['type'])}".`, {
          param: 'type',
        })
    }
  }

  said(message: JsonObject): Translated {
    this.#usage = usageOf(objectOf(message['usageMetadata'])) ?? this.#usage
    const released = message['setupComplete'] === undefined ? [] : (this.#waiting ?? [])
    if (message['setupComplete'] !== undefined) this.#waiting = undefined
    const content = objectOf(message['serverContent'])
    const calls = objectsOf(objectOf(message['toolCall'])?.['functionCalls'])
    return {
      toProvider: released,
      toClient: [...(content === undefined ? [] : this.#content(content)), ...(calls.length === 0 ? [] : this.#calls(calls))],
    }
  }

  audioIn(message: JsonObject): number | undefined {
    const input = objectOf(message['realtimeInput'])
    const sounds = [objectOf(input?.['audio']), ...objectsOf(input?.['mediaChunks'])]
    const sizes = sounds.map((sound) =>
      stringOf(sound?.['mimeType'])?.startsWith('audio/') ? (stringOf(sound?.['data'])?.length ?? 0) : 0,
    )
    const size = sizes.reduce((sum, one) => sum + one, 0)
    return size === 0 ? undefined : size
  }

  #shown(): JsonObject {
    return { type: 'realtime', object: 'realtime.session', model: this.#model, ...this.#session }
  }

  #update(session: JsonObject): Translated {
    if (this.#isSetUp)
      throw fail('bad_request', "This model's provider keeps a session as it began: update it before anything else is said.")
    this.#session = { ...this.#session, ...session }
    return { toProvider: [], toClient: [{ type: 'session.updated', session: this.#shown() }] }
  }

  /** The setup goes out before the first of them. */
  #send(...messages: readonly JsonObject[]): Translated {
    const setup = this.#isSetUp ? [] : [setupOf(this.#session, this.#resource)]
    this.#isSetUp = true
    if (this.#waiting === undefined) return { toProvider: messages, toClient: [] }
    this.#waiting.push(...messages)
    return { toProvider: setup, toClient: [] }
  }

  #audio(data: string): readonly JsonObject[] {
    const audio = { realtimeInput: { audio: { mimeType: heardAudio, data } } }
    if (!turnsByHand(this.#session) || this.#isActive) return [audio]
    this.#isActive = true
    return [{ realtimeInput: { activityStart: {} } }, audio]
  }

  #ask(): Translated {
    if (this.#goesOn) {
      this.#goesOn = false
      return nothing
    }
    if (!this.#isActive) return this.#send({ clientContent: { turnComplete: true } })
    this.#isActive = false
    return this.#send({ realtimeInput: { activityEnd: {} } })
  }

  #create(item: JsonObject): Translated {
    const sent = this.#send(this.#itemOf(item))
    const shown = { id: newItem(), status: 'completed', ...item }
    const told = ['conversation.item.added', 'conversation.item.done'].map((type) => ({ type, item: shown }))
    return { ...sent, toClient: told }
  }

  #itemOf(item: JsonObject): JsonObject {
    if (item['type'] === 'message') {
      const role = item['role'] === 'assistant' ? 'model' : 'user'
      const parts = objectsOf(item['content']).map(partOf)
      return { clientContent: { turns: [{ role, parts }], turnComplete: false } }
    }
    const id = stringOf(item['call_id']) ?? ''
    const name = this.#functions.get(id)
    if (item['type'] !== 'function_call_output' || name === undefined)
      throw fail('bad_request', 'The item is neither a message nor the output of a function that was called.', { param: 'item' })
    this.#goesOn = true
    const output = stringOf(item['output']) ?? ''
    const response = objectOf(parseJson(output)) ?? { output }
    return { toolResponse: { functionResponses: [{ id, name, response }] } }
  }

  #content(content: JsonObject): readonly JsonObject[] {
    const heard = stringOf(objectOf(content['inputTranscription'])?.['text'])
    const said = stringOf(objectOf(content['outputTranscription'])?.['text'])
    const events: JsonObject[] = []
    if (heard !== undefined)
      events.push({
        type: 'conversation.item.input_audio_transcription.delta',
        item_id: newItem(),
        content_index: 0,
        delta: heard,
      })
    for (const part of objectsOf(objectOf(content['modelTurn'])?.['parts'])) events.push(...this.#part(part))
    if (said !== undefined) events.push(...this.#within((response) => response.transcript(said)))
    if (content['interrupted'] === true) {
      events.push(
        { type: 'input_audio_buffer.speech_started', audio_start_ms: 0, item_id: newItem() },
        ...this.#done('cancelled'),
      )
    }
    if (content['turnComplete'] === true) events.push(...this.#done('completed'))
    return events
  }

  #part(part: JsonObject): readonly JsonObject[] {
    const audio = stringOf(objectOf(part['inlineData'])?.['data'])
    const text = part['thought'] === true ? undefined : stringOf(part['text'])
    if (audio !== undefined) return this.#within((response) => response.audio(audio))
    return text === undefined ? [] : this.#within((response) => response.text(text))
  }

  /** The turn is over for OpenAI's clients: they answer, and ask for the next. */
  #calls(calls: readonly JsonObject[]): readonly JsonObject[] {
    const events = calls.flatMap((call) => {
      const id = stringOf(call['id']) ?? `call_${crypto.randomUUID()}`
      const name = stringOf(call['name']) ?? ''
      this.#functions.set(id, name)
      return this.#within((response) => response.call(id, name, JSON.stringify(call['args'] ?? {})))
    })
    return [...events, ...this.#done('completed')]
  }

  #within(tell: (response: LiveResponse) => readonly JsonObject[]): readonly JsonObject[] {
    if (this.#response !== undefined) return tell(this.#response)
    this.#response = new LiveResponse()
    return [this.#response.created(), ...tell(this.#response)]
  }

  #done(status: 'completed' | 'cancelled'): readonly JsonObject[] {
    const events = this.#response?.done(status, this.#usage) ?? []
    this.#response = undefined
    this.#goesOn = false
    if (events.length > 0) this.#usage = undefined
    return events
  }
}

const newItem = (): string => `item_${crypto.randomUUID()}`

function partOf(part: JsonObject): JsonObject {
  const text = stringOf(part['text']) ?? stringOf(part['transcript'])
  const audio = stringOf(part['audio'])
  const image = /^data:([^;,]+);base64,(.*)$/s.exec(stringOf(part['image_url']) ?? '')
  if (audio !== undefined) return { inlineData: { mimeType: heardAudio, data: audio } }
  if (image !== null) return { inlineData: { mimeType: image[1], data: image[2] } }
  if (text !== undefined) return { text }
  throw fail('bad_request', `A part of the type "${String(part['type'])}" cannot be sent to this model's provider.`, {
    param: 'item.content',
  })
}

/** In OpenAI's fields; thoughts are output. */
function usageOf(usage: JsonObject | undefined): JsonObject | undefined {
  if (usage === undefined) return undefined
  const input = (numberOf(usage['promptTokenCount']) ?? 0) + (numberOf(usage['toolUsePromptTokenCount']) ?? 0)
  const output = (numberOf(usage['responseTokenCount']) ?? 0) + (numberOf(usage['thoughtsTokenCount']) ?? 0)
  const prompt = usage['promptTokensDetails']
  return {
    total_tokens: input + output,
    input_tokens: input,
    output_tokens: output,
    input_token_details: compact({
      cached_tokens: numberOf(usage['cachedContentTokenCount']) ?? 0,
      text_tokens: tokensOf(prompt, 'TEXT'),
      audio_tokens: tokensOf(prompt, 'AUDIO'),
      image_tokens: tokensOf(prompt, 'IMAGE'),
    }),
    output_token_details: { audio_tokens: tokensOf(usage['responseTokensDetails'], 'AUDIO') },
  }
}

const tokensOf = (details: unknown, modality: string): number =>
  objectsOf(details)
    .filter((one) => one['modality'] === modality)
    .reduce((sum, one) => sum + (numberOf(one['tokenCount']) ?? 0), 0)
