import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { casesOf, echoOf, jsonOf, traitsOf } from './test-kit.ts'
import { gemini } from './index.ts'

describe('gemini: write(read(x)) is x', () => {
  for (const name of casesOf('.request.json')) {
    for (const model of ['gemini-2.5-flash', 'gemini-3-pro-preview']) {
      it(`request ${name} for ${model}`, () => {
        const body = jsonOf(`${name}.request.json`)
        const request = gemini.readRequest(structuredClone(body), { model, stream: false })
        assert.deepEqual(gemini.writeRequest(request, traitsOf(model)).body, body)
        assert.equal(request.model, model)
      })
    }
  }
  for (const name of casesOf('.reply.json')) {
    it(`reply ${name}`, () => {
      const body = jsonOf(`${name}.reply.json`)
      const reply = gemini.readReply(structuredClone(body))
      assert.deepEqual(gemini.writeReply(reply, echoOf(reply.model)), body)
    })
  }
})

describe('gemini: a request of wrong types is read or refused, never a TypeError, and what is read is written again', () => {
  const wrong: readonly unknown[] = [null, true, false, 0, -1, 1.5, 1e21, '', 'x', [], [null], [1], ['x'], {}, { a: 1 }]
  for (const name of casesOf('.request.json')) {
    it(name, () => {
      let refused = 0
      for (const change of placesIn(jsonOf(`${name}.request.json`))) {
        for (const value of wrong) {
          const body = jsonOf(`${name}.request.json`)
          change(body, value)
          try {
            const written = gemini.writeRequest(gemini.readRequest(structuredClone(body)), traitsOf('gemini-2.5-flash')).body
            assert.deepEqual(written, body)
          } catch (error) {
            if (!isGatewayError(error)) throw error
            assert.equal(error.kind, 'bad_request')
            assert.ok(error.facts.param !== undefined, error.message)
            refused++
          }
        }
      }
      assert.ok(refused > 0)
    })
  }
})

describe('gemini: a reply of wrong types is read or refused as bad_reply', () => {
  for (const name of casesOf('.reply.json')) {
    it(name, () => {
      for (const change of placesIn(jsonOf(`${name}.reply.json`))) {
        for (const value of [null, true, 7, 'x', [], [1], {}, { a: 1 }]) {
          const body = jsonOf(`${name}.reply.json`)
          change(body, value)
          try {
            const reply = gemini.readReply(structuredClone(body))
            gemini.writeReply(reply, echoOf(reply.model))
            gemini.readUsage(body)
          } catch (error) {
            if (!isGatewayError(error)) throw error
            assert.equal(error.kind, 'bad_reply')
          }
        }
      }
    })
  }
})

type Change = (body: JsonObject, value: unknown) => void

/** One change for every field at every depth. */
function placesIn(value: unknown, path: readonly (string | number)[] = []): Change[] {
  const keys: readonly (string | number)[] = Array.isArray(value) ? [...value.keys()] : isObject(value) ? Object.keys(value) : []
  const here: Change[] = path.length === 0 ? [] : [(body, wrong) => set(body, path, wrong)]
  return [...here, ...keys.flatMap((key) => placesIn(childOf(value, key), [...path, key]))]
}

function childOf(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[Number(key)]
  return isObject(value) ? value[key] : undefined
}

function set(body: JsonObject, path: readonly (string | number)[], value: unknown): void {
  let at: unknown = body
  for (const key of path.slice(0, -1)) at = childOf(at, key)
  const last = path[path.length - 1]
  if (last === undefined) return
  if (Array.isArray(at)) at[Number(last)] = value
  else if (isObject(at)) at[last] = value
}
