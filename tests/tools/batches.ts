import { isObject, parseJson, type JsonObject } from '@switchyard/wire'
import { toFile, type OpenAI } from 'openai'
import { until } from './until.ts'

/** One row of a batch file. */
export const chatRow = (id: string, model: string, content: string): string =>
  JSON.stringify({
    custom_id: id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model, max_tokens: 20, messages: [{ role: 'user', content }] },
  })

export async function uploadRows(client: OpenAI, rows: readonly string[]): Promise<string> {
  const file = await toFile(Buffer.from(`${rows.join('\n')}\n`), 'in.jsonl')
  return (await client.files.create({ file, purpose: 'batch' })).id
}

export const startBatch = (client: OpenAI, fileId: string): Promise<OpenAI.Batch> =>
  client.batches.create({ input_file_id: fileId, endpoint: '/v1/chat/completions', completion_window: '24h' })

const over: ReadonlySet<string> = new Set(['completed', 'failed', 'expired', 'cancelled'])

/** The batch when it is over. */
export async function ended(client: OpenAI, id: string, withinMs = 20_000): Promise<OpenAI.Batch> {
  let batch = await client.batches.retrieve(id)
  await until(async () => {
    batch = await client.batches.retrieve(id)
    return over.has(batch.status)
  }, withinMs)
  return batch
}

/** The lines of a result file. */
export async function resultsOf(client: OpenAI, fileId: string | null | undefined): Promise<readonly JsonObject[]> {
  if (fileId === null || fileId === undefined) return []
  const text = await (await client.files.content(fileId)).text()
  return text.trim().split('\n').map(parseJson).filter(isObject)
}
