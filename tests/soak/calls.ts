import { createHash } from 'node:crypto'
import type { JsonObject } from '@switchyard/wire'
import { models, openaiChat, shapes, type ClientShape } from '../tools/shapes.ts'
import { mannerNamed, manners, markOf, type Manner } from './manners.ts'

/**
 * The keys of a run. `exact`: only calls whose price is known to the nano-USD; `rated`: so many a minute; `narrow`: so many at
 * once; `poor`: a budget that ends again and again.
 */
export type KeyName = 'open' | 'exact' | 'rated' | 'narrow' | 'poor'

/** How the client takes its reply. */
export type Reading =
  | { readonly how: 'whole' }
  | { readonly how: 'leaves'; readonly afterMs: number }
  | { readonly how: 'slowly'; readonly pauseMs: number }

export interface SoakCall {
  readonly number: number
  /** Undefined: an embedding. */
  readonly shape: ClientShape | undefined
  readonly model: string
  readonly stream: boolean
  readonly text: string
  readonly usesTool: boolean
  readonly manner: Manner
  readonly mannerName: string
  readonly key: KeyName
  readonly reading: Reading
}

/** Chances that follow from seed and number alone, whatever else runs meanwhile. */
class Draws {
  readonly #bytes: Buffer
  #offset = 0

  constructor(seed: number, number: number) {
    this.#bytes = createHash('sha512').update(`${seed}:${number}`).digest()
  }

  share(): number {
    const share = this.#bytes.readUInt32LE(this.#offset) / 2 ** 32
    this.#offset += 4
    return share
  }

  below(limit: number): number {
    return Math.floor(this.share() * limit)
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0]
  }
}

export const toolName = 'look'
/** Many pieces, so that there is a middle in every dialect's stream. */
const filler = 'one two three four five six seven eight nine ten eleven twelve'
/** More than the sockets between client and provider hold, so that a slow reader slows the provider. */
const longText = 'count 3000'

/** The call with this number of the run with this seed: always the same one. */
export function callOf(seed: number, number: number): SoakCall {
  const draws = new Draws(seed, number)
  const mannerName = drawManner(draws)
  const manner = mannerNamed(mannerName)
  const shape = mannerName === 'lame' ? openaiChat : draws.share() < 0.1 ? undefined : draws.pick(withFirst(shapes))
  const stream = shape !== undefined && draws.share() < 0.6
  const reading = drawReading(draws, stream && mannerName === 'usual')
  const usesTool = reading.how !== 'slowly' && shape !== undefined && manner.answers === 'always' && draws.share() < 0.2
  const said = `turn ${number} of ${seed} ${markOf(mannerName)} ${filler}`
  const text = reading.how === 'slowly' ? longText : usesTool ? `call ${toolName} ${JSON.stringify({ said })}` : said
  return {
    number,
    shape,
    stream,
    text,
    usesTool,
    manner,
    mannerName,
    reading,
    model: mannerName === 'lame' ? 'pair' : modelOf(draws, shape),
    key: drawKey(draws, manner.answers === 'always' && mannerName !== 'lame' && reading.how === 'whole'),
  }
}

function withFirst<T>(list: readonly T[]): readonly [T, ...T[]] {
  const [first, ...rest] = list
  if (first === undefined) throw new Error('nothing to pick from')
  return [first, ...rest]
}

/** Of a hundred calls each manner gets its weight, and the usual one the rest. */
function drawManner(draws: Draws): string {
  let left = draws.share() * 100
  for (const [name, { weight }] of Object.entries(manners)) {
    left -= weight
    if (left < 0) return name
  }
  return 'usual'
}

function drawReading(draws: Draws, maySlow: boolean): Reading {
  const share = draws.share()
  if (share < 0.08) return { how: 'leaves', afterMs: 1 + draws.below(400) }
  if (maySlow && share < 0.11) return { how: 'slowly', pauseMs: 1 + draws.below(40) }
  return { how: 'whole' }
}

/** Relayed as often as translated. */
function modelOf(draws: Draws, shape: ClientShape | undefined): string {
  if (shape === undefined) return 'embed'
  return draws.share() < 0.5 ? shape.relays : draws.pick(models)
}

function drawKey(draws: Draws, isExact: boolean): KeyName {
  const share = draws.share()
  if (share < 0.1) return 'rated'
  if (share < 0.15) return 'poor'
  if (share < 0.2) return 'narrow'
  return isExact && share < 0.6 ? 'exact' : 'open'
}

const toolSchema = { type: 'object', properties: { said: { type: 'string' } } }

/** The one tool, as each client dialect declares it. */
const toolsOf: Readonly<Record<string, JsonObject>> = {
  'openai-chat': { tools: [{ type: 'function', function: { name: toolName, parameters: toolSchema } }] },
  'openai-responses': { tools: [{ type: 'function', name: toolName, parameters: toolSchema }] },
  'anthropic-messages': { tools: [{ name: toolName, input_schema: toolSchema }] },
  gemini: { tools: [{ functionDeclarations: [{ name: toolName, parameters: toolSchema }] }] },
}

export interface SoakRequest {
  readonly path: string
  readonly body: string
}

/** The call as its client sends it. */
export function requestOf({ shape, model, stream, text, usesTool }: SoakCall): SoakRequest {
  if (shape === undefined) return { path: '/v1/embeddings', body: JSON.stringify({ model, input: text }) }
  const body: JsonObject = { ...JSON.parse(shape.body(model, text)), ...(usesTool ? toolsOf[shape.name] : {}) }
  const path = stream ? shape.path(model) : shape.path(model).replace('streamGenerateContent?alt=sse', 'generateContent')
  if (!stream) delete body['stream']
  return { path, body: JSON.stringify(body) }
}
