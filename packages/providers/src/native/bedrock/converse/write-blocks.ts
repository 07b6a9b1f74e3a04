import {
  isObject,
  parseJson,
  type Block,
  type ChatRequest,
  type JsonObject,
  type ModelTraits,
  type ResultBlock,
} from '@switchyard/wire'
import { cachePoint } from './cache-point.ts'
import type { Family } from './families.ts'
import { mediaBlock } from './media.ts'

const maxIdLength = 64

/** Content blocks of one request. */
export class BlockWriter {
  readonly #client: ChatRequest
  readonly #family: Family
  readonly #traits: ModelTraits
  readonly #names = new Set<string>()
  #documents = 0

  constructor(client: ChatRequest, family: Family, traits: ModelTraits) {
    this.#client = client
    this.#family = family
    this.#traits = traits
  }

  write(blocks: readonly Block[]): JsonObject[] {
    const content = blocks.flatMap((block) => {
      const written = this.#block(block)
      const mark = written.length === 0 ? undefined : cachePoint(block.cache, this.#client, this.#traits)
      return mark === undefined ? written : [...written, mark]
    })
    // A document needs a text beside it (API reference, "ContentBlock").
    if (content.some((one) => 'document' in one) && !content.some((one) => 'text' in one)) content.push({ text: '.' })
    return content
  }

  #block(block: Block): JsonObject[] {
    switch (block.type) {
      case 'text':
        return [{ text: block.text }]
      case 'media': {
        const written = this.#named(mediaBlock(block, this.#documents))
        return written === undefined ? [] : [written]
      }
      case 'reasoning':
        return this.#reasoning(block.text, block.signature, block.sealed)
      case 'call': {
        const input = parseJson(block.input)
        return [{ toolUse: { toolUseId: idOf(block.id), name: block.name, input: isObject(input) ? input : {} } }]
      }
      case 'result':
        return [this.#result(block)]
      case 'native':
        return 'type' in block.data ? [] : [block.data]
    }
  }

  /** Only who signed it reads it again. */
  #reasoning(text: string, signature: string | undefined, sealed: string | undefined): JsonObject[] {
    if (!this.#family.claude) return []
    if (sealed !== undefined) return [{ reasoningContent: { redactedContent: sealed } }]
    return [{ reasoningContent: { reasoningText: { text, ...(signature === undefined ? {} : { signature }) } } }]
  }

  #result({ callId, content, isError }: ResultBlock): JsonObject {
    const written = content.flatMap((block) => this.#block(block))
    const status = isError === true && this.#family.resultStatus ? { status: 'error' } : {}
    return {
      toolResult: { toolUseId: idOf(callId), content: written.length === 0 ? [{ text: '(no output)' }] : written, ...status },
    }
  }

  #named(written: JsonObject | undefined): JsonObject | undefined {
    const document = written?.['document']
    if (!isObject(document)) return written
    this.#documents++
    let name = String(document['name'])
    for (let n = 2; this.#names.has(name); n++) name = `${String(document['name'])} ${n}`
    this.#names.add(name)
    return { document: { ...document, name } }
  }
}

/** The end of an id tells it from others. */
const idOf = (id: string): string => id.slice(-maxIdLength)
