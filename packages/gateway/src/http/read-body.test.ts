import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError } from '@switchyard/wire'
import { readBody, readObject, type BodyLimits } from './read-body.ts'

const url = 'http://gateway.test/'
const post = (body: BodyInit, headers: Record<string, string> = {}): Request =>
  new Request(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })

const chunked = (...pieces: string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
      controller.close()
    },
  })

const limits = (maxBodyBytes: number, bodyTimeoutMs = 1000): BodyLimits => ({ maxBodyBytes, bodyTimeoutMs })

async function kindOf(request: Request, most = 100): Promise<string> {
  try {
    await readBody(request, limits(most))
    return 'read'
  } catch (error) {
    assert(isGatewayError(error), String(error))
    return error.kind
  }
}

describe('a body', () => {
  it('is read when it is a JSON object of a fair size', async () => {
    assert.deepEqual((await readBody(post('{"a":"⚓"}'), limits(100))).json, { a: '⚓' })
    assert.deepEqual((await readBody(post(chunked('{"a"', ':1', '}')), limits(100))).json, { a: 1 })
    for (const type of [
      'application/json; charset=utf-8',
      'Application/JSON',
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/vnd.api+json',
    ]) {
      assert.equal(await kindOf(post('{}', { 'content-type': type })), 'read', type)
    }
    assert.equal(await kindOf(post('{}', { 'content-encoding': 'Identity' })), 'read')
  })

  it('is refused by name otherwise', async () => {
    const long = `{"a":"${'x'.repeat(100)}"}`
    assert.equal(await kindOf(post('')), 'bad_request')
    assert.equal(await kindOf(new Request(url, { method: 'POST' })), 'bad_request')
    assert.equal(await kindOf(post('[]')), 'bad_request')
    assert.equal(await kindOf(post('{"a":1}}')), 'bad_request')
    assert.equal(await kindOf(post('\ufeff{}')), 'bad_request')
    assert.equal(await kindOf(post(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))), 'bad_request')
    assert.equal(await kindOf(post('{}', { 'content-type': 'multipart/form-data; boundary=x' })), 'unsupported_media')
    assert.equal(await kindOf(post('{}', { 'content-type': 'image/png' })), 'unsupported_media')
    assert.equal(await kindOf(post('{}', { 'content-encoding': 'gzip' })), 'unsupported_media')
    assert.equal(await kindOf(post(long, { 'content-length': String(long.length) })), 'too_large')
    assert.equal(await kindOf(post(long)), 'too_large')
    assert.equal(await kindOf(post(chunked(long.slice(0, 60), long.slice(60)))), 'too_large')
    assert.equal(await kindOf(post(chunked(...Array<string>(1000).fill(' ')))), 'too_large')
  })

  it('is exactly as large as it may be', async () => {
    const body = `{"a":"${'x'.repeat(92)}"}`
    assert.equal(body.length, 100)
    assert.equal(await kindOf(post(body)), 'read')
    assert.equal(await kindOf(post(chunked(body))), 'read')
    assert.equal(await kindOf(post(body), 99), 'too_large')
  })

  it('may be empty off the data path', async () => {
    assert.deepEqual(await readObject(post(''), limits(100)), {})
    assert.deepEqual(await readObject(new Request(url, { method: 'POST' }), limits(100)), {})
    assert.deepEqual(await readObject(post('{"a":[1]}'), limits(100)), { a: [1] })
    await assert.rejects(readObject(post('7'), limits(100)), (error) => isGatewayError(error) && error.kind === 'bad_request')
  })

  it('that does not come in time is given up, whether its length is known or not', async () => {
    const never = (): ReadableStream<Uint8Array> =>
      new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([0x7b])) })
    for (const headers of [{}, { 'content-length': '50' }]) {
      await assert.rejects(
        readBody(post(never(), headers), limits(100, 20)),
        (error) => isGatewayError(error) && error.status === 408,
      )
    }
  })
})
