import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGatewayError } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { openaiResponses } from './index.ts'
import { echo, fixture, fixtureNames, places, replaced, traits, wrongValues } from './test-kit.ts'

for (const name of fixtureNames('.request.json')) {
  test(`request ${name} is written as it was read`, () => {
    const body = fixture(name)
    assert.deepEqual(openaiResponses.writeRequest(openaiResponses.readRequest(body), traits).body, body)
  })
}

for (const name of fixtureNames('.reply.json')) {
  test(`reply ${name} is written as it was read`, () => {
    const body = fixture(name)
    assert.deepEqual(openaiResponses.writeReply(openaiResponses.readReply(body), echo(String(body['model']))), body)
  })
}

test('a wrong value anywhere in a request is read or refused, and what is read is written again', () => {
  let tried = 0
  for (const name of fixtureNames('.request.json')) {
    const body = fixture(name)
    for (const place of places(body)) {
      for (const value of wrongValues) {
        const changed = replaced(body, place, value)
        assert.ok(isObject(changed))
        tried++
        tryRequest(changed, `${name} ${place.join('.')} = ${JSON.stringify(value)}`)
      }
    }
  }
  assert.ok(tried > 5000, `${tried} requests were tried`)
})

function tryRequest(body: JsonObject, what: string): void {
  try {
    const request = openaiResponses.readRequest(body)
    assert.deepEqual(openaiResponses.writeRequest(request, traits).body, body, what)
  } catch (error) {
    if (!isGatewayError(error)) throw error
    assert.equal(error.kind, 'bad_request', what)
    assert.ok(error.facts.param !== undefined, what)
  }
}

test('a wrong value anywhere in a reply is read, or refused as a bad reply', () => {
  for (const name of fixtureNames('.reply.json')) {
    const body = fixture(name)
    for (const place of places(body)) {
      for (const value of wrongValues) {
        const changed = replaced(body, place, value)
        assert.ok(isObject(changed))
        try {
          openaiResponses.writeReply(openaiResponses.readReply(changed), echo('gpt-5'))
        } catch (error) {
          if (!isGatewayError(error)) throw error
          assert.ok(place[0] === 'output' || place[0] === 'status' || place[0] === 'error', place.join('.'))
        }
      }
    }
  }
})

test('a mistake is told with its path', () => {
  const param = (body: JsonObject): string | undefined => {
    try {
      openaiResponses.readRequest(body)
    } catch (error) {
      if (isGatewayError(error)) return error.facts.param
      throw error
    }
    return undefined
  }
  assert.equal(param({}), 'model')
  assert.equal(param({ model: 'm' }), 'input')
  assert.equal(param({ model: 'm', input: 3 }), 'input')
  assert.equal(param({ model: 'm', input: 'x', temperature: 'hot' }), 'temperature')
  assert.equal(param({ model: 'm', input: [{ role: 'tool', content: 'x' }] }), 'input[0].role')
  assert.equal(param({ model: 'm', input: [{ role: 'user', content: [{ type: 'input_text' }] }] }), 'input[0].content[0].text')
  assert.equal(param({ model: 'm', input: [{ type: 'function_call_output', call_id: 'c' }] }), 'input[0].output')
  assert.equal(param({ model: 'm', input: 'x', tools: [{ type: 'function' }] }), 'tools[0].name')
})
