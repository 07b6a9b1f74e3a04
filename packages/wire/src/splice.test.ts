import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError } from './errors.ts'
import { jsonCases } from './json-cases-for-test.ts'
import { Random } from './random-for-test.ts'
import { fieldValue, findField, scanObject, splice, type Patch } from './splice.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

function accepts(text: string): boolean {
  try {
    scanObject(bytesOf(text))
    return true
  } catch (error) {
    assert(isGatewayError(error), String(error))
    assert.equal(error.kind, 'bad_request')
    assert.match(error.message, /JSON|nests/)
    return false
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

const numbers = [
  '0',
  '-0',
  '1',
  '-1',
  '10',
  '1.5',
  '-1.25e-7',
  '1E+9',
  '1e999',
  '123456789012345678901234567890',
  '0.0',
  '9007199254740993',
]
const strings = [
  '""',
  '"a"',
  '"⚓"',
  '"😀"',
  '"\\""',
  '"\\\\"',
  '"\\u0041"',
  '"\\ud800"',
  '"\\n\\t"',
  '"a/b\\/c"',
  '"\\u00e9"',
  '"}"',
  '"],:{"',
  '"\u007f"',
]
const spaces = ['', '', '', ' ', '\n', '\r\n', '\t ']

function value(random: Random, depth: number): string {
  const kind = random.below(depth > 0 ? 8 : 6)
  switch (kind) {
    case 0:
    case 1:
      return random.pick(['0', ...numbers])
    case 2:
    case 3:
      return random.pick(['""', ...strings])
    case 4:
      return random.pick(['true', 'false', 'null'])
    case 5:
      return random.pick(['{}', '[]', '[ ]', '{ }'])
    case 6:
      return `[${list(random, () => value(random, depth - 1))}]`
    default:
      return object(random, depth)
  }
}

const list = (random: Random, item: () => string): string =>
  Array.from({ length: random.below(4) }, () => random.pick(['', ...spaces]) + item() + random.pick(['', ...spaces])).join(',')

const keys = [
  '"model"',
  '"messages"',
  '"a b"',
  '"é"',
  '"temperature"',
  '"x"',
  '"y"',
  '"__proto__"',
  '"constructor"',
  '""',
  '"mod\\u0065l"',
]

const object = (random: Random, depth: number): string =>
  `{${list(random, () => `${random.pick(['"z"', ...keys])}${random.pick(['', ...spaces])}:${random.pick(['', ...spaces])}${value(random, depth - 1)}`)}}`

/** One small change: a character lost, doubled, replaced or swapped. */
function mutated(random: Random, text: string): string {
  const at = random.below(text.length)
  const char = random.pick([
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '0',
    '-',
    '.',
    'e',
    'u',
    't',
    ' ',
    '\u0000',
    '\u001f',
    '\u00a0',
    '\ufeff',
    "'",
    '/',
  ])
  switch (random.below(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1)
    case 1:
      return text.slice(0, at) + char + text.slice(at)
    case 2:
      return text.slice(0, at) + char + text.slice(at + 1)
    default:
      return text.slice(0, at)
  }
}

describe('scanObject accepts what JSON.parse accepts of objects', () => {
  it('for random objects and their mutations', () => {
    const random = new Random(1)
    for (let round = 0; round < 4000; round++) {
      let text = random.pick(['', ...spaces]) + object(random, 4) + random.pick(['', ...spaces])
      assert(accepts(text), text)
      for (let i = 0; i < 3; i++) {
        text = mutated(random, text)
        assert.equal(accepts(text), isJsonObject(text), JSON.stringify(text))
        if (text === '') break
      }
    }
  })

  it('in the cases where parsers differ', () => {
    for (const body of jsonCases) assert.equal(accepts(body), isJsonObject(body), JSON.stringify(body))
  })

  it('down to 128 levels, objects and arrays alike', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"b":', '}'],
    ] as const) {
      const nested = (levels: number): string => `{"a":${open.repeat(levels - 1)}0${close.repeat(levels - 1)}}`
      for (const levels of [2, 126, 127, 128]) assert(accepts(nested(levels)), `${open} ${levels}`)
      for (const levels of [129, 130, 200, 50_000]) assert(!accepts(nested(levels)), `${open} ${levels}`)
    }
    assert(!accepts(`{"a":${'['.repeat(1_000_000)}`))
  })
})

describe('a scan', () => {
  it('finds fields, kinds and values', () => {
    const bytes = bytesOf(' {"s" : "a\\n⚓", "n":-1.5e3,"t":true ,"f":false,"z":null,"o":{"s":1},"a":[1,2]}\n')
    const scan = scanObject(bytes)
    assert.deepEqual(
      scan.fields.map(({ key, kind }) => [key, kind]),
      [
        ['s', 'string'],
        ['n', 'number'],
        ['t', 'boolean'],
        ['f', 'boolean'],
        ['z', 'null'],
        ['o', 'object'],
        ['a', 'array'],
      ],
    )
    assert.deepEqual(
      scan.fields.map((field) => fieldValue(bytes, field)),
      ['a\n⚓', -1500, true, false, null, { s: 1 }, [1, 2]],
    )
    assert(scan.regular)
    assert.equal(findField(scan, 'nothing'), undefined)
  })

  it('is irregular when a key stands twice or is escaped', () => {
    const regular = (text: string): boolean => scanObject(bytesOf(text)).regular
    assert(regular('{"a":1,"b":{"a":1,"a":2}}'))
    assert(!regular('{"a":1,"b":2,"a":3}'))
    assert(!regular('{"mod\\u0065l":"x"}'))
    assert(!regular('{"model":"x","mod\\u0065l":"y"}'))
    assert(!regular('{"a\\/b":1}'))
    assert.equal(scanObject(bytesOf('{"mod\\u0065l":1}')).fields[0]?.key, 'model')
    assert(regular('{"a":"\\u0061"}'))
  })

  it('never reads outside of the bytes', () => {
    const whole = bytesOf('xx{"a":1}yy')
    assert.equal(scanObject(whole.subarray(2, 9)).fields.length, 1)
    assert(!accepts('{"a":tr'))
  })
})

