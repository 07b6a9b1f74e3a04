import type { Block, NativeBlock, TextBlock } from '../../hub.ts'
import { isObject, isString, type JsonObject } from '../../json.ts'
import { optionalObjects, requiredString, wrong } from './check.ts'
import { readAnnotation, writeAnnotations } from './citations.ts'
import { readAudio, readFile, readImage, writeMedia } from './media.ts'
import { dialect, ownExtra, ownFields, restFields, someExtra, wireObject } from './notes.ts'

const inputTextFields = new Set(['type', 'text'])
const outputTextFields = new Set(['type', 'text', 'annotations'])
const refusalFields = new Set(['type', 'refusal'])

/** The part type that text of a role is written with. */
const textType = (role: string): string => (role === 'assistant' ? 'output_text' : 'input_text')

/** A message's or result's `content`: a string or a list of parts. */
export function readContent(content: unknown, role: string, path: string): readonly Block[] {
  if (isString(content)) return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) throw wrong(path, 'a string or an array of content parts')
  return content.map((part: unknown, index) => readPart(part, role, `${path}[${index}]`))
}

function readPart(part: unknown, role: string, path: string): Block {
  if (!isObject(part)) throw wrong(path, 'an object')
  const type = requiredString(part, 'type', path)
  switch (type) {
    case 'input_text':
    case 'output_text':
      return readText(part, type === textType(role), path)
    case 'refusal':
      return {
        type: 'text',
        text: requiredString(part, 'refusal', path),
        refusal: true,
        ...someExtra(restFields(part, refusalFields)),
      }
    case 'input_image':
      return readImage(part, path)
    case 'input_file':
      return readFile(part, path)
    case 'input_audio':
      return readAudio(part, path)
    default:
      return { type: 'native', dialect, data: part, ...ownExtra({ $part: true }) }
  }
}

function readText(part: JsonObject, usual: boolean, path: string): TextBlock {
  const output = part['type'] === 'output_text'
  const annotations = output ? optionalObjects(part, 'annotations', path) : undefined
  const rest = restFields(part, output ? outputTextFields : inputTextFields)
  return {
    type: 'text',
    text: requiredString(part, 'text', path),
    ...(annotations === undefined ? {} : { citations: annotations.map(readAnnotation) }),
    ...someExtra(usual ? rest : { ...rest, $type: part['type'] }),
  }
}

/** A native block that is a part of a message, not an item of its own. */
export const isPart = (block: NativeBlock): boolean => ownFields(block.extra)?.['$part'] === true

/** One part of a message or result; `undefined` for a block that cannot stand there. */
function writePart(block: Block, role: string): JsonObject | undefined {
  switch (block.type) {
    case 'text':
      return writeText(block, role)
    case 'media':
      // Only what the user side says may hold media; models' pictures are items of their own.
      return role === 'assistant' && ownFields(block.extra) === undefined ? undefined : writeMedia(block)
    case 'native':
      return block.dialect === dialect ? block.data : undefined
    case 'reasoning':
    case 'call':
    case 'result':
      return undefined
  }
}

function writeText(block: TextBlock, role: string): JsonObject {
  const fields = ownFields(block.extra)
  if (block.refusal) return wireObject(fields, { type: 'refusal', refusal: block.text })
  const noted = fields?.['$type']
  const type = isString(noted) ? noted : textType(role)
  const annotations = block.citations === undefined || type !== 'output_text' ? undefined : writeAnnotations(block.citations)
  return wireObject(fields, { type, text: block.text, annotations })
}

export function writeParts(blocks: readonly Block[], role: string): JsonObject[] {
  const out: JsonObject[] = []
  for (const block of blocks) {
    const part = writePart(block, role)
    if (part !== undefined) out.push(part)
  }
  return out
}

/** The text of a list that is one plain text, which may then be written as a string. */
export function plainText(blocks: readonly Block[]): string | undefined {
  const [only] = blocks
  return blocks.length === 1 && only?.type === 'text' && !only.refusal && only.citations === undefined ? only.text : undefined
}
