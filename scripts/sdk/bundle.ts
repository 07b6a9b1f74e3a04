// The JavaScript of the package `switchyard`. Its own entries share chunks; a provider's file holds the provider alone and takes the
// packages below from `lib/`, so that a bundler leaves out what a program does not use and Node reads few files.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BuildConfig, BunPlugin } from 'bun'
import { writeParts, writeProviders } from './entries.ts'

/** Names stay, so that a stack trace can be read; the rest is parsed a quarter faster (Node 24, 2026-11-22). */
const minify = { whitespace: true, syntax: true, identifiers: false }

/**
 * For browsers Bun 1.4.5 writes a preloader into every chunk (2026-11-22), a side effect that no bundler may drop; for Node the output
 * is plain ESM.
 */
const target = 'node'
const format = 'esm'

/** What runs on edge runtimes names no runtime; to ask one whether it has files is allowed. */
const runtimeWords = /\bnode:(?!fs['"`])|\bBun\.|\brequire\(|\bprocess\.(?!env\b|getBuiltinModule\?\.)/

/** Answers the ids of the providers that have a file. */
export async function bundle(root: string, dist: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-entries-'))
  const common = {
    root: folder,
    outdir: dist,
    format,
    target,
    minify,
    external: ['gpt-tokenizer/*'],
  } satisfies Partial<BuildConfig>
  try {
    const parts = await Bun.build({
      ...common,
      entrypoints: writeParts(root, folder),
      splitting: true,
      naming: { entry: '[dir]/[name].js', chunk: 'chunks/[name]-[hash].js' },
    })
    const { paths, ids } = await writeProviders(root, folder)
    const providers = await Bun.build({
      ...common,
      entrypoints: paths,
      naming: { entry: '[dir]/[name].js' },
      plugins: [sharedPackages],
    })
    for (const { path } of [...parts.outputs, ...providers.outputs]) checkPortable(path)
    return ids
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One copy of what is compared by identity: errors, secrets, binary replies. */
const sharedPackages: BunPlugin = {
  name: 'shared-packages',
  setup(build) {
    build.onResolve({ filter: /^@switchyard\/(wire|core)$/ }, ({ path }) => ({
      path: `../lib/${path.replace('@switchyard/', '')}.js`,
      external: true,
    }))
  },
}

function checkPortable(path: string): void {
  const found = runtimeWords.exec(readFileSync(path, 'utf8'))
  if (found !== null) throw new Error(`${path} names a runtime: ${found[0]}`)
}
