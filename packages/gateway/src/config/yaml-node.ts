import type { Position } from './diagnostic.ts'

/** One file: positions are offsets until somebody asks for a line. */
export interface Source {
  readonly file: string
  position(offset: number): Position
}

interface Located {
  readonly source: Source
  readonly offset: number
}

export type ScalarValue = string | number | boolean | null

export interface ScalarNode extends Located {
  readonly kind: 'scalar'
  /** As it is written, without quotes. */
  readonly text: string
  readonly value: ScalarValue
}

export interface ListItem {
  /** The index in its own file, which includes do not shift. */
  readonly index: number
  readonly node: YamlNode
}

export interface ListNode extends Located {
  readonly kind: 'list'
  readonly items: readonly ListItem[]
}

export interface MapEntry {
  readonly key: string
  readonly keyOffset: number
  readonly source: Source
  readonly node: YamlNode
}

export interface MapNode extends Located {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, MapEntry>
}

/** YAML with positions: aliases and merge keys are resolved, keys are text, nothing is typed yet. */
export type YamlNode = ScalarNode | ListNode | MapNode

export const positionOf = (node: Located): Position => node.source.position(node.offset)
export const positionOfKey = (entry: MapEntry): Position => entry.source.position(entry.keyOffset)

/** What a person would call the value: never its content, which may be a secret. */
export function kindOf(node: YamlNode): string {
  if (node.kind === 'map') return 'a mapping'
  if (node.kind === 'list') return 'a list'
  if (node.value === null) return 'nothing'
  return typeof node.value === 'string' ? 'text' : `a ${typeof node.value}`
}

/** The value as JavaScript, with scalars changed by `scalar`. */
export function plainOf(node: YamlNode, scalar: (node: ScalarNode) => unknown = (leaf) => leaf.value): unknown {
  if (node.kind === 'scalar') return scalar(node)
  if (node.kind === 'list') return node.items.map((item) => plainOf(item.node, scalar))
  const out: Record<string, unknown> = {}
  for (const [key, entry] of node.entries) out[key] = plainOf(entry.node, scalar)
  return out
}
