import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from './load-for-test.ts'
import { priceNames, settingsTable } from './settings-table.ts'

/** A small generator with a seed, so that a failure can be repeated. */
function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const scalars: readonly string[] = (
  `1 -1 1e400 .5 yes null ~ "" text "sk-x" os.environ/NOPE os.environ/ 30d 1mo ${'9'.repeat(30)} [] {} [null] [[1]] [{}] ` +
  '{a:\u00a01} [{a:\u00a0[b]},5] {"":\u00a0x} {a:\u00a0{b:\u00a0c}} {constructor:\u00a01} {toString:\u00a0[]}'
)
  .split(' ')
  .map((text) => text.replaceAll('\u00a0', ' '))
const nested = [
  'litellm_params',
  'model_info',
  'retry_policy',
  'egress',
  'admin',
  'credential',
  'key_params',
  'model',
  'model_group_alias',
] as const
const names = [...Object.values(settingsTable).flatMap((rows) => Object.keys(rows)), ...priceNames]

function value(random: (below: number) => number, depth: number): string {
  const pick = <T>(from: readonly T[]): T | undefined => from[random(from.length)]
  const kind = random(depth > 3 ? 1 : 4)
  if (kind < 2) return pick(scalars) ?? ''
  if (kind === 2) return `[${Array.from({ length: random(4) }, () => value(random, depth + 1)).join(', ')}]`
  const section = random(2) === 0 ? names : Object.keys(settingsTable[pick(nested) ?? 'model'])
  const keys = new Set(Array.from({ length: random(8) }, () => pick(section) ?? 'x'))
  return `{${[...keys].map((key) => `${key}: ${value(random, depth + 1)}`).join(', ')}}`
}

/** Every setting of a section, with anything as its value. */
function everySetting(random: (below: number) => number, section: keyof typeof settingsTable): string {
  const keys = [...Object.keys(settingsTable[section]), ...(section === 'litellm_params' ? priceNames : [])]
  return `{${keys.map((key) => `${key}: ${value(random, 1)}`).join(', ')}}`
}

function documentOf(seed: number): string {
  const random = randomOf(seed)
  const model = `{model_name: ${value(random, 3)}, litellm_params: ${everySetting(random, 'litellm_params')}, model_info: ${everySetting(random, 'model_info')}}`
  const sections = ['litellm_settings', 'general_settings', 'router_settings', 'switchyard_settings'] as const
  const lines = sections.map((section) => `${section}: ${random(4) === 0 ? value(random, 0) : everySetting(random, section)}`)
  lines.push(`model_list: ${random(4) === 0 ? value(random, 0) : `[${model}, ${value(random, 0)}]`}`)
  lines.push(`credential_list: [${everySetting(random, 'credential')}, ${value(random, 1)}]`)
  lines.push(`environment_variables: ${value(random, 0)}`, `include: ${random(2) === 0 ? '[]' : value(random, 2)}`)
  return `${lines.join('\n')}\n`
}

test('whatever the document says, the answer is findings with a place, never a crash', async () => {
  let findings = 0
  for (let seed = 1; seed <= 60; seed++) {
    const { lines } = await load(documentOf(seed))
    findings += lines.length
    for (const line of lines) assert.match(line, /^config\.yaml:[1-9]\d*:[1-9]\d* (?:error|warning)/, `seed ${seed}`)
  }
  assert.ok(findings > 5000, String(findings))
})

test('a good file that is cut or damaged at any place', async () => {
  const good =
    'model_list:\n  - model_name: a\n    litellm_params: &p {model: "x/y", rpm: 5}\n  - {model_name: b, litellm_params: *p}\nrouter_settings:\n  fallbacks: [{a: [b]}]\n'
  for (let at = 0; at <= good.length; at++) {
    await load(good.slice(0, at))
    for (const damage of ['\t', ':', '{', ']', '"', '&', '*', '!', '\0', '- ', '\n', '<<: '])
      await load(good.slice(0, at) + damage + good.slice(at))
  }
})
