import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import OpenAI from 'openai'
import { isObject, objectOf, type JsonObject } from '@switchyard/wire'
import { BatchProvider } from '../tools/batch-provider.ts'
import { chatRow, ended, resultsOf, startBatch, uploadRows } from '../tools/batches.ts'
import { FakeProvider } from '../tools/fake-provider.ts'
import { TestGateway } from '../tools/gateway.ts'
import { configText, model, nanoOf } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

const rowCount = 400

interface Booked {
  readonly requestId: string
  readonly status: string
  readonly nano: number
}

async function allRows(gateway: TestGateway, key: string): Promise<readonly JsonObject[]> {
  const rows: JsonObject[] = []
  for (;;) {
    const { text } = await gateway.call('GET', `/spend/logs?api_key=${key}&offset=${rows.length}&limit=100`)
    const page: unknown = JSON.parse(text)
    if (!Array.isArray(page) || page.length === 0) return rows
    rows.push(...page.filter(isObject))
  }
}

/** Rows that come meanwhile move others to the next page, where they are seen again. */
const onceEach = (rows: readonly JsonObject[]): readonly JsonObject[] => [
  ...new Map(rows.map((row) => [row['request_id'], row])).values(),
]

async function rowsOf(gateway: TestGateway, key: string): Promise<readonly Booked[]> {
  let rows: readonly JsonObject[] = []
  await until(async () => (rows = onceEach(await allRows(gateway, key))).length >= rowCount)
  return rows.map((row) => ({
    requestId: String(row['request_id']).replace(/\.\d+(?:\+.*)?$/, ''),
    status: String(row['status']),
    nano: Math.round(Number(row['spend']) * 1e9),
  }))
}

describe('kill -9 in the middle of a batch', () => {
  const folders: string[] = []
  after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

  for (const workers of ['1', '2']) {
    it(`with ${workers} worker(s): every row is answered once and charged once`, async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'switchyard-batches-'))
      folders.push(dataDir)
      const provider = await FakeProvider.start(() => ({ delayMs: 30 }))
      const config = configText([model('chat', 'anyscale/fake-chat', { api_base: `${provider.origin}/v1` })])
      const start = (): Promise<TestGateway> => TestGateway.start({ config, dataDir, args: ['--workers', workers] })
      const clientOf = ({ url }: TestGateway, apiKey: string): OpenAI =>
        new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 })
      let gateway = await start()
      const key = await gateway.newKey({ max_budget: 1 })
      const first = clientOf(gateway, key)
      const rows = Array.from({ length: rowCount }, (_, i) => chatRow(`row-${i}`, 'chat', `hello ${i}`))
      const batch = await startBatch(first, await uploadRows(first, rows))
      for (const reached of [60, 180]) {
        const client = clientOf(gateway, key)
        await until(async () => ((await client.batches.retrieve(batch.id)).request_counts?.completed ?? 0) > reached, 20_000)
        await gateway.kill9()
        gateway = await start()
      }
      try {
        const client = clientOf(gateway, key)
        const done = await ended(client, batch.id, 60_000)
        assert.deepEqual([done.status, done.request_counts], ['completed', { total: rowCount, completed: rowCount, failed: 0 }])
        const lines = await resultsOf(client, done.output_file_id)
        assert.equal(lines.length, rowCount)
        assert.equal(new Set(lines.map((line) => line['custom_id'])).size, rowCount)
        const booked = await rowsOf(gateway, key)
        const paid = new Map<string, number>()
        for (const { requestId, status, nano } of booked) {
          if (status !== 'success') continue
          assert.ok(!paid.has(requestId), `${requestId} was charged twice`)
          paid.set(requestId, nano)
        }
        for (const line of lines) assert.ok(paid.has(String(objectOf(line['response'])?.['request_id'])))
        assert.equal(paid.size, rowCount)
        const sum = [...paid.values()].reduce((total, nano) => total + nano, 0)
        assert.equal(sum, nanoOf(usageOf(lines)))
      } finally {
        await gateway.stop()
        await provider.stop()
      }
    })
  }

  it('at every stage of a batch that a provider makes: it is submitted once and charged once', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'switchyard-batches-'))
    folders.push(dataDir)
    const provider = await BatchProvider.start()
    const config = configText([model('claude', 'anthropic/claude-sonnet-4-5', { api_base: provider.origin })])
    const start = (): Promise<TestGateway> => TestGateway.start({ config, dataDir })
    const clientOf = ({ url }: TestGateway, apiKey: string): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 })
    let gateway = await start()
    const key = await gateway.newKey({ max_budget: 5 })
    const client = clientOf(gateway, key)
    const rows = Array.from({ length: 2000 }, (_, i) => chatRow(`row-${i}`, 'claude', `hello ${i}`))
    const batch = await startBatch(client, await uploadRows(client, rows))
    const submissions = (): number => provider.requests.filter(({ method }) => method === 'POST').length
    await until(() => submissions() > 0, 20_000)
    await until(() => provider.requests.some(({ method }) => method === 'GET'), 20_000)
    await gateway.kill9()
    gateway = await start()
    provider.finish()
    await until(() => provider.requests.some(({ path }) => path.endsWith('/results')), 20_000)
    await gateway.kill9()
    gateway = await start()
    try {
      const done = await ended(clientOf(gateway, key), batch.id, 60_000)
      assert.deepEqual([done.status, done.request_counts?.completed], ['completed', 2000])
      assert.equal(submissions(), 1)
      const lines = await resultsOf(clientOf(gateway, key), done.output_file_id)
      assert.equal(new Set(lines.map((line) => line['custom_id'])).size, 2000)
      assert.equal(lines.length, 2000)
      const [row, ...more] = await gateway.spendRows(key, 1)
      assert.deepEqual([row?.['status'], more.length], ['success', 0])
      assert.equal(Math.round(Number(row?.['spend']) * 1e9), 2000 * nanoOf({ input: 10, output: 5 }))
    } finally {
      await gateway.stop()
      await provider.stop()
    }
  })
})

function usageOf(lines: readonly JsonObject[]): { readonly input: number; readonly output: number } {
  const usage = { input: 0, output: 0 }
  for (const line of lines) {
    const said = objectOf(objectOf(objectOf(line['response'])?.['body'])?.['usage']) ?? {}
    usage.input += Number(said['prompt_tokens'])
    usage.output += Number(said['completion_tokens'])
  }
  return usage
}
