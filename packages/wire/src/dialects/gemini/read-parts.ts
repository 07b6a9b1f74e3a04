import type { Undo } from '../../dialect.ts'
import type { Block, MediaBlock, MediaSource, ResultBlock } from '../../hub.ts'
import { isString, type JsonObject } from '../../json.ts'
import type { CallIds } from './call-ids.ts'
import type { Fields } from './fields.ts'
import { mediaOf } from './media-types.ts'
import { kept } from './spelling.ts'

/** The keys that a tool's answer is wrapped in when it is one string. Google names `output` and `error`; clients use all. */
const wrappers = ['output', 'error', 'result', 'content'] as const

/** `Part` → block. One reader serves one body: it numbers the calls that have no id. */
export class PartReader {
  readonly #ids: CallIds
  readonly #undo: Undo | undefined

  constructor(ids: CallIds, undo?: Undo) {
    this.#ids = ids
    this.#undo = undo
  }

  /** What is not understood, a kind of part that is new among it, stays whole as a native block. */
  read(part: Fields): Block {
    return this.#known(part) ?? { type: 'native', dialect: 'gemini', data: part.whole }
  }

  #known(part: Fields): Block | undefined {
    const text = part.string('text')
    if (text !== undefined) return readText(part, text)
    const inline = part.nested('inlineData')
    if (inline !== undefined) return readInline(part, inline)
    const file = part.nested('fileData')
    if (file !== undefined) return readFile(part, file)
    const call = part.nested('functionCall')
    if (call !== undefined) return this.#call(part, call)
    const response = part.nested('functionResponse')
    return response === undefined ? undefined : this.#result(part, response)
  }

  #call(part: Fields, call: Fields): Block | undefined {
    const name = call.string('name')
    if (name === undefined) return call.missing('name', 'a string')
    const args = call.object('args')
    const id = call.string('id')
    const signature = part.string('thoughtSignature')
    return {
      type: 'call',
      id: this.#ids.call(id, name),
      name: this.#undo?.toolNames?.get(name) ?? name,
      input: args === undefined ? '' : JSON.stringify(args),
      ...(signature === undefined ? {} : { signature }),
      ...kept(notes(part, { $functionCall: call.rest(), $noId: id === undefined ? true : undefined })),
    }
  }

  #result(part: Fields, response: Fields): ResultBlock | undefined {
    const name = response.string('name')
    if (name === undefined) return response.missing('name', 'a string')
    const answer = response.object('response')
    if (answer === undefined) return response.missing('response', 'an object')
    const id = response.string('id')
    const wrapper = wrapperOf(answer)
    const parts = response.items('parts')
    return {
      type: 'result',
      callId: this.#ids.result(id, name),
      name,
      content: [{ type: 'text', text: wrapper?.text ?? JSON.stringify(answer) }, ...(parts ?? []).map((item) => this.read(item))],
      ...('error' in answer ? { isError: true } : {}),
      ...kept(
        notes(part, {
          $functionResponse: response.rest(),
          $noId: id === undefined ? true : undefined,
          $key: wrapper?.key,
          $parts: parts === undefined ? undefined : true,
        }),
      ),
    }
  }
}

/** A part's rest together with the notes that are set. */
function notes(part: Fields, named: JsonObject): JsonObject {
  const fields: JsonObject = { ...part.rest() }
  for (const name in named) if (named[name] !== undefined) fields[name] = named[name]
  return fields
}

function wrapperOf(answer: JsonObject): { key: string; text: string } | undefined {
  const keys = Object.keys(answer)
  const key = wrappers.find((name) => name === keys[0])
  const text = key === undefined || keys.length !== 1 ? undefined : answer[key]
  return key !== undefined && isString(text) ? { key, text } : undefined
}

function readText(part: Fields, text: string): Block {
  const reasoning = part.peek('thought') === true && part.boolean('thought') === true
  const signature = part.string('thoughtSignature')
  return {
    type: reasoning ? 'reasoning' : 'text',
    text,
    ...(signature === undefined ? {} : { signature }),
    ...kept(part.rest()),
  }
}

function readInline(part: Fields, inline: Fields): MediaBlock | undefined {
  const base64 = inline.string('data')
  if (base64 === undefined) return inline.missing('data', 'a base64 string')
  return media(part, inline, { kind: 'data', base64 }, '$inlineData')
}

/** Google's own files are a `file`: nobody else can fetch them. */
const ownFile = /^(?:gs:\/\/|files\/|https:\/\/generativelanguage\.googleapis\.com\/)/

function readFile(part: Fields, file: Fields): MediaBlock | undefined {
  const uri = file.string('fileUri')
  if (uri === undefined) return file.missing('fileUri', 'a string')
  return media(part, file, ownFile.test(uri) ? { kind: 'file', id: uri } : { kind: 'url', url: uri }, '$fileData')
}

function media(part: Fields, data: Fields, source: MediaSource, note: string): MediaBlock {
  const mimeType = data.string('mimeType')
  const name = data.string('displayName')
  return {
    type: 'media',
    media: mediaOf(mimeType),
    source,
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(name === undefined ? {} : { name }),
    ...kept(notes(part, { [note]: data.rest() })),
  }
}
