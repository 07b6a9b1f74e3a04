import type { BatchApi, BatchReport, BatchResult } from '@switchyard/core'
import { isObject, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { jsonReply, rowsAsArray } from '../../batch-bodies.ts'
import { anthropicRoot } from './root.ts'

const path = '/v1/messages/batches'

/** Message batches (platform.claude.com/docs/en/api/messages/batches, read 2026-11-22). */
export const anthropicBatches: BatchApi = {
  operations: ['chat'],
  row: (id, { stream: _, ...params }) => ({ custom_id: id, params }),
  submit: async ({ target, rows }, ask) => {
    const url = anthropicRoot(target.baseUrl) + path
    const { pieces, headers } = rowsAsArray(rows, '{"requests":[', ']}')
    const reply = await jsonReply(await ask({ method: 'POST', url, pieces, headers: { ...rows.headers, ...headers } }))
    return report(reply, url)
  },
  look: async (id, { baseUrl }, ask) => {
    const url = anthropicRoot(baseUrl) + path
    return report(await jsonReply(await ask({ method: 'GET', url: `${url}/${encodeURIComponent(id)}` })), url)
  },
  cancel: async (id, { baseUrl }, ask) => {
    await jsonReply(await ask({ method: 'POST', url: `${anthropicRoot(baseUrl)}${path}/${encodeURIComponent(id)}/cancel` }))
  },
  result: (line) => {
    const id = stringOf(line['custom_id'])
    const result = objectOf(line['result'])
    return id === undefined || result === undefined ? undefined : resultOf(id, result)
  },
}

/** Its `results_url` is not asked for: our key goes to the address that it was given for. */
function report(reply: JsonObject, url: string): BatchReport {
  const id = stringOf(reply['id']) ?? ''
  const isOver = reply['processing_status'] === 'ended'
  return { id, state: isOver ? 'ended' : 'running', results: isOver ? [`${url}/${encodeURIComponent(id)}/results`] : [] }
}

/** The statuses of its errors (platform.claude.com/docs/en/api/errors, read 2026-11-22). */
const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  timeout_error: 504,
  overloaded_error: 529,
}

function resultOf(id: string, result: JsonObject): BatchResult {
  const { type, message } = result
  if (type === 'succeeded' && isObject(message)) return { id, kind: 'answered', status: 200, body: message }
  if (type === 'expired')
    return { id, kind: 'not run', code: 'batch_expired', message: 'The provider did not come to this request in time.' }
  if (type === 'canceled')
    return { id, kind: 'not run', code: 'batch_cancelled', message: 'The batch was cancelled before this request was run.' }
  const body = objectOf(result['error']) ?? {}
  const name = stringOf(objectOf(body['error'])?.['type']) ?? ''
  return { id, kind: 'answered', status: statuses[name] ?? 500, body }
}
