import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Pair, type Scalar, type YAMLMap } from 'yaml'
import type { Diagnostics, Position } from './diagnostic.ts'
import {
  positionOf,
  positionOfKey,
  type ListItem,
  type MapEntry,
  type MapNode,
  type ScalarNode,
  type Source,
  type YamlNode,
} from './yaml-node.ts'
import { plainScalar } from './yaml-scalar.ts'

/** A config deeper than this is an attack or an accident; readers may then recurse freely. */
const deepest = 64
/** Counts what aliases repeat, so that a few lines cannot stand for billions of nodes. */
const mostNodes = 2_000_000

/** Reads the YAML of one file; what is wrong is reported, and `undefined` means that nothing can be used. */
export function parseYaml(text: string, file: string, diagnostics: Diagnostics): YamlNode | undefined {
  const lines = new LineCounter()
  const source: Source = { file, position: (offset) => positionIn(lines, file, offset) }
  try {
    const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe', uniqueKeys: false, prettyErrors: false })
    for (const problem of document.errors) {
      const message = problem.code === 'MULTIPLE_DOCS' ? 'more than one YAML document' : oneLine(problem.message)
      diagnostics.error(source.position(problem.pos[0]), { path: '', message, hint: syntaxHint(problem.code) })
    }
    return document.errors.length > 0 ? undefined : new TreeBuilder(source, diagnostics).build(document.contents)
  } catch (error) {
    // The parser recurses: thousands of nested brackets end in its RangeError.
    const message = error instanceof RangeError ? 'nested too deeply' : `cannot be read as YAML: ${String(error)}`
    diagnostics.error({ file, line: 1, column: 1 }, { path: '', message })
    return undefined
  }
}

function positionIn(lines: LineCounter, file: string, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return line === 0 ? { file, line: 1, column: offset + 1 } : { file, line, column: col }
}

