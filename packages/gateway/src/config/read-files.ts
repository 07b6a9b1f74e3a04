import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import type { Diagnostics } from './diagnostic.ts'
import {
  kindOf,
  plainOf,
  positionOf,
  positionOfKey,
  type ListItem,
  type MapEntry,
  type MapNode,
  type YamlNode,
} from './yaml-node.ts'
import { parseYaml } from './yaml-tree.ts'

export type ReadFile = (file: string) => Promise<string>

export interface ConfigTree {
  /** Everything that the files say together; absent when nothing could be read. */
  readonly root: MapNode | undefined
  readonly files: readonly string[]
}

/** The main file with all that it includes. Every node keeps the position in its own file. */
export async function readConfigTree(file: string, readFile: ReadFile, diagnostics: Diagnostics): Promise<ConfigTree> {
  const reader = new FileReader(file, readFile, diagnostics)
  return { root: await reader.main(), files: reader.files }
}

class FileReader {
  readonly files: string[] = []
  readonly #main: string
  readonly #readFile: ReadFile
  readonly #diagnostics: Diagnostics

  constructor(main: string, readFile: ReadFile, diagnostics: Diagnostics) {
    this.#main = main
    this.#readFile = readFile
    this.#diagnostics = diagnostics
  }

  async main(): Promise<MapNode | undefined> {
    const text = await this.#text(this.#main, (message) =>
      this.#diagnostics.error({ file: this.#main, line: 1, column: 1 }, { path: '', message }),
    )
    return text === undefined ? undefined : this.#parse(text, this.#main, [])
  }

  async #text(file: string, report: (message: string) => void): Promise<string | undefined> {
    this.files.push(file)
    try {
      return await this.#readFile(file)
    } catch (error) {
      report(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }

  async #parse(text: string, file: string, chain: readonly string[]): Promise<MapNode | undefined> {
    const root = parseYaml(text, file, this.#diagnostics)
    if (root === undefined || (root.kind === 'scalar' && root.value === null)) return undefined
    if (root.kind !== 'map') {
      const hint = 'write model_list: and the other sections in the first column'
      this.#diagnostics.error(positionOf(root), { path: '', message: `expected a mapping, got ${kindOf(root)}`, hint })
      return undefined
    }
    const include = root.entries.get('include')?.node
    if (include === undefined || (include.kind === 'scalar' && include.value === null)) return root
    return this.#includeAll(root, include, [...chain, file])
  }

  async #includeAll(root: MapNode, include: YamlNode, chain: readonly string[]): Promise<MapNode> {
    if (include.kind !== 'list') {
      const hint = 'write include: [models.yaml]'
      this.#diagnostics.error(positionOf(include), { path: 'include', message: `expected a list, got ${kindOf(include)}`, hint })
      return root
    }
    let merged = root
    for (const item of include.items) {
      const included = await this.#include(item, chain)
      if (included !== undefined) merged = this.#merge(merged, included, '')
    }
    return merged
  }

  async #include({ node, index }: ListItem, chain: readonly string[]): Promise<MapNode | undefined> {
    const report = (message: string, hint = ''): undefined =>
      this.#diagnostics.error(positionOf(node), { path: `include[${index}]`, message, hint })
    if (node.kind !== 'scalar' || typeof node.value !== 'string')
      return report(`expected a file, got ${kindOf(node)}`, 'write - models.yaml')
    const file = isAbsolute(node.text) ? node.text : join(dirname(chain.at(-1) ?? this.#main), node.text)
    const fromRoot = relative(resolve(dirname(this.#main)), resolve(file))
    if (fromRoot.startsWith('..') || isAbsolute(fromRoot))
      return report(
        `${node.text} is outside the folder of the config`,
        'move it there: only files beside or below the main one are included',
      )
    if (chain.some((outer) => resolve(outer) === resolve(file)))
      return report(`${node.text} includes itself, through ${chain.join(' -> ')}`)
    if (this.files.some((known) => resolve(known) === resolve(file))) {
      this.#diagnostics.warn(positionOf(node), {
        path: `include[${index}]`,
        message: `${node.text} was included before; once is enough`,
      })
      return undefined
    }
    const text = await this.#text(file, (message) => report(message))
    return text === undefined ? undefined : this.#parse(text, file, chain)
  }

  /** Lists append, mappings merge, and what the including file says wins. */
  #merge(own: MapNode, included: MapNode, path: string): MapNode {
    const entries = new Map(own.entries)
    for (const [key, entry] of included.entries) {
      if (path === '' && key === 'include') continue
      const written = entries.get(key)
      entries.set(key, written === undefined ? entry : this.#mergeEntry(written, entry, path === '' ? key : `${path}.${key}`))
    }
    return { ...own, entries }
  }

  #mergeEntry(written: MapEntry, entry: MapEntry, path: string): MapEntry {
    const own = written.node
    const included = entry.node
    if (own.kind === 'scalar' && own.value === null) return entry
    if (own.kind === 'map' && included.kind === 'map') return { ...written, node: this.#merge(own, included, path) }
    if (own.kind === 'list' && included.kind === 'list')
      return { ...written, node: { ...own, items: [...own.items, ...included.items] } }
    if (JSON.stringify(plainOf(own)) !== JSON.stringify(plainOf(included))) {
      const { file, line } = positionOfKey(written)
      this.#diagnostics.warn(positionOfKey(entry), {
        path,
        message: `the including file says something else, which wins (${file}:${line})`,
      })
    }
    return written
  }
}
