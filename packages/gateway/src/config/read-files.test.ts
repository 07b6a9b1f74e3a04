import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load, loadGood } from './load-for-test.ts'

const entry = (name: string, params = 'model: x/y'): string => `  - {model_name: ${name}, litellm_params: {${params}}}\n`

test('include: nested and relative; lists append, mappings merge, positions stay', async () => {
  const files = {
    'config.yaml': `include: [models/a.yaml]\nrouter_settings: {num_retries: 1}\nmodel_list:\n${entry('main')}`,
    'models/a.yaml': `include: [deep/b.yaml]\nrouter_settings: {timeout: 9}\nmodel_list:\n${entry('a')}`,
    'models/deep/b.yaml': `# here\nmodel_list:\n${entry('b')}`,
  }
  const config = await loadGood(files)
  assert.deepEqual(
    config.deployments.map(({ modelName, origin }) => [modelName, origin.file, origin.line]),
    [
      ['main', 'config.yaml', 4],
      ['a', 'models/a.yaml', 4],
      ['b', 'models/deep/b.yaml', 3],
    ],
  )
  assert.deepEqual([config.router.retries, config.router.timeoutMs], [1, 9000])
  assert.deepEqual(config.files, ['config.yaml', 'models/a.yaml', 'models/deep/b.yaml'])
  const broken = await load({ ...files, 'models/deep/b.yaml': `model_list:\n${entry('b', 'model: x/y, rpm: ten')}` })
  assert.match(broken.lines.join(), /^models\/deep\/b\.yaml:2:\d+ error model_list\[0\]\.litellm_params\.rpm: expected a number/)
})

test('include: the including file wins, and says so', async () => {
  const { config, lines } = await load({
    'config.yaml': 'include: [b.yaml]\nrouter_settings: {timeout: 1}\n',
    'b.yaml': 'router_settings: {timeout: 2}\n',
  })
  assert.equal(config?.router.timeoutMs, 1000)
  assert.deepEqual(lines, [
    'b.yaml:1:19 warning router_settings.timeout: the including file says something else, which wins (config.yaml:2)',
  ])
})

const refusals: readonly (readonly [name: string, files: Readonly<Record<string, string>>, line: RegExp])[] = [
  [
    'a cycle',
    { 'config.yaml': 'include: [b.yaml]', 'b.yaml': 'include: [config.yaml]' },
    /^b\.yaml:1:11 error include\[0\]: config\.yaml includes itself/,
  ],
  ['itself', { 'config.yaml': 'include: [./config.yaml]' }, /includes itself/],
  [
    'outside',
    { 'config.yaml': 'include: [../secrets.yaml]' },
    /^config\.yaml:1:11 error include\[0\]: \.\.\/secrets\.yaml is outside/,
  ],
  ['outside, absolute', { 'config.yaml': 'include: [/etc/passwd]' }, /is outside the folder/],
  ['outside through a folder', { 'config.yaml': 'include: [a/../../x.yaml]' }, /is outside the folder/],
  [
    'a missing file',
    { 'config.yaml': 'include:\n  - gone.yaml' },
    /^config\.yaml:2:5 error include\[0\]: cannot read gone\.yaml: no such file/,
  ],
  ['no list', { 'config.yaml': 'include: b.yaml' }, /expected a list, got text — write include: \[models\.yaml\]/],
  ['no file at all', {}, /^config\.yaml:1:1 error: cannot read config\.yaml: no such file/],
  ['no mapping', { 'config.yaml': '- 1\n' }, /^config\.yaml:1:1 error: expected a mapping, got a list/],
]

for (const [name, files, line] of refusals)
  test(`include refused: ${name}`, async () => {
    const { config, lines } = await load(files)
    assert.equal(config, undefined)
    assert.match(lines.join('\n'), line)
  })

test('a file that two files include counts once', async () => {
  const { config, lines } = await load({
    'config.yaml': 'include: [a.yaml, b.yaml]',
    'a.yaml': 'include: [c.yaml]',
    'b.yaml': 'include: [c.yaml]',
    'c.yaml': `model_list:\n${entry('c')}`,
  })
  assert.equal(config?.deployments.length, 1)
  assert.match(lines.join(), /b\.yaml:1:11 warning include\[0\]: c\.yaml was included before/)
})
