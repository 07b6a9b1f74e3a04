import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAll, type Incoming, type Outgoing, type ProviderEnv, type Target } from '@switchyard/core'
import { dialects, isObject, parseJson, type JsonObject } from '@switchyard/wire'
import { sentBy } from '../../requests.fixture.ts'
import { readPieces } from '../../text/reading.fixture.ts'
import { replicate } from './index.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'Hi.' }] }
const version = '02e509c789964a7ea8736978a43525956ef40397be9033abf9fd2badfe68c9e3'
const api = 'https://api.replicate.com/v1'

async function written(model: string, more: JsonObject = {}): Promise<JsonObject | undefined> {
  const { endpoint } = await sentBy(replicate, { ...body, ...more }, { model, apiKey: 'k' })
  const traits = { id: model, supports: new Set<string>(), lacks: new Set<string>() }
  return endpoint.speaks?.writeRequest(dialects['openai-chat'].readRequest({ ...body, ...more }), traits).body
}

test('a model, a deployment, a version', async () => {
  const url = async (model: string): Promise<string> => (await sentBy(replicate, body, { model, apiKey: 'k' })).url
  assert.equal(await url('meta/meta-llama-3-8b-instruct'), `${api}/models/meta/meta-llama-3-8b-instruct/predictions`)
  assert.equal(await url('deployments/acme/mine'), `${api}/deployments/acme/mine/predictions`)
  assert.equal(await url(`meta/llama-2-70b-chat:${version}`), `${api}/predictions`)
  await assert.rejects(url('llama'), /replicate\/owner\/name/)
  const pinned = await sentBy(replicate, body, { model: `meta/llama-2-70b-chat:${version}`, apiKey: 'k' })
  assert.deepEqual(pinned.quirks, [{ do: 'set', field: 'version', value: version }])
  assert.equal(pinned.headers['authorization'], 'Token k')
})

test('every family names its inputs', async () => {
  const sampling = { max_tokens: 5, stop: ['A', 'B'], temperature: 0.5 }
  assert.deepEqual(await written('meta/meta-llama-3-8b-instruct', { ...sampling, stream: true, min_tokens: 2 }), {
    input: {
      prompt:
        '<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi.<|eot_id|>' +
        '<|start_header_id|>assistant<|end_header_id|>\n\n',
      prompt_template: '{prompt}',
      temperature: 0.5,
      stop_sequences: 'A,B',
      max_tokens: 5,
      min_tokens: 2,
    },
    stream: true,
  })
  const messages = [{ role: 'system', content: 'Be brief.' }, ...body.messages]
  assert.deepEqual(await written('anthropic/claude-4-sonnet', { messages, max_tokens: 5 }), {
    input: { system_prompt: 'Be brief.', max_tokens: 5, prompt: 'Hi.' },
  })
  assert.deepEqual(await written('acme/other', { max_tokens: 5, seed: 1 }), {
    input: { prompt: 'Hi.', max_new_tokens: 5, seed: 1 },
  })
})

const target: Target = {
  model: 'a/b',
  baseUrl: api,
  key: undefined,
  params: {},
  traits: { id: 'a/b', supports: new Set(), lacks: new Set() },
}
const urls = { get: `${api}/predictions/p1`, stream: 'https://stream.replicate.com/v1/streams/p1' }
const encoder = new TextEncoder()

const json = (value: JsonObject, status = 200): Incoming => ({
  status,
  headers: new Headers({ 'content-type': 'application/json' }),
  body: null,
  whole: async () => encoder.encode(JSON.stringify(value)),
})

async function* pieces(list: readonly string[]): AsyncGenerator<Uint8Array, void, void> {
  for (const piece of list) yield encoder.encode(piece)
}

const events = (...list: readonly string[]): Incoming => ({
  status: 200,
  headers: new Headers({ 'content-type': 'text/event-stream' }),
  body: pieces(list),
})

