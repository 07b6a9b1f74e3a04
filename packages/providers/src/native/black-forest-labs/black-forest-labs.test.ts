import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Codec, Incoming, Outgoing, ProviderEnv, Target } from '@switchyard/core'
import { isGatewayError, type JsonObject } from '@switchyard/wire'
import { blackForestLabs } from './index.ts'

const target: Target = {
  model: 'flux-pro-1.1',
  baseUrl: 'https://api.bfl.ai',
  key: undefined,
  params: {},
  traits: { id: 'flux-pro-1.1', supports: new Set(), lacks: new Set() },
}
const codec: Codec = blackForestLabs.codecs?.image_generation ?? assert.fail('no codec')

test('sizes in pixels, ratios, and the model in the path', () => {
  const body = { model: 'x', prompt: 'a dot', size: '1024x768', response_format: 'url', seed: 7 }
  assert.deepEqual(codec.write(body, target, []), {
    json: { output_format: 'png', width: 1024, height: 768, prompt: 'a dot', seed: 7 },
    path: '/flux-pro-1.1',
  })
  assert.deepEqual(codec.write({ prompt: 'x', size: '16:9', n: 1 }, target, []), {
    json: { output_format: 'png', aspect_ratio: '16:9', prompt: 'x' },
    path: '/flux-pro-1.1',
  })
  assert.throws(
    () => codec.write({ prompt: 'x', n: 2 }, target, []),
    (error) => isGatewayError(error) && error.kind === 'unsupported_params',
  )
})

const encoder = new TextEncoder()
const incoming = (json: JsonObject, status = 200): Incoming => ({
  status,
  headers: new Headers({ 'content-type': 'application/json' }),
  body: null,
  whole: () => Promise.resolve(encoder.encode(JSON.stringify(json))),
})

/** What the provider's job is asked, and what it answers. */
async function job(replies: readonly Incoming[]): Promise<{ sent: readonly Outgoing[]; last: Incoming }> {
  const sent: Outgoing[] = []
  const left = [...replies]
  const env: ProviderEnv = {
    variable: () => undefined,
    now: () => 0,
    send: (outgoing) => {
      sent.push(outgoing)
      return Promise.resolve(left.shift() ?? assert.fail('one request too many'))
    },
  }
  const outgoing: Outgoing = {
    url: 'https://api.bfl.ai/v1/flux-pro-1.1',
    method: 'POST',
    headers: { 'x-key': 'k', 'content-type': 'application/json' },
    body: encoder.encode('{}'),
  }
  const last = await blackForestLabs.exchange?.(outgoing, target, env, new AbortController().signal)
  return { last: last ?? assert.fail('no exchange'), sent }
}

test('a job is made, then asked for where its reply says; a refusal is answered as it is', async () => {
  const ready = { status: 'Ready', result: { sample: 'https://x/i.jpg' } }
  const { sent, last } = await job([
    incoming({ id: 'b1', polling_url: 'https://eu.bfl.ai/v1/get_result?id=b1' }),
    incoming(ready),
  ])
  assert.deepEqual(
    sent.map(({ method, url, headers }) => [method, url, headers['x-key']]),
    [
      ['POST', 'https://api.bfl.ai/v1/flux-pro-1.1', 'k'],
      ['GET', 'https://eu.bfl.ai/v1/get_result?id=b1', 'k'],
    ],
  )
  const reply = codec.read(JSON.parse(new TextDecoder().decode(await last.whole?.())), {}, target)
  assert.deepEqual('data' in reply ? reply['data'] : undefined, [{ url: 'https://x/i.jpg' }])
  assert.equal((await job([incoming({ detail: 'no credits' }, 402)])).last.status, 402)
})

test('the key goes to no other host, whatever the reply says', async () => {
  for (const polling_url of ['https://bfl.ai.evil.example/x', 'http://api.bfl.ai/x', 'https://evilbfl.ai/x']) {
    await assert.rejects(job([incoming({ polling_url })]), (error) => isGatewayError(error) && error.kind === 'bad_reply')
  }
})

test('a refused prompt keeps its kind', () => {
  assert.throws(
    () => codec.read({ status: 'Request Moderated' }, {}, target),
    (error) => isGatewayError(error) && error.kind === 'content_filtered',
  )
})
