import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Diagnostics, formatDiagnostic } from './diagnostic.ts'
import { plainOf } from './yaml-node.ts'
import { parseYaml } from './yaml-tree.ts'

function parse(text: string): { readonly value: unknown; readonly lines: readonly string[] } {
  const diagnostics = new Diagnostics()
  const node = parseYaml(text, 'f.yaml', diagnostics)
  return { value: node === undefined ? undefined : plainOf(node), lines: diagnostics.all.map(formatDiagnostic) }
}

test('scalars as PyYAML means them, and numbers as people do', () => {
  const text = `a: yes\nb: Off\nc: 1e-6\nd: 1_000\ne: 0x10\nf: ~\ng:\nh: "10"\ni: 007\nj: 2024-06-01\nk: !!str 5\nl: nO\nm: .5\nn: '~'\no: |\n  x\n  y\n`
  assert.deepEqual(parse(text), {
    value: {
      a: true,
      b: false,
      c: 1e-6,
      d: 1000,
      e: 16,
      f: null,
      g: null,
      h: '10',
      i: '007',
      j: '2024-06-01',
      k: '5',
      l: 'nO',
      m: 0.5,
      n: '~',
      o: 'x\ny\n',
    },
    lines: [],
  })
})

test('anchors, aliases and merge keys', () => {
  const text =
    'base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\none: {<<: *b, x: 9}\ntwo: {<<: [*b, *m]}\nlist: [*b]\nword: &w hi\nagain: *w\n'
  assert.deepEqual(parse(text).value, {
    base: { x: 1, y: 2 },
    more: { y: 3, z: 4 },
    one: { x: 9, y: 2 },
    two: { x: 1, y: 2, z: 4 },
    list: [{ x: 1, y: 2 }],
    word: 'hi',
    again: 'hi',
  })
})

const broken: readonly (readonly [text: string, line: RegExp])[] = [
  ['a: 1\n b: 2\n', /^f\.yaml:1:4 error: .* — put the keys of one mapping in the same column/],
  ['a:\n\t- 1\n', /^f\.yaml:2:1 error: .*indent with spaces/],
  ['a: "open\n', /^f\.yaml:\d+:\d+ error: /],
  ['a: [1, 2\nb: 3\n', /^f\.yaml:2:1 error: /],
  ['a: *gone\n', /^f\.yaml:1:4 error: .*gone/],
  ['a: &a [*a]\n', /^f\.yaml:1:8 error: there is no anchor &a before this alias/],
  ['a: {<<: 5}\n', /^f\.yaml:1:9 error: << needs a mapping/],
  ['a: !secret x\n', /^f\.yaml:1:\d+ error: the YAML tag !secret is not supported/],
  ['? {a: 1}\n: 2\n', /error: a key of this mapping is not text/],
  ['__proto__: {x: 1}\n', /^f\.yaml:1:1 error: __proto__ is not allowed as a key/],
  ['a: 1\n---\nb: 2\n', /more than one YAML document/],
  [`a: ${'['.repeat(200)}${']'.repeat(200)}\n`, /nested more than 64 levels deep/],
  [`a: ${'['.repeat(200_000)}\n`, /error: /],
]

for (const [text, line] of broken)
  test(`refused: ${JSON.stringify(text.slice(0, 20))}`, () => assert.match(parse(text).lines.join('\n'), line))

test('aliases that would stand for billions of values are refused at once', () => {
  let text = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'
  for (let level = 1; level < 12; level++)
    text += `a${level}: &a${level} [${Array(10)
      .fill(`*a${level - 1}`)
      .join(', ')}]\n`
  assert.match(parse(text).lines.join(), /more than two million values/)
})

test('what the parser quotes is not printed', () => {
  assert.ok(!parse('key: "sk-1" sk-secret\n').lines.join().includes('sk-secret'))
})
