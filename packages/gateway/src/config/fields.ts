import { nanoFromUsd, Secret } from '@switchyard/wire'
import { resolveScalar, type Context, type Resolved } from './context.ts'
import { parseDuration } from './duration.ts'
import { nearestName } from './nearest-name.ts'
import { readNumber, shown, type Bounds } from './read-number.ts'
import { priceNames, settingOf, settingsTable, type SectionName, type ServedName } from './settings-table.ts'
import {
  kindOf,
  plainOf,
  positionOf,
  positionOfKey,
  type ListNode,
  type MapEntry,
  type MapNode,
  type ScalarNode,
  type YamlNode,
} from './yaml-node.ts'
import { booleanOfText } from './yaml-scalar.ts'

const noEntries: ReadonlyMap<string, MapEntry> = new Map()
const secondMs = 1000
/** Timers hold 2^31 - 1 ms; a timeout beyond a hundred years is a mistake all the same. */
const longestSeconds = 3_155_760_000
const mostUsd = 9_000_000

/** The fields of one mapping, read with their types; whatever does not fit is reported and counts as absent. */
export class Fields<S extends SectionName> {
  readonly context: Context
  readonly path: string
  readonly entries: ReadonlyMap<string, MapEntry>
  readonly #section: S

  constructor(context: Context, section: S, node: YamlNode | undefined, path: string) {
    this.context = context
    this.path = path
    this.#section = section
    this.entries = mapOf(context, node, path)?.entries ?? noEntries
  }

  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }

  node(name: ServedName<S>): YamlNode | undefined {
    const node = this.entries.get(name)?.node
    return node === undefined || isNothing(node) ? undefined : node
  }

  text(name: ServedName<S>, required = false): string | undefined {
    const found = this.#scalar(name, 'text', required)
    if (found === undefined) return undefined
    const { node, resolved } = found
    if (resolved.variable === undefined && typeof resolved.value === 'boolean')
      return this.#mismatch(name, node, `expected text, got the boolean ${resolved.text}`, `write ${name}: "${resolved.text}"`)
    if (resolved.text.trim() !== '') return resolved.text
    // Configs for local servers say `api_key: ""`: that is no key, not a mistake.
    return required ? this.#mismatch(name, node, 'expected text, got empty text', `write ${name}: …`) : undefined
  }

  secret(name: ServedName<S>, required = false): Secret | undefined {
    const text = this.text(name, required)
    return text === undefined ? undefined : new Secret(text)
  }

  number(name: ServedName<S>, bounds: Bounds = {}): number | undefined {
    const node = this.node(name)
    return node === undefined ? undefined : readNumber(this.context, node, { path: this.pathOf(name), name }, bounds)
  }

  integer(name: ServedName<S>, bounds: Bounds = {}): number | undefined {
    const value = this.number(name, bounds)
    const node = this.node(name)
    if (value === undefined || node === undefined || Number.isInteger(value)) return value
    return this.#mismatch(name, node, `expected a whole number, got ${value}`, `write ${name}: ${Math.ceil(value)}`)
  }

  boolean(name: ServedName<S>): boolean | undefined {
    const found = this.#scalar(name, 'true or false', true)
    if (found === undefined) return undefined
    const { node, resolved } = found
    const value = typeof resolved.value === 'boolean' ? resolved.value : booleanOfText(resolved.text)
    if (value !== undefined) return value
    return this.#mismatch(name, node, `expected true or false, got ${shown(resolved)}`, `write ${name}: true`)
  }

  /** Seconds in the file, milliseconds here. */
  seconds(name: ServedName<S>, bounds: Bounds = { min: 0.001 }): number | undefined {
    const value = this.number(name, { max: longestSeconds, ...bounds })
    return value === undefined ? undefined : Math.round(value * secondMs)
  }

  /** US dollars in the file, nano-dollars here. */
  usd(name: ServedName<S>): number | undefined {
    const value = this.number(name, { max: mostUsd })
    return value === undefined ? undefined : nanoFromUsd(value)
  }

  /** Text that `parseDuration` understands. */
  duration(name: ServedName<S>): string | undefined {
    const text = this.text(name, true)
    const node = this.node(name)
    if (text === undefined || node === undefined || parseDuration(text) !== undefined) return text
    return this.#mismatch(
      name,
      node,
      'expected a length of time',
      `write ${name}: 30d (units s, m, h, d, w, mo; or daily, weekly, monthly)`,
    )
  }

  choice<const T extends string>(name: ServedName<S>, choices: readonly T[]): T | undefined {
    const found = this.#scalar(name, 'text', true)
    if (found === undefined) return undefined
    const choice = choices.find((candidate) => candidate === found.resolved.text)
    if (choice !== undefined) return choice
    return this.#mismatch(
      name,
      found.node,
      `expected ${choices.join(' or ')}, got ${shown(found.resolved)}`,
      `write ${name}: ${choices[0]}`,
    )
  }

  list(name: ServedName<S>): ListNode | undefined {
    const node = this.node(name)
    if (node === undefined || node.kind === 'list') return node
    return this.#mismatch(name, node, `expected a list, got ${kindOf(node)}`, `write ${name}: [a, b]`)
  }

  map(name: ServedName<S>): MapNode | undefined {
    return mapOf(this.context, this.node(name), this.pathOf(name))
  }

  texts(name: ServedName<S>): readonly string[] | undefined {
    const list = this.list(name)
    return list === undefined ? undefined : textsOf(this.context, list, this.pathOf(name))
  }

  /** The value as it is, with variables looked up. */
  plain(name: ServedName<S>): unknown {
    const node = this.node(name)
    return node === undefined ? undefined : plainResolved(this.context, node, this.pathOf(name))
  }

  /** Warns about names that nobody knows, and about those that only LiteLLM serves. */
  warnUnknown(): this {
    for (const entry of this.entries.values()) {
      const setting = settingOf(this.#section, entry.key)
      if (setting === undefined) this.#warnName(entry, 'unknown setting; ignored', this.#nearest(entry.key, [this.#section]))
      else if (setting.status === 'ignored') this.warnNotServed(entry)
    }
    return this
  }

  warnNotServed(entry: MapEntry): void {
    this.#warnName(entry, 'known to LiteLLM, not yet in Switchyard; ignored', undefined)
  }

  /** Where any name is allowed, only one that looks like a typing error is worth a warning. */
  warnSimilar(entry: MapEntry, sections: readonly SectionName[], message: string): void {
    const nearest = this.#nearest(entry.key, sections)
    if (nearest !== undefined) this.#warnName(entry, message, nearest)
  }

  #nearest(name: string, sections: readonly SectionName[]): string | undefined {
    const { similarNames } = this.context
    const key = `${sections.join()} ${name}`
    if (!similarNames.has(key)) {
      const known = sections.flatMap((section) => Object.keys(settingsTable[section]))
      similarNames.set(key, nearestName(name, sections.includes('pricing') ? [...known, ...priceNames] : known))
    }
    return similarNames.get(key)
  }

  #warnName(entry: MapEntry, message: string, nearest: string | undefined): void {
    const hint = nearest === undefined ? '' : `did you mean ${nearest}?`
    this.context.diagnostics.warn(positionOfKey(entry), { path: this.pathOf(entry.key), message, hint })
  }

  #scalar(
    name: ServedName<S>,
    wanted: string,
    required = false,
  ): { readonly node: ScalarNode; readonly resolved: Resolved } | undefined {
    const node = this.node(name)
    if (node === undefined) return undefined
    if (node.kind !== 'scalar')
      return this.#mismatch(name, node, `expected ${wanted}, got ${kindOf(node)}`, `write the value in one line: ${name}: …`)
    const resolved = resolveScalar(this.context, node, this.pathOf(name), required)
    return resolved === undefined ? undefined : { node, resolved }
  }

  #mismatch(name: string, node: YamlNode, message: string, hint: string): undefined {
    this.context.diagnostics.error(positionOf(node), { path: this.pathOf(name), message, hint })
  }
}

