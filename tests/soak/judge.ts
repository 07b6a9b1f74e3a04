import { arrayOf, isObject, objectsOf, parseJson } from '@switchyard/wire'
import { vectorOf } from '../tools/fake/openai-chat.ts'
import { piecesOf } from '../tools/fake/plan.ts'
import { nanoOf } from '../tools/stage.ts'
import { toolName, type SoakCall } from './calls.ts'
import { saidIn } from './read-reply.ts'
import type { Received } from './send.ts'

/**
 * How a call ended. `failed`: by the fault that the provider was told to have, as its dialect tells it; `refused`: by a limit of
 * its key; `left`: by its client. All else is wrong.
 */
export type Verdict =
  | { readonly kind: 'answered' | 'failed' | 'refused' | 'left' }
  | { readonly kind: 'wrong'; readonly why: string }

const refusal = /Rate limit exceeded for api_key|Budget has been exceeded!/
const mayBeRefused: ReadonlySet<string> = new Set(['rated', 'narrow', 'poor'])

export function judge(call: SoakCall, reply: Received): Verdict {
  const { manner, key } = call
  const { status, text, left } = reply
  if (left) return { kind: 'left' }
  if (mayBeRefused.has(key) && (status === 429 || status === 422) && refusal.test(text)) return { kind: 'refused' }
  if (status !== 200) return manner.statuses.includes(status) && text.includes('"error":{') ? failed : wrong(call, reply)
  const { answers } = manner
  if (answers !== 'never' && isWhole(call, text)) return { kind: 'answered' }
  if (answers !== 'always' && isBroken(call, text)) return failed
  return wrong(call, reply)
}

const failed: Verdict = { kind: 'failed' }

function isWhole(call: SoakCall, text: string): boolean {
  const { shape, stream } = call
  if (shape === undefined) return isVector(call.text, text)
  const ends = !stream || (shape.success.test(text) && !shape.failed.test(text) && text.endsWith('\n\n'))
  return ends && saidIn(shape.name, text, stream) === expected(call)
}

const isBroken = ({ shape, stream }: SoakCall, text: string): boolean =>
  shape !== undefined && stream && shape.failed.test(text) && !shape.success.test(text)

function isVector(asked: string, text: string): boolean {
  const reply = parseJson(text)
  const vector = isObject(reply) ? arrayOf(objectsOf(reply['data'])[0]?.['embedding']) : []
  return JSON.stringify(vector) === JSON.stringify(vectorOf(asked))
}

function wrong(call: SoakCall, { status, text }: Received): Verdict {
  const { number, shape, model, mannerName, stream, key, reading, usesTool } = call
  const shown = text.length > 600 ? `${text.slice(0, 300)} … ${text.slice(-300)}` : text
  const about = JSON.stringify({
    number,
    dialect: shape?.name ?? 'embeddings',
    model,
    mannerName,
    stream,
    key,
    reading,
    usesTool,
  })
  return { kind: 'wrong', why: `${about}: ${status} ${shown}` }
}

const countIn = (text: string): number | undefined => {
  const count = /^count (\d+)$/.exec(text)?.[1]
  return count === undefined ? undefined : Number(count)
}

/** What the provider says to this question. */
function expected({ text, usesTool }: SoakCall): string {
  if (usesTool) return text.replace('call ', '')
  const count = countIn(text)
  return count === undefined ? `echo: ${text}` : Array.from({ length: count }, (_, index) => index + 1).join(' ')
}

/** What the provider's own figures make of an answered call. */
export function priceOf(call: SoakCall): number {
  const { shape, text, usesTool } = call
  if (shape === undefined) return nanoOf({ input: 4, output: 0 })
  const output = usesTool ? Math.ceil((text.length - `call ${toolName} `.length) / 4) : piecesOf(expected(call)).length
  return nanoOf({ input: 7 + piecesOf(text).length, output })
}
