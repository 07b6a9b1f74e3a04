import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import OpenAI, { toFile } from 'openai'
import { objectOf, type JsonObject } from '@switchyard/wire'
import { chatRow, ended, resultsOf, startBatch, uploadRows } from '../tools/batches.ts'
import { model, nanoOf, openStage, type Stage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

const models = (origin: string): readonly JsonObject[] => [
  model('chat', 'anyscale/fake-chat', { api_base: `${origin}/v1` }),
  model('other', 'anyscale/other-chat', { api_base: `${origin}/v1` }),
]

const sections = { switchyard_settings: { files: { max_total_mb: 1 }, batches: { concurrency: 4, max_rows: 300 } } }

describe('batches that the gateway works on itself', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ models, sections })
  })
  after(() => stage.close())
  const clientOf = (apiKey: string): OpenAI => new OpenAI({ baseURL: `${stage.gateway.url}/v1`, apiKey, maxRetries: 0 })
  const bodyOf = (line: JsonObject | undefined): JsonObject => objectOf(objectOf(line?.['response'])?.['body']) ?? {}

  it('runs every row through the pipeline, one ledger row each', async () => {
    const key = await stage.gateway.newKey({ max_budget: 1 })
    const client = clientOf(key)
    const rows = Array.from({ length: 40 }, (_, i) => chatRow(`row-${i}`, 'chat', `hello ${i}`))
    const fileId = await uploadRows(client, rows)
    assert.match(fileId, /^file-sy/)
    const made = await client.batches.create({
      input_file_id: fileId,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      metadata: { note: 'mine' },
    })
    assert.deepEqual([made.status, made.input_file_id, made.metadata], ['validating', fileId, { note: 'mine' }])
    const done = await ended(client, made.id)
    assert.deepEqual([done.status, done.request_counts], ['completed', { total: 40, completed: 40, failed: 0 }])
    assert.equal(done.error_file_id, null)
    const lines = await resultsOf(client, done.output_file_id)
    assert.deepEqual(new Set(lines.map((line) => line['custom_id'])), new Set(Array.from({ length: 40 }, (_, i) => `row-${i}`)))
    const usage = { input: 0, output: 0 }
    for (const line of lines) {
      const said = objectOf(bodyOf(line)['usage']) ?? {}
      usage.input += Number(said['prompt_tokens'])
      usage.output += Number(said['completion_tokens'])
      assert.match(JSON.stringify(bodyOf(line)), new RegExp(`echo: hello ${String(line['custom_id']).slice(4)}"`))
    }
    const booked = await stage.gateway.spendRows(key, 40)
    assert.equal(booked.length, 40)
    const spent = booked.reduce((sum, row) => sum + Math.round(Number(row['spend']) * 1e9), 0)
    assert.equal(spent, nanoOf(usage))
    const ids = new Set(booked.map((row) => String(row['request_id'])))
    for (const line of lines) assert.ok(ids.has(`${String(objectOf(line['response'])?.['request_id'])}.1`))
    assert.deepEqual(
      (await client.batches.list()).data.map(({ id, status }) => [id, status]),
      [[made.id, 'completed']],
    )
  })

  it('errors, limits and refusals are those of each row', async () => {
    const key = await stage.gateway.newKey({ models: ['chat'] })
    const client = clientOf(key)
    const rows = [chatRow('good', 'chat', 'hi'), chatRow('forbidden', 'other', 'hi'), chatRow('broken', 'chat', 'fail me')]
    const fileId = await uploadRows(client, rows)
    stage.provider.next({ when: 'fail me', status: 400, body: '{"error":{"message":"no such thing"}}' })
    const done = await ended(client, (await startBatch(client, fileId)).id)
    assert.deepEqual([done.status, done.request_counts], ['completed', { total: 3, completed: 1, failed: 2 }])
    const errors = await resultsOf(client, done.error_file_id)
    const statusOf = new Map(errors.map((line) => [line['custom_id'], objectOf(line['response'])?.['status_code']]))
    assert.deepEqual([statusOf.get('forbidden'), statusOf.get('broken')], [403, 400])
    assert.match(JSON.stringify(errors), /no such thing/)
  })

  it('a limit of rate is waited out, an empty budget is not', async () => {
    const limited = clientOf(await stage.gateway.newKey({ max_budget: 0.0000001 }))
    const fileId = await uploadRows(limited, [chatRow('a', 'chat', 'hi')])
    const poor = await ended(limited, (await startBatch(limited, fileId)).id)
    assert.deepEqual(poor.request_counts, { total: 1, completed: 0, failed: 1 })
    assert.match(JSON.stringify(await resultsOf(limited, poor.error_file_id)), /budget_exceeded/)
    const client = clientOf(await stage.gateway.newKey({}))
    const again = await uploadRows(client, [chatRow('a', 'chat', 'slow down')])
    const limit = { when: 'slow down', status: 429, headers: { 'retry-after': '1' }, body: '{"error":{"message":"later"}}' }
    stage.provider.next(limit, { ...limit })
    const asked = { input_file_id: again, endpoint: '/v1/chat/completions', completion_window: '24h' } as const
    const batch = await client.batches.create(asked, { headers: { 'x-litellm-num-retries': '0' } })
    const done = await ended(client, batch.id)
    assert.deepEqual(done.request_counts, { total: 1, completed: 1, failed: 0 })
  })

  it('a blocked or deleted key runs nothing more', async () => {
    const key = await stage.gateway.newKey({})
    const client = clientOf(key)
    const fileId = await uploadRows(
      client,
      Array.from({ length: 100 }, (_, i) => chatRow(`r${i}`, 'chat', 'slowly')),
    )
    stage.provider.next(...Array.from({ length: 100 }, () => ({ when: 'slowly', delayMs: 50 })))
    const batch = await startBatch(client, fileId)
    await until(async () => ((await client.batches.retrieve(batch.id)).request_counts?.completed ?? 0) > 4)
    await stage.gateway.call('POST', '/key/block', { key })
    const master = clientOf(stage.gateway.masterKey)
    const done = await ended(master, batch.id)
    assert.ok((done.request_counts?.failed ?? 0) > 10, JSON.stringify(done.request_counts))
    assert.match(JSON.stringify((await resultsOf(master, done.error_file_id))[0]), /blocked/)
    stage.provider.reset()
  })

  it('is cancelled with what it has, and told right while it runs', async () => {
    const client = clientOf(await stage.gateway.newKey({}))
    const fileId = await uploadRows(
      client,
      Array.from({ length: 200 }, (_, i) => chatRow(`r${i}`, 'chat', 'crawl')),
    )
    stage.provider.next(...Array.from({ length: 200 }, () => ({ when: 'crawl', delayMs: 50 })))
    const batch = await startBatch(client, fileId)
    await until(async () => {
      const { request_counts: counts, status } = await client.batches.retrieve(batch.id)
      assert.ok(status === 'validating' || (status === 'in_progress' && counts?.total === 200))
      return (counts?.completed ?? 0) > 4
    })
    assert.equal((await client.batches.cancel(batch.id)).status, 'cancelling')
    const done = await ended(client, batch.id)
    assert.equal(done.status, 'cancelled')
    const { completed = 0 } = done.request_counts ?? {}
    assert.ok(completed > 4 && completed < 200, String(completed))
    assert.equal((await resultsOf(client, done.output_file_id)).length, completed)
    await assert.rejects(client.batches.cancel(batch.id), { status: 409 })
    stage.provider.reset()
  })

  it('what is left when its time is over is expired', async () => {
    const client = clientOf(await stage.gateway.newKey({}))
    const fileId = await uploadRows(
      client,
      Array.from({ length: 60 }, (_, i) => chatRow(`r${i}`, 'chat', 'late')),
    )
    stage.provider.next(...Array.from({ length: 60 }, () => ({ when: 'late', delayMs: 200 })))
    const { json } = await stage.gateway.call('POST', '/v1/batches', {
      input_file_id: fileId,
      endpoint: '/v1/chat/completions',
      completion_window: '2s',
    })
    const done = await ended(clientOf(stage.gateway.masterKey), String(json['id']))
    const { completed = 0, failed = 0 } = done.request_counts ?? {}
    assert.deepEqual([done.status, completed + failed], ['expired', 60])
    const [first] = await resultsOf(clientOf(stage.gateway.masterKey), done.error_file_id)
    assert.equal(objectOf(first?.['error'])?.['code'], 'batch_expired')
    stage.provider.reset()
  })

  it('a file that is wrong fails as a whole, with the lines at fault', async () => {
    const client = clientOf(await stage.gateway.newKey({}))
    const fails = async (rows: readonly string[], code: string, line: number | null): Promise<void> => {
      const done = await ended(client, (await startBatch(client, await uploadRows(client, rows))).id)
      const [fault] = done.errors?.data ?? []
      assert.deepEqual([done.status, fault?.code, fault?.line], ['failed', code, line])
    }
    await fails([chatRow('a', 'chat', 'x'), 'not json'], 'invalid_json_line', 2)
    await fails([chatRow('a', 'chat', 'x'), chatRow('a', 'chat', 'y')], 'duplicate_custom_id', 2)
    await fails([chatRow('a', 'chat', 'x').replace('chat/completions', 'embeddings')], 'mismatched_endpoint', 1)
    await fails(
      Array.from({ length: 301 }, (_, i) => chatRow(`r${i}`, 'chat', 'x')),
      'too_many_tasks',
      301,
    )
    const fileId = await uploadRows(client, [chatRow('a', 'chat', 'x')])
    const bad = { input_file_id: fileId, endpoint: '/v1/nothing', completion_window: '24h' }
    assert.equal((await stage.gateway.call('POST', '/v1/batches', bad)).status, 400)
  })

  it('files are read, listed and deleted by their owner alone, up to a limit', async () => {
    const key = await stage.gateway.newKey({})
    const client = clientOf(key)
    const content = chatRow('a', 'chat', 'x')
    const file = await client.files.create({ file: await toFile(Buffer.from(content), 'a.jsonl'), purpose: 'batch' })
    assert.deepEqual([file.bytes, file.filename, file.purpose], [content.length, 'a.jsonl', 'batch'])
    assert.equal(await (await client.files.content(file.id)).text(), content)
    assert.equal((await client.files.retrieve(file.id)).id, file.id)
    const stranger = clientOf(await stage.gateway.newKey({}))
    await assert.rejects(stranger.files.content(file.id), { status: 404 })
    await assert.rejects(startBatch(stranger, file.id), { status: 404 })
    await assert.rejects(client.files.create({ file: await toFile(Buffer.alloc(1_048_576, 'x'), 'b.bin'), purpose: 'batch' }), {
      status: 413,
    })
    assert.deepEqual(
      (await client.files.list()).data.map(({ id }) => id),
      [file.id],
    )
    assert.equal((await client.files.delete(file.id)).deleted, true)
    await assert.rejects(client.files.retrieve(file.id), { status: 404 })
    assert.deepEqual((await client.files.list()).data, [])
  })
})