/** The parser may quote the text at fault, which may be a secret. */
const oneLine = (message: string): string => message.replace(/(?::\s*"|\s*\n)[^]*$/, '')

function syntaxHint(code: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'indent with spaces'
    case 'BAD_INDENT':
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'put the keys of one mapping in the same column'
    case 'MULTIPLE_DOCS':
      return 'remove the --- line, or use include'
    case 'MISSING_CHAR':
    case 'BAD_SCALAR_START':
      return 'quote text that holds : # { [ * & or %'
    default:
      return ''
  }
}

interface Built {
  readonly node: YamlNode
  readonly size: number
}

class TreeBuilder {
  readonly #source: Source
  readonly #diagnostics: Diagnostics
  readonly #anchors = new Map<string, Built>()
  #size = 0

  constructor(source: Source, diagnostics: Diagnostics) {
    this.#source = source
    this.#diagnostics = diagnostics
  }

  build(contents: unknown): YamlNode | undefined {
    const node = this.#node(contents, 0, 0)
    if (this.#size <= mostNodes) return node
    this.#error(0, 'aliases make this file stand for more than two million values', 'write less with aliases')
    return undefined
  }

  #node(raw: unknown, fallbackOffset: number, depth: number): YamlNode {
    if (isAlias(raw)) return this.#alias(raw.source, raw.range?.[0] ?? fallbackOffset)
    const before = this.#size++
    const node = this.#fresh(raw, fallbackOffset, depth)
    const anchor = isScalar(raw) || isMap(raw) || isSeq(raw) ? raw.anchor : undefined
    if (anchor !== undefined) this.#anchors.set(anchor, { node, size: this.#size - before })
    return node
  }

  #fresh(raw: unknown, fallbackOffset: number, depth: number): YamlNode {
    if (isScalar(raw)) return this.#scalar(raw, fallbackOffset)
    if (!isMap(raw) && !isSeq(raw)) return this.#nothing(fallbackOffset)
    const offset = raw.range?.[0] ?? fallbackOffset
    if (raw.tag !== undefined && raw.tag !== 'tag:yaml.org,2002:map' && raw.tag !== 'tag:yaml.org,2002:seq')
      this.#badTag(offset, raw.tag)
    if (depth >= deepest) {
      this.#error(offset, `nested more than ${deepest} levels deep`)
      return this.#nothing(offset)
    }
    if (isMap(raw)) return this.#map(raw, offset, depth)
    const items: ListItem[] = []
    for (const item of raw.items) items.push({ index: items.length, node: this.#node(item, offset, depth + 1) })
    return { kind: 'list', source: this.#source, offset, items }
  }

  #nothing(offset: number): ScalarNode {
    return { kind: 'scalar', source: this.#source, offset, text: '', value: null }
  }

  #scalar(raw: Scalar, fallbackOffset: number): ScalarNode {
    const offset = raw.range?.[0] ?? fallbackOffset
    const text = typeof raw.value === 'string' ? raw.value : (raw.source ?? '')
    return { kind: 'scalar', source: this.#source, offset, text, value: this.#valueOf(raw, text, offset) }
  }

  #valueOf(raw: Scalar, text: string, offset: number): ScalarNode['value'] {
    switch (raw.tag) {
      case undefined:
        return raw.type === 'PLAIN' ? plainScalar(text) : text
      case 'tag:yaml.org,2002:str':
        return text
      case 'tag:yaml.org,2002:int':
      case 'tag:yaml.org,2002:float':
      case 'tag:yaml.org,2002:bool':
      case 'tag:yaml.org,2002:null':
        return plainScalar(text)
      default:
        this.#badTag(offset, raw.tag)
        return text
    }
  }

  #map(raw: YAMLMap, offset: number, depth: number): MapNode {
    const entries = new Map<string, MapEntry>()
    const merges: YamlNode[] = []
    for (const pair of raw.items) {
      const key = this.#key(pair, offset)
      if (key === undefined) continue
      const node = this.#node(pair.value, key.offset, depth + 1)
      if (key.isMerge) merges.push(node)
      else this.#put(entries, { key: key.text, keyOffset: key.offset, source: this.#source, node })
    }
    for (const merge of merges) this.#merge(entries, merge)
    return { kind: 'map', source: this.#source, offset, entries }
  }

  #key(pair: Pair, offset: number): { readonly text: string; readonly offset: number; readonly isMerge: boolean } | undefined {
    const key = isAlias(pair.key) ? this.#node(pair.key, offset, deepest) : pair.key
    if (isScalar(key) && typeof key.value === 'string') {
      const at = key.range?.[0] ?? offset
      if (key.anchor !== undefined) this.#anchors.set(key.anchor, { node: this.#scalar(key, at), size: 1 })
      return { text: key.value, offset: at, isMerge: key.value === '<<' && key.type === 'PLAIN' }
    }
    if (isYamlScalar(key)) return { text: key.text, offset: key.offset, isMerge: false }
    this.#error(offset, 'a key of this mapping is not text', 'write name: value')
    return undefined
  }

  #put(entries: Map<string, MapEntry>, entry: MapEntry): void {
    const first = entries.get(entry.key)
    if (entry.key === '__proto__') this.#error(entry.keyOffset, '__proto__ is not allowed as a key')
    else if (first === undefined) entries.set(entry.key, entry)
    else
      this.#error(
        entry.keyOffset,
        `the key ${entry.key} is there twice`,
        `the first is in line ${positionOfKey(first).line}: keep one`,
      )
  }

  /** `<<: *base`, `<<: [*a, *b]`: written keys win, then earlier mappings. */
  #merge(entries: Map<string, MapEntry>, merged: YamlNode): void {
    const sources = merged.kind === 'list' ? merged.items.map((item) => item.node) : [merged]
    for (const source of sources) {
      if (source.kind !== 'map') {
        this.#diagnostics.error(positionOf(source), {
          path: '',
          message: '<< needs a mapping',
          hint: 'write <<: *name of an anchored mapping',
        })
        continue
      }
      for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry)
    }
  }

  #alias(name: string, offset: number): YamlNode {
    const built = this.#anchors.get(name)
    if (built === undefined) {
      this.#error(offset, `there is no anchor &${name} before this alias`, `write &${name} at the value that *${name} repeats`)
      return this.#nothing(offset)
    }
    this.#size += built.size
    return built.node
  }

  #badTag(offset: number, tag: string): void {
    this.#error(offset, `the YAML tag ${tag} is not supported`, 'remove the tag')
  }

  #error(offset: number, message: string, hint = ''): void {
    this.#diagnostics.error(this.#source.position(offset), { path: '', message, hint })
  }
}

const isYamlScalar = (value: unknown): value is ScalarNode =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'scalar'