export const isNothing = (node: YamlNode): boolean => node.kind === 'scalar' && node.value === null

/** The mapping; absent and empty are the same, anything else is an error. */
export function mapOf(context: Context, node: YamlNode | undefined, path: string): MapNode | undefined {
  if (node === undefined || isNothing(node) || node.kind === 'map') return node?.kind === 'map' ? node : undefined
  const message = `expected a mapping, got ${kindOf(node)}`
  context.diagnostics.error(positionOf(node), { path, message, hint: 'write name: value below it, indented' })
  return undefined
}

/** The texts of a list; other items are errors. */
export function textsOf(context: Context, list: ListNode, path: string): readonly string[] {
  const texts: string[] = []
  for (const { node, index } of list.items) {
    const itemPath = `${path}[${index}]`
    if (node.kind === 'scalar' && node.value !== null && typeof node.value !== 'boolean') {
      const resolved = resolveScalar(context, node, itemPath)
      if (resolved !== undefined) texts.push(resolved.text)
    } else
      context.diagnostics.error(positionOf(node), {
        path: itemPath,
        message: `expected text, got ${kindOf(node)}`,
        hint: 'write - text',
      })
  }
  return texts
}

export const plainResolved = (context: Context, node: YamlNode, path: string): unknown =>
  plainOf(node, (leaf) => {
    const resolved = resolveScalar(context, leaf, path)
    return resolved?.variable === undefined ? resolved?.value : resolved.text
  })
