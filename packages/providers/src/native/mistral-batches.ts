import { joinUrl, type BatchApi, type BatchReport } from '@switchyard/core'
import { fail, isString, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { jsonReply, rowsAsForm } from '../batch-bodies.ts'

/** The endpoints that it makes batches of, by their paths behind the base (docs.mistral.ai/api, read 2026-11-22). */
const versioned = (path: string): string => `/v1${path}`

/** Batch jobs over uploaded files (docs.mistral.ai/capabilities/batch, read 2026-11-22). */
export const mistralBatches: BatchApi = {
  operations: ['chat', 'embedding', 'moderation'],
  // The job names the model.
  row: (id, { model: _, stream: __, ...body }) => ({ custom_id: id, body }),
  submit: async ({ target, endpoint, name, rows }, ask) => {
    const form = rowsAsForm(rows, `${name}.jsonl`, { purpose: 'batch' })
    const file = await jsonReply(await ask({ method: 'POST', url: joinUrl(target.baseUrl, '/files'), ...form }))
    const fileId = stringOf(file['id'])
    if (fileId === undefined) throw fail('bad_reply', 'The provider did not name the file that was uploaded.')
    const json = { input_files: [fileId], endpoint: versioned(endpoint.path), model: target.model, metadata: { name } }
    return report(
      await jsonReply(await ask({ method: 'POST', url: joinUrl(target.baseUrl, '/batch/jobs'), json })),
      target.baseUrl,
    )
  },
  look: async (id, { baseUrl }, ask) => report(await jsonReply(await ask({ method: 'GET', url: jobUrl(baseUrl, id) })), baseUrl),
  cancel: async (id, { baseUrl }, ask) => {
    await jsonReply(await ask({ method: 'POST', url: `${jobUrl(baseUrl, id)}/cancel` }))
  },
  result: (line) => {
    const id = stringOf(line['custom_id'])
    if (id === undefined) return undefined
    const response = objectOf(line['response'])
    const status = Number(response?.['status_code'] ?? 500)
    return { id, kind: 'answered', status, body: bodyOf(response?.['body'] ?? line['error']) }
  },
}

const bodyOf = (said: unknown): JsonObject =>
  objectOf(said) ?? { message: isString(said) ? said : 'The provider could not answer this request.' }

const jobUrl = (baseUrl: string, id: string): string => joinUrl(baseUrl, `/batch/jobs/${encodeURIComponent(id)}`)

const running: ReadonlySet<unknown> = new Set(['QUEUED', 'RUNNING', 'CANCELLATION_REQUESTED'])

function report(reply: JsonObject, baseUrl: string): BatchReport {
  const id = stringOf(reply['id']) ?? ''
  if (running.has(reply['status'])) return { id, state: 'running', results: [] }
  const files = [reply['output_file'], reply['error_file']].filter(isString)
  const results = files.map((file) => joinUrl(baseUrl, `/files/${encodeURIComponent(file)}/content`))
  if (reply['status'] !== 'FAILED' || results.length > 0) return { id, state: 'ended', results }
  const [error] = objectsOf(reply['errors'])
  return { id, state: 'failed', message: stringOf(error?.['message']) ?? 'The provider could not run this batch.', results }
}
