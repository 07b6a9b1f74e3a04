import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const readme = readFileSync(join(root, 'packages/sdk/README.md'), 'utf8')
/** Below the repository, so that the compiler finds the types of Node. */
const folder = join(root, 'node_modules/.cache/readme-examples')
after(() => rmSync(folder, { recursive: true, force: true }))

const blocks = [...readme.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code = '']) => code)
/** Calls that stand in the tables. */
const calls = [...readme.matchAll(/^\|.*\| `([^`]+\([^`]*)`/gm)].map(([, code = '']) => code)

/** What the examples take from the program around them. */
const messages = "declare const messages: { role: 'user'; content: string }[]\n"
const texts = 'custom_llm_provider query document_url input_file_id video_id training_file vector_store_id file_id thread_id'
const around = [
  messages,
  'declare const file: File',
  'declare const documents: string[]',
  'declare const reply: all.ChatCompletion',
  ...texts.split(' ').map((name) => `declare const ${name}: string`),
].join('\n')

function writeProgram(name: string, lines: readonly string[]): string {
  writeFileSync(join(folder, name), ["import * as all from 'switchyard'", ...lines].join('\n'))
  return name
}

function programs(): readonly string[] {
  const functions = new Set(calls.flatMap((code) => [...code.matchAll(/(?<![.\w])([a-z]\w+)\(/g)].map(([, name]) => name)))
  const used = calls.map((code) => (code.startsWith('for ') ? code.replace('…', '{ void event }') : `void (${code})`))
  return [
    ...blocks.map((code, at) => writeProgram(`block-${at}.ts`, [messages, code])),
    writeProgram('tables.ts', [around, `const { ${[...functions].filter((name) => name !== 'for').join(', ')} } = all`, ...used]),
  ]
}

test('the examples of the README compile', () => {
  assert.ok(blocks.length >= 2 && calls.length > 30, `${blocks.length} blocks, ${calls.length} calls`)
  mkdirSync(folder, { recursive: true })
  const provider = "import type { ProviderPart } from 'switchyard/core'\nexport declare const anthropic: ProviderPart\n"
  writeFileSync(join(folder, 'provider.d.ts'), provider)
  const paths = {
    switchyard: [join(root, 'packages/sdk/src/index.ts')],
    'switchyard/core': [join(root, 'packages/sdk/src/core.ts')],
    'switchyard/providers/*': [join(folder, 'provider.d.ts')],
  }
  const compilerOptions = { noUnusedLocals: false, noUncheckedIndexedAccess: false, paths }
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files: programs() }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' })
  assert.equal(status, 0, stdout)
})