/** Replicate's side: the answers in their order. */
async function exchanged(
  stream: boolean,
  answers: readonly Incoming[],
): Promise<{ incoming: Incoming; asked: readonly string[] }> {
  const asked: string[] = []
  const env: ProviderEnv = {
    variable: () => undefined,
    now: Date.now,
    send: async ({ url }) => {
      const answer = answers[asked.push(url) - 1]
      assert(answer !== undefined, `nobody expected ${url}`)
      return answer
    },
  }
  const sent = encoder.encode(JSON.stringify({ input: { prompt: 'Hi.' }, ...(stream ? { stream: true } : {}) }))
  const outgoing: Outgoing = { url: `${api}/models/a/b/predictions`, method: 'POST', headers: {}, body: sent }
  const incoming = await replicate.exchange?.(outgoing, target, env, new AbortController().signal)
  assert(incoming !== undefined)
  return { incoming, asked }
}

const speaks = replicate.endpoints.chat?.[0]?.speaks
assert(speaks !== undefined)
const metrics = { input_token_count: 3, output_token_count: 2 }
const done = { status: 'succeeded', output: ['Hi', ' Ada ⚓'], metrics }

async function streamed(incoming: Incoming): Promise<ReturnType<typeof readPieces>> {
  const parts: Uint8Array[] = []
  for await (const piece of incoming.body ?? []) parts.push(piece)
  return readPieces(parts, speaks ?? assert.fail())
}

test('a prediction is asked for until it is over', async () => {
  const answers = [json({ status: 'starting', urls }, 201), json({ status: 'processing' }), json(done)]
  const { incoming, asked } = await exchanged(false, answers)
  assert.deepEqual(asked.slice(1), [urls.get, urls.get])
  const reply = parseJson(new TextDecoder().decode(await readAll(incoming, 1000)))
  assert(isObject(reply))
  const read = speaks.readReply(reply)
  assert.deepEqual(read.choices[0]?.blocks, [{ type: 'text', text: 'Hi Ada ⚓' }])
  assert.deepEqual([read.usage?.input, read.usage?.output], [3, 2])
})

test('a stream of events: the text at once, the counts from the prediction', async () => {
  const text = 'event: output\ndata: Hi\n\nevent: output\ndata:  Ada ⚓\n\nevent: done\ndata: {}\n\n'
  const { incoming, asked } = await exchanged(true, [json({ status: 'starting', urls }, 201), events(text), json(done)])
  const { reply, ended } = await streamed(incoming)
  assert.deepEqual(asked.slice(1), [urls.stream, urls.get])
  assert(ended)
  assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: 'Hi Ada ⚓' }])
  assert.deepEqual([reply.usage?.input, reply.usage?.output], [3, 2])
})

test('a stream of events that was cut, and one that failed', async () => {
  const start = json({ status: 'starting', urls }, 201)
  const cut = await exchanged(true, [start, events('event: output\ndata: Hi\n\n')])
  assert.equal((await streamed(cut.incoming)).error?.kind, 'bad_gateway')
  const failed = json({ status: 'failed', error: 'CUDA oom' })
  const broken = await exchanged(true, [start, events('event: error\ndata: {}\n\n'), failed])
  const { error } = await streamed(broken.incoming)
  assert.deepEqual([error?.kind, error?.message], ['unprocessable', 'CUDA oom'])
})

test('without a stream of its own, what is new in the prediction is streamed', async () => {
  const start = json({ status: 'starting', urls: { get: urls.get } }, 201)
  const { incoming } = await exchanged(true, [start, json({ status: 'processing', output: ['Hi'] }), json(done)])
  const { reply, ended } = await streamed(incoming)
  assert(ended)
  assert.deepEqual(reply.choices[0]?.blocks, [{ type: 'text', text: 'Hi Ada ⚓' }])
})

test('addresses of other hosts get no key', async () => {
  const foreign = { get: 'https://evil.example/p1', stream: 'https://evil.example/s1' }
  await assert.rejects(exchanged(true, [json({ status: 'starting', urls: foreign }, 201)]), { kind: 'bad_reply' })
})

test('a prediction that failed, and one that is refused', () => {
  assert.throws(() => speaks.readReply({ status: 'failed', error: 'CUDA oom' }), { kind: 'unprocessable' })
  assert.throws(() => speaks.readReply({ status: 'failed', error: 'input is too long' }), { kind: 'context_length' })
  assert.equal(speaks.readError(422, { title: 'Error', detail: 'bad input' }).kind, 'unprocessable')
  assert.equal(speaks.readError(429, { detail: 'slow down' }).kind, 'rate_limited')
})
