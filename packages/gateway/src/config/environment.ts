import type { Diagnostics } from './diagnostic.ts'
import { kindOf, positionOf, positionOfKey, type MapEntry, type YamlNode } from './yaml-node.ts'

const inspect = Symbol.for('nodejs.util.inspect.custom')

/** The variables that the gateway sees: the process's, then the config's. It holds keys, so it prints only their number. */
export class Environment {
  readonly #values: ReadonlyMap<string, string>

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values
  }

  /** The value of a variable; one that is empty counts as not set. */
  get(name: string): string | undefined {
    const value = this.#values.get(name)
    return value === '' ? undefined : value
  }

  names(): readonly string[] {
    return [...this.#values.keys()]
  }

  toJSON(): string {
    return `[${this.#values.size} variables]`
  }

  [inspect](): string {
    return this.toJSON()
  }
}

export const environmentPrefix = 'os.environ/'

/** `NAME` of `os.environ/NAME`. */
export const variableOf = (text: string): string | undefined =>
  text.startsWith(environmentPrefix) ? text.slice(environmentPrefix.length) : undefined

/** What a config may not change: how programs are found and loaded (facts §3.1, LiteLLM 1.106.2, 2026-11-22). */
const blockedNames = new Set(['PATH', 'HOME', 'USER', 'SHELL', 'LOGNAME', 'NO_PROXY', 'LITELLM_ENABLE_MCP_STDIO'])
const blockedPrefix = /^(?:LD_|DYLD_|PYTHON|NODE_|BUN_)/

/** The environment with what `environment_variables` adds; the process itself is not touched. */
export function readEnvironment(
  node: YamlNode | undefined,
  env: Readonly<Record<string, string | undefined>>,
  diagnostics: Diagnostics,
): Environment {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(env)) if (value !== undefined) values.set(name, value)
  const outer = new Environment(new Map(values))
  if (node?.kind === 'map') {
    for (const entry of node.entries.values()) {
      const value = readVariable(entry, outer, diagnostics)
      if (value !== undefined) values.set(entry.key, value)
    }
  } else if (node !== undefined && !(node.kind === 'scalar' && node.value === null)) {
    const hint = 'write NAME: value below it, indented'
    diagnostics.error(positionOf(node), {
      path: 'environment_variables',
      message: `expected a mapping, got ${kindOf(node)}`,
      hint,
    })
  }
  return new Environment(values)
}

function readVariable(entry: MapEntry, outer: Environment, diagnostics: Diagnostics): string | undefined {
  const path = `environment_variables.${entry.key}`
  const name = entry.key.toUpperCase()
  if (blockedNames.has(name) || blockedPrefix.test(name)) {
    const message = 'this variable may not be set by a config file'
    diagnostics.error(positionOfKey(entry), { path, message, hint: 'set it where the gateway is started' })
    return undefined
  }
  const { node } = entry
  if (node.kind !== 'scalar') {
    diagnostics.error(positionOf(node), {
      path,
      message: `expected text, got ${kindOf(node)}`,
      hint: `write ${entry.key}: value`,
    })
    return undefined
  }
  const variable = variableOf(node.text)
  if (variable === undefined) return node.text
  const value = outer.get(variable)
  if (value === undefined) {
    const hint = `set ${variable} where the gateway is started`
    diagnostics.warn(positionOf(node), { path, message: `the environment variable ${variable} is not set`, hint })
  }
  return value
}
