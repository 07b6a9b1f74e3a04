import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { printedMs } from '../processes.ts'
import { median, type Figure } from '../report.ts'

const rounds = 9
const root = fileURLToPath(new URL('../..', import.meta.url))
const source = (file: string): string => JSON.stringify(join(root, 'packages', file))

/** What is bundled: an application; the SDK's own layer; the core with no provider, with one row, with one folder; the rival. */
const programs = {
  sdk: `import { completion } from ${source('sdk/src/index.ts')}; globalThis.use = completion`,
  layer: `import { completion } from ${source('sdk/src/index.ts')}; globalThis.use = completion`,
  core: `import { runCall } from ${source('core/src/index.ts')}; globalThis.use = runCall`,
  row: `import { runCall } from ${source('core/src/index.ts')}; import { groq } from ${source('providers/src/native/groq.ts')}; globalThis.use = [runCall, groq]`,
  folder: `import { runCall } from ${source('core/src/index.ts')}; import { anthropic } from ${source('providers/src/native/anthropic/index.ts')}; globalThis.use = [runCall, anthropic]`,
  openai: `import OpenAI from ${JSON.stringify(fileURLToPath(import.meta.resolve('openai')))}; globalThis.use = OpenAI`,
}

interface Times {
  readonly ours: readonly number[]
  readonly openai: readonly number[]
}

interface Bundle {
  readonly entry: string
  readonly bytes: number
  readonly gzipped: number
  /** Loaded when a call needs it: the price catalog. */
  readonly laterBytes: number
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
    external: ['gpt-tokenizer/*', ...(name === 'layer' ? ['@switchyard/*'] : [])],
  })
  let entry = ''
  let bytes = 0
  let gzipped = 0
  let laterBytes = 0
  for (const output of outputs) {
    const text = await output.text()
    if (output.kind !== 'entry-point') laterBytes += text.length
    else [entry, bytes, gzipped] = [output.path, text.length, gzipSync(text).length]
  }
  return { entry, bytes, gzipped, laterBytes }
}

const timed = (what: string): readonly string[] => [
  '--input-type=module',
  '-e',
  `const start = performance.now(); await import(${JSON.stringify(what)}); console.log(performance.now() - start)`,
]

/** Fresh Node processes in turn: what importing costs, and what importing OpenAI's own client costs, bundled as ours is. */
function importTimes(ourEntry: string, openaiEntry: string): Times {
  const times = Array.from({ length: rounds }, () => ({
    ours: printedMs('node', timed(ourEntry)),
    openai: printedMs('node', timed(openaiEntry)),
  }))
  return { ours: times.map(({ ours }) => ours), openai: times.map(({ openai }) => openai) }
}

const kilobytes = (bytes: number): number => bytes / 1000

/** What the SDK weighs: bytes of a bundle, and milliseconds of a cold import. */
export async function measureSize(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-size-'))
  try {
    const [sdk, layer, core, row, native, openai] = await Promise.all([
      bundle('sdk', folder),
      bundle('layer', folder),
      bundle('core', folder),
      bundle('row', folder),
      bundle('folder', folder),
      bundle('openai', folder),
    ])
    const times = importTimes(sdk.entry, openai.entry)
    const against = { name: 'the core without providers', value: kilobytes(core.gzipped) }
    const size = (name: string, { bytes, gzipped }: Bundle): Figure => ({
      topic: 'size',
      name,
      value: kilobytes(gzipped),
      unit: 'kB',
      against,
      note: `gzip; ${Math.round(kilobytes(bytes))} kB minified`,
    })
    return [
      {
        topic: 'size',
        name: 'cold import of the SDK on Node, bundled',
        value: median(times.ours),
        unit: 'ms',
        against: { name: "OpenAI's client, bundled too", value: median(times.openai) },
        note: `median of ${rounds}, the fastest ${Math.min(...times.ours).toFixed(1)}; the bar is 60 ms`,
      },
      size('an application with completion()', sdk),
      size("the SDK's own layer, without core and providers", layer),
      size("OpenAI's client, which has one provider", openai),
      size('the core and one row (Groq)', row),
      size('the core and one folder (Anthropic)', native),
      { topic: 'size', name: 'loaded with the first call: the price catalog', value: kilobytes(sdk.laterBytes), unit: 'kB' },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
