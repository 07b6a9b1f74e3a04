import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { printedMs } from '../processes.ts'
import { median, type Figure } from '../report.ts'

const rounds = 20
const root = fileURLToPath(new URL('../..', import.meta.url))
/** A file of the package as npm gets it. */
const built = (file: string): string => join(root, 'packages/sdk/dist', file)
const quoted = (file: string): string => JSON.stringify(built(file))

/** A program of `switchyard/core` with these providers, by id and exported name. */
const partsOf = (providers: Readonly<Record<string, string>>, more = '', settings = ''): string =>
  [
    `import { createSwitchyard } from ${quoted('core.js')}`,
    ...Object.entries(providers).map(([id, name]) => `import { ${name} } from ${quoted(`providers/${id}.js`)}`),
    more,
    `globalThis.use = createSwitchyard({ providers: [${Object.values(providers).join()}]${settings} })`,
  ].join('\n')

const catalog = `import { loadCatalog } from ${quoted('catalog.js')}`

/** What is bundled: an application with everything; programs of parts; the rival. */
const programs = {
  all: `import { completion } from ${quoted('index.js')}; globalThis.use = completion`,
  core: partsOf({}),
  openai: partsOf({ openai: 'openai' }),
  anthropic: partsOf({ anthropic: 'anthropic' }),
  gemini: partsOf({ gemini: 'gemini' }),
  row: partsOf({ cerebras: 'cerebras' }),
  catalog: partsOf({ anthropic: 'anthropic' }, catalog, ', catalog: loadCatalog'),
  rival: `import OpenAI from ${JSON.stringify(fileURLToPath(import.meta.resolve('openai')))}; globalThis.use = OpenAI`,
}

interface Times {
  readonly bundled: readonly number[]
  readonly installed: readonly number[]
  readonly parts: readonly number[]
  readonly rival: readonly number[]
}

interface Bundle {
  readonly entry: string
  /** Of what is loaded with the program. */
  readonly bytes: number
  readonly gzipped: number
  /** Loaded when a call needs it: all providers where none were named, and the price catalog. */
  readonly laterBytes: number
  readonly laterGzipped: number
}

async function bundle(name: keyof typeof programs, folder: string): Promise<Bundle> {
  const program = join(folder, `${name}.ts`)
  writeFileSync(program, programs[name])
  const { outputs } = await Bun.build({
    entrypoints: [program],
    outdir: join(folder, name),
    naming: { entry: '[name].mjs', chunk: '[name]-[hash].mjs' },
    format: 'esm',
    target: 'browser',
    splitting: true,
    minify: true,
    external: ['gpt-tokenizer/*'],
  })
  const texts = new Map(await Promise.all(outputs.map(async (output) => [output.path, await output.text()] as const)))
  const entry = outputs.find(({ kind }) => kind === 'entry-point')?.path ?? ''
  const first = loadedWith(entry, texts)
  const later = [...texts.keys()].filter((path) => !first.has(path))
  const weigh = (paths: Iterable<string>, weight: (text: string) => number): number =>
    [...paths].reduce((sum, path) => sum + weight(texts.get(path) ?? ''), 0)
  const plain = (text: string): number => text.length
  const zipped = (text: string): number => gzipSync(text).length
  return {
    entry,
    bytes: weigh(first, plain),
    gzipped: weigh(first, zipped),
    laterBytes: weigh(later, plain),
    laterGzipped: weigh(later, zipped),
  }
}

/** A file and what it imports at once. */
function loadedWith(entry: string, texts: ReadonlyMap<string, string>): ReadonlySet<string> {
  const found = new Set([entry])
  for (const path of found)
    for (const [, name = ''] of (texts.get(path) ?? '').matchAll(/(?:from|import)\s*"(\.[^"]+)"/g))
      found.add(join(path, '..', name))
  return found
}

const timed = (what: string): readonly string[] => [
  '--input-type=module',
  '-e',
  `const start = performance.now(); await import(${JSON.stringify(what)}); console.log(performance.now() - start)`,
]

/** Fresh Node processes in turn: what importing costs, and what importing OpenAI's own client costs, bundled as ours is. */
function importTimes(ourEntry: string, rivalEntry: string): Times {
  const times = Array.from({ length: rounds }, () => ({
    bundled: printedMs('node', timed(ourEntry)),
    installed: printedMs('node', timed(built('index.js'))),
    parts: printedMs('node', timed(built('core.js'))),
    rival: printedMs('node', timed(rivalEntry)),
  }))
  return {
    bundled: times.map(({ bundled }) => bundled),
    installed: times.map(({ installed }) => installed),
    parts: times.map(({ parts }) => parts),
    rival: times.map(({ rival }) => rival),
  }
}

const kilobytes = (bytes: number): number => bytes / 1000

/** What the SDK weighs: bytes of a bundle, and milliseconds of a cold import. */
export async function measureSize(): Promise<readonly Figure[]> {
  buildPackage()
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-size-'))
  try {
    const bundles = {
      all: await bundle('all', folder),
      core: await bundle('core', folder),
      openai: await bundle('openai', folder),
      anthropic: await bundle('anthropic', folder),
      gemini: await bundle('gemini', folder),
      row: await bundle('row', folder),
      catalog: await bundle('catalog', folder),
      rival: await bundle('rival', folder),
    }
    const times = importTimes(bundles.all.entry, bundles.rival.entry)
    return [
      importFigure('cold import of everything on Node, bundled', times.bundled, times),
      importFigure('cold import of everything on Node, as installed', times.installed, times),
      importFigure('cold import of switchyard/core on Node, as installed', times.parts, times),
      ...sizes(bundles),
      {
        topic: 'size',
        name: 'everything: loaded with the first call, all providers and the price catalog',
        value: kilobytes(bundles.all.laterGzipped),
        unit: 'kB',
        note: `gzip; ${Math.round(kilobytes(bundles.all.laterBytes))} kB minified`,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function buildPackage(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/build-sdk.ts')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the package could not be built:\n${stdout}${stderr}`)
}

const importFigure = (name: string, ours: readonly number[], { rival }: Times): Figure => ({
  topic: 'size',
  name,
  value: median(ours),
  unit: 'ms',
  against: { name: "OpenAI's client, bundled", value: median(rival) },
  note: `median of ${rounds}, the fastest ${Math.min(...ours).toFixed(1)}; the bar is 60 ms`,
})

function sizes(bundles: Readonly<Record<keyof typeof programs, Bundle>>): readonly Figure[] {
  const against = { name: "OpenAI's client, which has one provider", value: kilobytes(bundles.rival.gzipped) }
  const size = (name: string, { bytes, gzipped }: Bundle): Figure => ({
    topic: 'size',
    name,
    value: kilobytes(gzipped),
    unit: 'kB',
    against,
    note: `gzip; ${Math.round(kilobytes(bytes))} kB minified`,
  })
  return [
    size('everything: completion() of switchyard, at import', bundles.all),
    size('switchyard/core without a provider', bundles.core),
    size('core and one compatible row (Cerebras)', bundles.row),
    size('core and OpenAI', bundles.openai),
    size('core and Anthropic', bundles.anthropic),
    size('core and Gemini', bundles.gemini),
    size('core, Anthropic and loadCatalog, without the data', bundles.catalog),
  ]
}