/** What patches mean on a parsed object, in order; JSON.parse keeps `__proto__` as a field. */
function patched(fields: readonly [string, unknown][], patches: readonly Patch[]): Map<string, unknown> {
  const slots = new Map(fields.map(([key, held]) => [key, { name: key, held, there: true }]))
  for (const patch of patches) {
    const slot = slots.get(patch.key)
    if (patch.do === 'set') {
      const held: unknown = JSON.parse(patch.json)
      if (slot === undefined) slots.set(patch.key, { name: patch.key, held, there: true })
      else Object.assign(slot, { held, there: true })
    } else if (slot !== undefined && patch.do === 'remove') slot.there = false
    else if (slot !== undefined && patch.do === 'rename') slot.name = patch.to
  }
  return new Map([...slots.values()].filter((slot) => slot.there).map((slot) => [slot.name, slot.held]))
}

describe('splice', () => {
  it('means what the patches mean on the parsed object', () => {
    const random = new Random(2)
    for (let round = 0; round < 4000; round++) {
      const bytes = bytesOf(random.pick(['', ...spaces]) + object(random, 2) + random.pick(['', ...spaces]))
      const scan = scanObject(bytes)
      if (!scan.regular) continue
      const patches = Array.from({ length: random.below(5) }, (_, index): Patch => {
        const key = random.pick(['model', 'messages', 'x', 'y', 'z', 'new', 'é', '__proto__', 'constructor'])
        const kind = random.below(5)
        if (kind < 3) return { do: 'set', key, json: value(random, 1) }
        return kind === 3 ? { do: 'remove', key } : { do: 'rename', key, to: `renamed ${index}` }
      })
      const fields = scan.fields.map((field): [string, unknown] => [field.key, fieldValue(bytes, field)])
      // A rename of a field that is not there does nothing; after a set it names what was set.
      const known = new Set(fields.map(([key]) => key))
      const sound = patches.filter((patch) => patch.do !== 'rename' || known.has(patch.key))
      const out = splice(bytes, scan, sound)
      const expected = patched(fields, sound)
      assert.deepEqual(
        new Map(Object.entries(JSON.parse(textOf(out)) as object)),
        expected,
        `${textOf(bytes)} ${JSON.stringify(sound)} ${textOf(out)}`,
      )
    }
  })

  it('leaves every other byte as it is', () => {
    const cases: readonly (readonly [string, Patch[], string])[] = [
      ['{ "model" : "a" , "n": 1.50 }\n', [], '{ "model" : "a" , "n": 1.50 }\n'],
      ['{ "model" : "a" , "n": 1.50 }\n', [{ do: 'set', key: 'model', json: '"b"' }], '{ "model" : "b" , "n": 1.50 }\n'],
      ['{ "model" : "a" , "n": 1.50 }', [{ do: 'remove', key: 'model' }], '{ "n": 1.50 }'],
      ['{ "model" : "a" , "n": 1.50 }', [{ do: 'remove', key: 'n' }], '{ "model" : "a" }'],
      ['{"a":1,"b":2,"c":3}', [{ do: 'remove', key: 'b' }], '{"a":1,"c":3}'],
      [
        '{"a":1,"c":3}',
        [
          { do: 'remove', key: 'a' },
          { do: 'remove', key: 'c' },
        ],
        '{}',
      ],
      [
        '{"a":1}',
        [
          { do: 'remove', key: 'a' },
          { do: 'set', key: 'b', json: '2' },
        ],
        '{"b":2}',
      ],
      ['{}', [{ do: 'set', key: 'b"', json: '[]' }], '{"b\\"":[]}'],
      [
        '{ }',
        [
          { do: 'set', key: 'b', json: '1' },
          { do: 'set', key: 'c', json: '2' },
        ],
        '{"b":1,"c":2 }',
      ],
      [
        '{"max_tokens":12345678901234567890}',
        [{ do: 'rename', key: 'max_tokens', to: 'limit' }],
        '{"limit":12345678901234567890}',
      ],
      [
        '{"a":1}',
        [
          { do: 'remove', key: 'x' },
          { do: 'rename', key: 'y', to: 'z' },
        ],
        '{"a":1}',
      ],
      [
        '{"a":1}',
        [
          { do: 'set', key: 'x', json: '1' },
          { do: 'remove', key: 'x' },
        ],
        '{"a":1}',
      ],
    ]
    for (const [body, patches, expected] of cases) {
      const bytes = bytesOf(body)
      assert.equal(textOf(splice(bytes, scanObject(bytes), patches)), expected)
    }
  })

  it('gives back the very bytes when there is nothing to do', () => {
    const bytes = bytesOf('{"a":1}')
    assert.equal(splice(bytes, scanObject(bytes), []), bytes)
  })
})
