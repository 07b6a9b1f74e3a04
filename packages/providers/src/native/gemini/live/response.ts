import { compact, type JsonObject } from '@switchyard/wire'

type Kind = 'text' | 'audio'

/** One response as OpenAI's events tell it, made of what Gemini says of it. */
export class LiveResponse {
  readonly #id = `resp_${crypto.randomUUID()}`
  readonly #output: JsonObject[] = []
  #message: { readonly id: string; readonly kind: Kind } | undefined
  /** The text, or what the audio says. */
  #said = ''

  created(): JsonObject {
    return { type: 'response.created', response: this.#response('in_progress') }
  }

  text(delta: string): readonly JsonObject[] {
    const opened = this.#open('text')
    this.#said += delta
    return [...opened, this.#part('response.output_text.delta', { delta })]
  }

  audio(delta: string): readonly JsonObject[] {
    return [...this.#open('audio'), this.#part('response.output_audio.delta', { delta })]
  }

  transcript(delta: string): readonly JsonObject[] {
    const opened = this.#open('audio')
    this.#said += delta
    return [...opened, this.#part('response.output_audio_transcript.delta', { delta })]
  }

  call(callId: string, name: string, args: string): readonly JsonObject[] {
    const closed = this.#close('completed')
    const place = { response_id: this.#id, output_index: this.#output.length }
    const item = { id: `item_${crypto.randomUUID()}`, type: 'function_call', call_id: callId, name }
    const done = { ...item, status: 'completed', arguments: args }
    this.#output.push(done)
    const told = { ...place, item_id: item.id, call_id: callId }
    return [
      ...closed,
      { type: 'response.output_item.added', ...place, item: { ...item, status: 'in_progress', arguments: '' } },
      { type: 'response.function_call_arguments.delta', ...told, delta: args },
      { type: 'response.function_call_arguments.done', ...told, name, arguments: args },
      { type: 'response.output_item.done', ...place, item: done },
    ]
  }

  done(status: 'completed' | 'cancelled', usage: JsonObject | undefined): readonly JsonObject[] {
    return [...this.#close(status), { type: 'response.done', response: compact({ ...this.#response(status), usage }) }]
  }

  #response(status: string): JsonObject {
    return { id: this.#id, object: 'realtime.response', status, output: [...this.#output] }
  }

  #open(kind: Kind): readonly JsonObject[] {
    if (this.#message !== undefined) return []
    this.#message = { id: `item_${crypto.randomUUID()}`, kind }
    const item = { id: this.#message.id, type: 'message', role: 'assistant', status: 'in_progress', content: [] }
    return [
      { type: 'response.output_item.added', response_id: this.#id, output_index: this.#output.length, item },
      this.#part('response.content_part.added', { part: { type: kind } }),
    ]
  }

  #close(status: 'completed' | 'cancelled'): readonly JsonObject[] {
    if (this.#message === undefined) return []
    const { id, kind } = this.#message
    const said = this.#said
    const ends =
      kind === 'text'
        ? [this.#part('response.output_text.done', { text: said })]
        : [
            this.#part('response.output_audio.done', {}),
            this.#part('response.output_audio_transcript.done', { transcript: said }),
          ]
    const part = kind === 'text' ? { type: 'text', text: said } : { type: 'audio', transcript: said }
    const content = [kind === 'text' ? { type: 'output_text', text: said } : { type: 'output_audio', transcript: said }]
    const itemStatus = status === 'completed' ? status : 'incomplete'
    const item = { id, type: 'message', role: 'assistant', status: itemStatus, content }
    const closing = [
      ...ends,
      this.#part('response.content_part.done', { part }),
      { type: 'response.output_item.done', response_id: this.#id, output_index: this.#output.length, item },
    ]
    this.#output.push(item)
    this.#message = undefined
    this.#said = ''
    return closing
  }

  #part(type: string, fields: JsonObject): JsonObject {
    const place = { response_id: this.#id, item_id: this.#message?.id, output_index: this.#output.length, content_index: 0 }
    return { type, ...place, ...fields }
  }
}
