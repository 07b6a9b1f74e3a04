import type { BatchApi, BatchAsk, BatchReport, BatchRows } from '@switchyard/core'
import { discard } from '@switchyard/core'
import { fail, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { jsonReply } from '../../batch-bodies.ts'

export const originOf = (baseUrl: string): string => baseUrl.replace(/(\/v\d\w*)?(\/models(\/.*)?)?\/*$/, '')

/** The batch mode of AI Studio, over files (ai.google.dev/gemini-api/docs/batch-api, read 2026-11-22). */
export const geminiBatches: BatchApi = {
  operations: ['chat'],
  row: (id, body) => ({ key: id, request: body }),
  submit: async ({ target, name, rows }, ask) => {
    const root = originOf(target.baseUrl)
    const file = await upload(root, name, rows, ask)
    const url = `${root}/v1beta/models/${encodeURIComponent(target.model)}:batchGenerateContent`
    const json = { batch: { display_name: name, input_config: { file_name: file } } }
    return report(await jsonReply(await ask({ method: 'POST', url, json })), root)
  },
  look: async (id, { baseUrl }, ask) => {
    const root = originOf(baseUrl)
    return report(await jsonReply(await ask({ method: 'GET', url: `${root}/v1beta/${id}` })), root)
  },
  cancel: async (id, { baseUrl }, ask) => {
    await discard(await ask({ method: 'POST', url: `${originOf(baseUrl)}/v1beta/${id}:cancel` }))
  },
  result: (line) => {
    const id = stringOf(line['key'])
    const response = objectOf(line['response'])
    if (id === undefined) return undefined
    if (response !== undefined) return { id, kind: 'answered', status: 200, body: response }
    const error = objectOf(line['error']) ?? objectOf(line['status']) ?? {}
    return { id, kind: 'answered', status: statusOf(Number(error['code'])), body: { error } }
  },
}

/** Codes of its rows are gRPC's (google.rpc.Code) or HTTP's. */
const grpc: Readonly<Record<number, number>> = {
  1: 499,
  3: 400,
  4: 504,
  5: 404,
  7: 403,
  8: 429,
  9: 400,
  13: 500,
  14: 503,
  16: 401,
}
const statusOf = (code: number): number => grpc[code] ?? (code >= 400 && code < 600 ? code : 500)

/** Resumable uploads: the first answer says where the bytes go, and our key goes to no other host than before. */
async function upload(root: string, name: string, rows: BatchRows, ask: BatchAsk): Promise<string> {
  const begun = await ask({
    method: 'POST',
    url: `${root}/upload/v1beta/files`,
    json: { file: { display_name: name } },
    headers: {
      'x-goog-upload-protocol': 'resumable',
      'x-goog-upload-command': 'start',
      'x-goog-upload-header-content-length': String(rows.bytes),
      'x-goog-upload-header-content-type': 'application/jsonl',
    },
  })
  await discard(begun)
  const url = begun.headers.get('x-goog-upload-url') ?? ''
  if (URL.parse(url)?.origin !== URL.parse(root)?.origin)
    throw fail('bad_reply', 'The provider did not say where a file is to be uploaded, or named another host.')
  const headers = {
    'content-type': 'application/jsonl',
    'content-length': String(rows.bytes),
    'x-goog-upload-offset': '0',
    'x-goog-upload-command': 'upload, finalize',
  }
  const reply = await jsonReply(await ask({ method: 'POST', url, pieces: rows.read(), headers }))
  const file = stringOf(objectOf(reply['file'])?.['name'])
  if (file !== undefined) return file
  throw fail('bad_reply', 'The provider did not name the file that was uploaded.')
}

function report(reply: JsonObject, root: string): BatchReport {
  const metadata = objectOf(reply['metadata'])
  const id = batchName(stringOf(reply['name']) ?? '')
  const state = stringOf(metadata?.['state']) ?? stringOf(reply['state']) ?? ''
  const said = objectOf(reply['response']) ?? objectOf(metadata?.['output']) ?? objectOf(reply['output'])
  const file = stringOf(said?.['responsesFile'])
  const results = file === undefined ? [] : [`${root}/download/v1beta/${batchName(file)}:download?alt=media`]
  if (state.endsWith('_FAILED')) {
    return {
      id,
      state: 'failed',
      message: stringOf(objectOf(reply['error'])?.['message']) ?? 'The provider could not run it.',
      results,
    }
  }
  return /_(?:SUCCEEDED|CANCELLED|EXPIRED)$/.test(state) || reply['done'] === true
    ? { id, state: 'ended', results }
    : { id, state: 'running', results: [] }
}

/** Names are paths, and stand in URLs: nothing else than a name may. */
function batchName(name: string): string {
  if (/^(?:batches|files)\/[\w-]+$/.test(name)) return name
  throw fail('bad_reply', 'The provider answered with a name that is none.')
}
