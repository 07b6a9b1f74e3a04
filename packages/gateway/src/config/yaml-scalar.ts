import type { ScalarValue } from './yaml-node.ts'

const trueWords = new Set(['true', 'yes', 'on'])
const falseWords = new Set(['false', 'no', 'off'])
const decimal = /^[-+]?(?:0|[1-9][0-9_]*)(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?$|^[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?$/
const radix = /^0(?:x[0-9a-fA-F]+|o[0-7]+|b[01]+)$/

/** `yes`, `Off`, `TRUE` …; `undefined` for other text. YAML 1.1's words, which PyYAML and so LiteLLM reads. */
export function booleanOfText(text: string): boolean | undefined {
  const first = text.charAt(0)
  const styled =
    text === text.toLowerCase() || text === text.toUpperCase() || text === first.toUpperCase() + text.slice(1).toLowerCase()
  if (!styled) return undefined
  const word = text.toLowerCase()
  return trueWords.has(word) ? true : falseWords.has(word) ? false : undefined
}

/** `10`, `1_000`, `1e-6`, `0x1f`. A leading zero makes text: YAML 1.1 would read it as octal, which nobody means. */
export function numberOfText(text: string): number | undefined {
  const digit = text.charCodeAt(0)
  // Most scalars are words: a sign, a dot or a digit must come first.
  if (digit > 57 || digit < 43) return undefined
  if (radix.test(text)) return Number(text)
  if (!decimal.test(text)) return undefined
  const value = Number(text.replaceAll('_', ''))
  return Number.isFinite(value) ? value : undefined
}

/** What unquoted text means. */
export function plainScalar(text: string): ScalarValue {
  if (text === '' || text === '~' || text === 'null' || text === 'Null' || text === 'NULL') return null
  return numberOfText(text) ?? (text.length <= 5 ? booleanOfText(text) : undefined) ?? text
}
