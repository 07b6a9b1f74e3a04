import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import OpenAI, { toFile } from 'openai'
import { TestGateway } from '../tools/gateway.ts'
import { KeepingProvider } from '../tools/keeping-provider.ts'
import { growthMb, mostGrownMb } from '../tools/memory.ts'
import { until } from '../tools/until.ts'

const config = (one: string, two: string): string => `
model_list:
  - model_name: small
    litellm_params: { model: openai/gpt-4o-mini, api_base: ${one}/v1, api_key: sk-one }
  - model_name: large
    litellm_params: { model: openai/gpt-4o, api_base: ${one}/v1, api_key: sk-one }
  - model_name: other
    litellm_params: { model: openai/gpt-4o-mini, api_base: ${two}/v1, api_key: sk-two }
switchyard_settings: { egress: { allow_private: true } }
`

const row = (id: string, model: string) =>
  JSON.stringify({
    custom_id: id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model, max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] },
  })

describe('files and batches, with the client of OpenAI', () => {
  let one: KeepingProvider
  let two: KeepingProvider
  let gateway: TestGateway
  let key = ''
  const client = (apiKey = key): OpenAI => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 })
  before(async () => {
    one = await KeepingProvider.start()
    two = await KeepingProvider.start()
    gateway = await TestGateway.start({ config: config(one.origin, two.origin) })
    key = await gateway.newKey({ max_budget: 5 })
  })
  after(async () => {
    await gateway.stop()
    await one.stop()
    await two.stop()
  })

  it('a file: uploaded, listed, read and deleted under an id of ours', async () => {
    const content = 'line one\r\n--not a boundary\r\n\r\nend'
    const made = await client().files.create({ file: await toFile(Buffer.from(content), 'a "b".txt'), purpose: 'assistants' })
    assert.match(made.id, /^file-sy/)
    const [upstreamId] = [...one.files.keys()]
    assert.equal(one.files.get(upstreamId ?? '')?.bytes.toString(), content)
    assert.equal(one.requests.at(-1)?.headers['authorization'], 'Bearer sk-one')
    assert.equal((await client().files.retrieve(made.id)).id, made.id)
    assert.equal(await (await client().files.content(made.id)).text(), content)
    assert.deepEqual(
      (await client().files.list()).data.map(({ id }) => id),
      [made.id],
    )
    assert.equal((await client().files.delete(made.id)).deleted, true)
    assert.deepEqual((await client().files.list()).data, [])
    assert.equal(one.files.size, 0)
  })

  it('a model, in the form or a header, says who keeps the file', async () => {
    const file = await toFile(Buffer.from('x'), 'x.txt')
    const extra = { file, purpose: 'assistants', target_model_names: 'other' } as const
    const made = await client().files.create(extra)
    assert.equal(two.files.size, 1)
    assert.doesNotMatch(JSON.stringify([...two.files.values()]), /target_model_names/)
    assert.equal((await client().files.retrieve(made.id)).id, made.id)
    await client().files.create({ file, purpose: 'assistants' }, { headers: { 'x-litellm-model': 'other' } })
    assert.equal(two.files.size, 2)
    const limited = await gateway.newKey({ models: ['small'] })
    await assert.rejects(client(limited).files.create(extra), { status: 403 })
    const wrong = await gateway.call('POST', '/v1/files', '{}', key)
    assert.equal(wrong.status, 415)
  })

  it('a key sees its own objects only, and ids cannot be forged', async () => {
    const made = await client().files.create({ file: await toFile(Buffer.from('mine'), 'm.txt'), purpose: 'assistants' })
    const stranger = client(await gateway.newKey())
    await assert.rejects(stranger.files.retrieve(made.id), { status: 404 })
    await assert.rejects(stranger.files.content(made.id), { status: 404 })
    assert.deepEqual((await stranger.files.list()).data, [])
    const upstreamId = [...one.files.keys()].at(-1) ?? ''
    const changed = `${made.id.slice(0, -1)}${made.id.endsWith('0') ? '1' : '0'}`
    for (const id of [upstreamId, changed, `file-sy${made.id.slice(8)}`])
      await assert.rejects(client().files.retrieve(id), { status: 404 }, id)
    await assert.rejects(stranger.vectorStores.create({ file_ids: [made.id] }), { status: 404 })
    await assert.rejects(stranger.vectorStores.create({ file_ids: [upstreamId] }), { status: 404 })
    assert.equal((await client(gateway.masterKey).files.retrieve(made.id)).id, made.id)
  })

  it('a batch: its worst case is charged at once, what it cost when it is over', async () => {
    const payer = await gateway.newKey({ max_budget: 5 })
    const lines = `${row('a', 'small')}\n${row('b', 'large')}\n`
    const file = await client(payer).files.create({ file: await toFile(Buffer.from(lines), 'in.jsonl'), purpose: 'batch' })
    const kept = [...one.files.values()].at(-1)?.bytes.toString() ?? ''
    assert.match(kept, /"model":"gpt-4o-mini"[^]*"model":"gpt-4o"/)
    const batch = await client(payer).batches.create({
      input_file_id: file.id,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    assert.deepEqual([batch.status, batch.input_file_id], ['validating', file.id])
    const charged = async (): Promise<number> => {
      const rows = await gateway.spendRows(payer, 1)
      return Number(rows.find((one) => one['call_type'] === 'batch')?.['spend'] ?? Number.NaN)
    }
    await until(async () => (await charged()) > 0)
    const worst = await charged()
    const upstreamId = [...one.objects.keys()].at(-1) ?? ''
    one.complete(upstreamId)
    const done = await client(payer).batches.retrieve(batch.id)
    assert.equal(done.status, 'completed')
    const output = await (await client(payer).files.content(done.output_file_id ?? '')).text()
    assert.equal(output.trim().split('\n').length, 2)
    // Half of the usual price: (10 · 0.15 + 10 · 0.6 + 10 · 2.5 + 10 · 10) / 2 dollars a million.
    await until(async () => (await charged()) !== worst)
    assert.equal(await charged(), 0.00006625)
    assert.ok(worst > 0.00006625)
    await client(payer).batches.retrieve(batch.id)
    assert.equal((await gateway.spendRows(payer, 1)).filter((one) => one['call_type'] === 'batch').length, 1)
    assert.deepEqual(
      (await client(payer).batches.list()).data.map(({ id, status }) => [id, status]),
      [[batch.id, 'completed']],
    )
  })

  it('a batch beyond the budget or of models that the key may not use is refused', async () => {
    const poor = await gateway.newKey({ max_budget: 0.000001 })
    const upload = async (apiKey: string, lines: string) =>
      client(apiKey).files.create({ file: await toFile(Buffer.from(lines), 'in.jsonl'), purpose: 'batch' })
    const file = await upload(poor, row('a', 'large'))
    const before = one.objects.size
    await assert.rejects(
      client(poor).batches.create({ input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' }),
      { status: 422 },
    )
    assert.equal(one.objects.size, before)
    const limited = await gateway.newKey({ models: ['small'] })
    await assert.rejects(upload(limited, `${row('a', 'small')}\n${row('b', 'large')}`), { status: 403 })
    await assert.rejects(upload(key, '{"nothing":1}'), { status: 400 })
    await assert.rejects(upload(key, `${row('a', 'small')}\n${row('b', 'other')}`), { status: 400 })
  })

  it('vector stores: made, read and filled with ids of ours', async () => {
    const file = await client().files.create({ file: await toFile(Buffer.from('v'), 'v.txt'), purpose: 'assistants' })
    const store = await client().vectorStores.create({ name: 'docs', file_ids: [file.id] })
    assert.match(store.id, /^vs_sy/)
    assert.deepEqual(one.requests.at(-1)?.json['file_ids'], [[...one.files.keys()].at(-1)])
    const added = await client().vectorStores.files.create(store.id, { file_id: file.id })
    assert.equal(added.vector_store_id, store.id)
    assert.equal((await client().vectorStores.list()).data.length, 1)
    const { text } = await gateway.call('POST', `/v1/vector_stores/${store.id}/search`, { query: 'x' }, key)
    assert.match(text, /"query":"x"/)
    assert.equal((await client().vectorStores.delete(store.id)).deleted, true)
  })

  it('an upload of 200 MB goes by way of the disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-upload-'))
    const path = join(folder, 'large.bin')
    const file = await open(path, 'w')
    for (let written = 0; written < 200; written++) await file.write(Buffer.alloc(1024 * 1024, String(written)))
    await file.close()
    const grown = await growthMb(gateway.pid, async () => {
      const made = await upload(`${gateway.url}/v1/files`, path, key)
      assert.equal(made.status, 200, made.text)
    })
    await rm(folder, { recursive: true })
    assert.ok(one.lastUpload.bytes > 200 * 1024 * 1024)
    assert.ok(grown <= mostGrownMb, `${grown.toFixed(1)} MB`)
  })
})

/** A form that is sent while it is read. */
async function upload(url: string, path: string, key: string): Promise<{ readonly status: number; readonly text: string }> {
  async function* form(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('--edge\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n')
    yield* createReadStream(path)
    yield Buffer.from('\r\n--edge\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n--edge--\r\n')
  }
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'multipart/form-data; boundary=edge' }
    const outgoing = request(url, { method: 'POST', headers }, (reply) => {
      let text = ''
      reply.on('data', (part: Buffer) => (text += part.toString()))
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }))
    })
    outgoing.on('error', reject)
    void (async () => {
      for await (const piece of form())
        if (!outgoing.write(piece)) await new Promise((drained) => outgoing.once('drain', drained))
      outgoing.end()
    })()
  })
}
