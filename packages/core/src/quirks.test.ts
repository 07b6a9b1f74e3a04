import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { splice, type JsonObject } from '@switchyard/wire'
import type { Quirk } from './contracts.ts'
import { applyQuirks, quirkPatches } from './quirks.ts'
import { RequestBody } from './request-body.ts'
import { bytesOf, seeded, textOf } from './test-kit.ts'

const fields = ['a', 'b', 'c', 'max_tokens', 'temperature'] as const
const values = [0, 1, -3, 2.5, 1e6, 'x', 'any', '', true, null, [], [1], {}, { a: 1 }] as const

function randomQuirk(random: () => number): Quirk {
  const field = fields[Math.floor(random() * fields.length)] ?? 'a'
  const other = fields[Math.floor(random() * fields.length)] ?? 'b'
  const value = values[Math.floor(random() * values.length)] ?? null
  switch (Math.floor(random() * 6)) {
    case 0:
      return { do: 'rename', field, to: other }
    case 1:
      return { do: 'drop', field }
    case 2:
      return { do: 'set', field, value }
    case 3:
      return { do: 'default', field, value }
    case 4:
      return { do: 'clamp', field, ...(random() < 0.7 ? { min: 0 } : {}), ...(random() < 0.7 ? { max: 2 } : {}) }
    default:
      return { do: 'map', field, from: values[Math.floor(random() * values.length)] ?? null, to: value }
  }
}

function randomBody(random: () => number): JsonObject {
  const body: JsonObject = {}
  for (const field of fields) if (random() < 0.6) body[field] = values[Math.floor(random() * values.length)] ?? null
  return body
}

function bySplicing(body: JsonObject, quirks: readonly Quirk[]): unknown {
  const request = RequestBody.ofBytes(bytesOf(JSON.stringify(body)))
  const patches = quirkPatches(quirks, (name) => request.field(name))
  return patches === undefined ? undefined : JSON.parse(textOf(splice(request.bytes, request.scan, patches)))
}

describe('quirks', () => {
  it('mean the same on bytes and on the parsed body', () => {
    const random = seeded(7)
    for (let round = 0; round < 4000; round++) {
      const body = randomBody(random)
      const quirks = Array.from({ length: Math.floor(random() * 6) }, () => randomQuirk(random))
      const before = JSON.stringify(body)
      assert.deepEqual(bySplicing(body, quirks), applyQuirks(body, quirks), `${before} ${JSON.stringify(quirks)}`)
      assert.equal(JSON.stringify(body), before)
    }
  })

  it('apply in order, each to what the one before left', () => {
    const quirks: readonly Quirk[] = [
      { do: 'rename', field: 'max_completion_tokens', to: 'max_tokens' },
      { do: 'clamp', field: 'max_tokens', max: 100 },
      { do: 'default', field: 'temperature', value: 1 },
      { do: 'map', field: 'tool_choice', from: 'required', to: 'any' },
      { do: 'drop', field: 'user' },
    ]
    const body = { max_completion_tokens: 4096, tool_choice: 'required', user: 'u', future: [1] }
    const expected = { max_tokens: 100, temperature: 1, tool_choice: 'any', future: [1] }
    assert.deepEqual(applyQuirks(body, quirks), expected)
    assert.deepEqual(bySplicing(body, quirks), expected)
  })

  it('do not rename over what the client said itself', () => {
    const quirks: readonly Quirk[] = [{ do: 'rename', field: 'max_completion_tokens', to: 'max_tokens' }]
    assert.deepEqual(applyQuirks({ max_completion_tokens: 1, max_tokens: 2 }, quirks), { max_tokens: 2 })
  })

  it('leave null as the client’s word: a default does not replace it', () => {
    assert.deepEqual(applyQuirks({ a: null }, [{ do: 'default', field: 'a', value: 1 }]), { a: null })
  })

  it('flatten lists of text only, and need the parsed body only then', () => {
    const flatten: readonly Quirk[] = [{ do: 'flatten-content' }]
    const text = (...texts: string[]): JsonObject => ({
      role: 'user',
      content: texts.map((one) => ({ type: 'text', text: one })),
    })
    const image = {
      role: 'user',
      content: [
        { type: 'text', text: 'a' },
        { type: 'image_url', image_url: { url: 'u' } },
      ],
    }
    const plain = { messages: [{ role: 'user', content: 'a' }, image, { role: 'user', content: [] }] }
    assert.deepEqual(
      quirkPatches(flatten, (name) => (name === 'messages' ? plain.messages : undefined)),
      [],
    )
    assert.deepEqual(applyQuirks(plain, flatten), plain)
    assert.equal(
      quirkPatches(flatten, () => [text('a')]),
      undefined,
    )
    assert.deepEqual(applyQuirks({ messages: [text('a', 'b'), image] }, flatten), {
      messages: [{ role: 'user', content: 'ab' }, image],
    })
  })

  it('of code need the parsed body, and do not change the client’s', () => {
    const edit: readonly Quirk[] = [
      { do: 'edit', name: 'x', edit: (body) => ({ ...body, x: 1 }) },
      { do: 'drop', field: 'a' },
    ]
    assert.equal(
      quirkPatches(edit, () => undefined),
      undefined,
    )
    const body = { a: 1 }
    assert.deepEqual(applyQuirks(body, edit), { x: 1 })
    assert.deepEqual(body, { a: 1 })
  })
})
