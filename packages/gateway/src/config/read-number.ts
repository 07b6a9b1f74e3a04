import { resolveScalar, type Context, type Resolved } from './context.ts'
import { kindOf, positionOf, type YamlNode } from './yaml-node.ts'
import { numberOfText } from './yaml-scalar.ts'

export interface Bounds {
  readonly min?: number
  readonly max?: number
}

/** Where a value stands and what it is called, for messages. */
export interface Place {
  readonly path: string
  readonly name: string
}

/** A number, also as text or from a variable, as LiteLLM accepts it. */
export function readNumber(
  context: Context,
  node: YamlNode,
  place: Place,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds = {},
) {
  const { path, name } = place
  const report = (message: string, hint: string): undefined =>
    context.diagnostics.error(positionOf(node), { path, message, hint })
  if (node.kind !== 'scalar' || node.value === null) return report(`expected a number, got ${kindOf(node)}`, `write ${name}: 10`)
  // A limit or a price that is not there would be no limit and no price: an error, unlike a missing key.
  const resolved = resolveScalar(context, node, path, true)
  if (resolved === undefined) return undefined
  const value = typeof resolved.value === 'number' ? resolved.value : numberOfText(resolved.text)
  if (value === undefined) return report(`expected a number, got ${shown(resolved)}`, `write ${name}: 10`)
  if (value >= min && value <= max) return value
  return report(
    `expected ${value < min ? `at least ${min}` : `at most ${max}`}, got ${shown(resolved)}`,
    `write ${name}: ${value < min ? min : max}`,
  )
}

const longestShown = 24

/** A value of a variable, a long one and one like a key are not shown: they may be secrets in the wrong place. */
export function shown({ text, value, variable }: Resolved): string {
  if (variable !== undefined) return `something else in the environment variable ${variable}`
  if (typeof value !== 'string') return text
  return text.length > longestShown || text.startsWith('sk-') ? `text of ${text.length} characters` : `"${text}"`
}
