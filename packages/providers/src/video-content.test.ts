import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAll, type Deployment, type Incoming, type Outgoing, type ProviderEnv } from '@switchyard/core'
import { Secret } from '@switchyard/wire'
import { row } from './row.ts'
import { videoAt } from './video-content.ts'

const home = 'https://api.acme.example'
const keeper: Deployment = {
  id: 'd',
  modelName: 'm',
  provider: row('acme', 'Acme', `${home}/v1`),
  model: 'm',
  baseUrl: `${home}/v1`,
  key: new Secret('k'),
  params: {},
  headers: {},
  bodyDefaults: [],
  weight: 1,
  order: 0,
  timeouts: { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0 },
  dropParams: false,
  additionalDropParams: [],
  allowedParams: [],
  info: {},
}

async function fetched(url: string, answer: (asked: number) => Response) {
  const sent: Outgoing[] = []
  const env: ProviderEnv = {
    variable: () => undefined,
    now: () => 0,
    send: (outgoing): Promise<Incoming> => {
      sent.push(outgoing)
      return Promise.resolve(answer(sent.length))
    },
  }
  const ask = async (): Promise<readonly number[]> => {
    const video = await videoAt({ url, keeper, env, signal: AbortSignal.timeout(1000) })
    return [...(await readAll(video, 1000))]
  }
  return { sent, ask }
}

const moved = (location: string): Response => new Response(null, { status: 302, headers: { location } })

test('the key goes to the provider, and not to where the provider sends on to', async () => {
  const at = 'https://storage.example/clip'
  const { sent, ask } = await fetched(`${home}/clip`, (asked) => (asked === 1 ? moved(at) : new Response(new Uint8Array([7]))))
  assert.deepEqual(await ask(), [7])
  assert.deepEqual(
    sent.map(({ url, headers }) => [url, headers['authorization']]),
    [
      [`${home}/clip`, 'Bearer k'],
      [at, undefined],
    ],
  )
})

test('refusals, circles, addresses in the clear and data that is none are errors', async () => {
  const refused = await fetched(`${home}/clip`, () => new Response('gone', { status: 404 }))
  await assert.rejects(refused.ask(), { kind: 'not_found' })
  const circle = await fetched(`${home}/clip`, () => moved(`${home}/clip`))
  await assert.rejects(circle.ask(), { kind: 'bad_gateway' })
  for (const url of ['http://storage.example/clip', 'no address', 'data:video/mp4,plain', 'data:video/mp4;base64,']) {
    const { sent, ask } = await fetched(url, () => new Response())
    await assert.rejects(ask(), { kind: 'bad_reply' })
    assert.deepEqual(sent, [])
  }
  assert.deepEqual(await (await fetched('data:video/webm;base64,AQI=', () => new Response())).ask(), [1, 2])
})
