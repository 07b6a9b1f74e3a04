import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BatchApi, BatchAsk, BatchRows, Incoming, Target } from '@switchyard/core'
import { concat, parseJson, type JsonObject } from '@switchyard/wire'
import { rowsAsArray, rowsAsForm } from './batch-bodies.ts'
import { anthropicBatches } from './native/anthropic/batches.ts'
import { geminiBatches } from './native/gemini/batches.ts'
import { mistralBatches } from './native/mistral-batches.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Rows in pieces of so many bytes, out of one buffer, as they come from the disk. */
function rowsOf(text: string, pieceBytes: number): BatchRows {
  const all = encoder.encode(text)
  async function* read(): AsyncGenerator<Uint8Array> {
    const buffer = new Uint8Array(pieceBytes)
    for (let at = 0; at < all.length; at += pieceBytes) {
      const piece = all.subarray(at, at + pieceBytes)
      buffer.set(piece)
      yield buffer.subarray(0, piece.length)
    }
  }
  return { bytes: all.length, headers: { 'anthropic-beta': 'b' }, read }
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const piece of pieces) parts.push(Uint8Array.from(piece))
  return decoder.decode(concat(parts))
}

test('rows become one array and a form, wherever their bytes are cut, of the length that is declared', async () => {
  const rows = '{"a":"é"}\n{"b":1}\n{"c":[2]}\n'
  for (let size = 1; size <= rows.length + 1; size++) {
    const array = rowsAsArray(rowsOf(rows, size), '{"requests":[', ']}')
    const text = await textOf(array.pieces)
    assert.deepEqual(JSON.parse(text), { requests: [{ a: 'é' }, { b: 1 }, { c: [2] }] })
    assert.equal(array.headers['content-length'], String(encoder.encode(text).length))
    const form = rowsAsForm(rowsOf(rows, size), 'in.jsonl', { purpose: 'batch' })
    const sent = await textOf(form.pieces)
    assert.ok(sent.includes(`name="purpose"\r\n\r\nbatch\r\n`) && sent.includes(`\r\n\r\n${rows}\r\n--`))
    assert.equal(form.headers['content-length'], String(encoder.encode(sent).length))
  }
})

interface Sent {
  readonly method: string
  readonly url: string
  readonly json: JsonObject | undefined
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

/** Answers one reply after the other, and remembers what was asked. */
function script(...replies: readonly { readonly json: JsonObject; readonly headers?: Record<string, string> }[]) {
  const sent: Sent[] = []
  const ask: BatchAsk = async ({ method, url, json, headers = {}, pieces }) => {
    const reply = replies[sent.length] ?? assert.fail(`unexpected ${url}`)
    sent.push({ method, url, json, headers, text: pieces === undefined ? '' : await textOf(pieces) })
    async function* body(): AsyncGenerator<Uint8Array> {
      yield encoder.encode(JSON.stringify(reply.json))
    }
    return { status: 200, headers: new Headers(reply.headers), body: body() } satisfies Incoming
  }
  return { sent, ask }
}

const target = (baseUrl: string, model: string): Target => ({
  baseUrl,
  model,
  key: undefined,
  params: {},
  traits: { id: model, supports: new Set(), lacks: new Set() },
})

const submit = (api: BatchApi, at: Target, path: string, ask: BatchAsk) =>
  api.submit(
    { target: at, endpoint: { shape: 'openai-chat', path }, operation: 'chat', name: 'batch_1', rows: rowsOf('{"x":1}\n', 64) },
    ask,
  )

test('Anthropic: one request with all rows; results are asked for at our own address', async () => {
  const { sent, ask } = script({ json: { id: 'msgbatch_1', processing_status: 'in_progress' } })
  const at = target('https://api.anthropic.com/v1', 'claude')
  assert.deepEqual(await submit(anthropicBatches, at, '/v1/messages', ask), { id: 'msgbatch_1', state: 'running', results: [] })
  assert.deepEqual([sent[0]?.url, sent[0]?.text], ['https://api.anthropic.com/v1/messages/batches', '{"requests":[{"x":1}]}'])
  assert.equal(sent[0]?.headers['anthropic-beta'], 'b')
  const over = script({ json: { id: 'msgbatch_1', processing_status: 'ended', results_url: 'https://evil.example/steal' } })
  const report = await anthropicBatches.look('msgbatch_1', at, over.ask)
  assert.deepEqual(report.results, ['https://api.anthropic.com/v1/messages/batches/msgbatch_1/results'])
  assert.deepEqual(anthropicBatches.row('row-0', { model: 'm', stream: false }), { custom_id: 'row-0', params: { model: 'm' } })
  const error = { type: 'error', error: { type: 'overloaded_error', message: 'busy' } }
  const lines: readonly [string, unknown][] = [
    [
      '{"custom_id":"row-1","result":{"type":"succeeded","message":{"id":"m"}}}',
      { id: 'row-1', kind: 'answered', status: 200, body: { id: 'm' } },
    ],
    [
      JSON.stringify({ custom_id: 'r', result: { type: 'errored', error } }),
      { id: 'r', kind: 'answered', status: 529, body: error },
    ],
    ['{"other":1}', undefined],
  ]
  for (const [line, result] of lines) assert.deepEqual(anthropicBatches.result(objectIn(line)), result)
  for (const [type, code] of [
    ['expired', 'batch_expired'],
    ['canceled', 'batch_cancelled'],
  ] as const) {
    const result = anthropicBatches.result({ custom_id: 'r', result: { type } })
    assert.equal(result?.kind === 'not run' && result.code, code)
  }
})

const objectIn = (line: string): JsonObject => {
  const value = parseJson(line)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

test('Mistral: a file, then a job over it that names the model', async () => {
  const { sent, ask } = script({ json: { id: 'f1' } }, { json: { id: 'j1', status: 'QUEUED' } })
  const at = target('https://api.mistral.ai/v1', 'mistral-small')
  assert.deepEqual(await submit(mistralBatches, at, '/chat/completions', ask), { id: 'j1', state: 'running', results: [] })
  assert.match(sent[0]?.text ?? '', /name="purpose"\r\n\r\nbatch/)
  assert.deepEqual(
    [sent[1]?.url, sent[1]?.json],
    [
      'https://api.mistral.ai/v1/batch/jobs',
      { input_files: ['f1'], endpoint: '/v1/chat/completions', model: 'mistral-small', metadata: { name: 'batch_1' } },
    ],
  )
  const states: readonly [JsonObject, string, readonly string[]][] = [
    [{ status: 'RUNNING' }, 'running', []],
    [{ status: 'CANCELLATION_REQUESTED' }, 'running', []],
    [{ status: 'SUCCESS', output_file: 'o', error_file: 'e' }, 'ended', ['o', 'e']],
    [{ status: 'TIMEOUT_EXCEEDED', output_file: 'o' }, 'ended', ['o']],
    [{ status: 'CANCELLED' }, 'ended', []],
    [{ status: 'FAILED', errors: [{ message: 'no' }] }, 'failed', []],
  ]
  for (const [said, state, files] of states) {
    const report = await mistralBatches.look('j1', at, script({ json: { id: 'j1', ...said } }).ask)
    assert.deepEqual(
      [report.state, report.results],
      [state, files.map((file) => `https://api.mistral.ai/v1/files/${file}/content`)],
    )
  }
  assert.deepEqual(mistralBatches.row('row-0', { model: 'm', messages: [] }), { custom_id: 'row-0', body: { messages: [] } })
})

test('Gemini: a resumable upload, then an operation over it; no key follows an upload to another host', async () => {
  const root = 'https://generativelanguage.googleapis.com'
  const begun = { json: {}, headers: { 'x-goog-upload-url': `${root}/upload/v1beta/files?upload_id=7` } }
  const { sent, ask } = script(begun, { json: { file: { name: 'files/a1' } } }, { json: { name: 'batches/b1', metadata: {} } })
  const at = target(root, 'gemini-2.5-flash')
  assert.deepEqual(await submit(geminiBatches, at, ':generateContent', ask), { id: 'batches/b1', state: 'running', results: [] })
  assert.deepEqual(
    sent.map(({ url }) => url.slice(root.length)),
    ['/upload/v1beta/files', '/upload/v1beta/files?upload_id=7', '/v1beta/models/gemini-2.5-flash:batchGenerateContent'],
  )
  assert.equal(sent[1]?.text, '{"x":1}\n')
  const elsewhere = { json: {}, headers: { 'x-goog-upload-url': 'https://evil.example/upload' } }
  await assert.rejects(submit(geminiBatches, at, ':generateContent', script(elsewhere).ask), /another host/)
  const done = {
    name: 'batches/b1',
    done: true,
    metadata: { state: 'BATCH_STATE_SUCCEEDED' },
    response: { responsesFile: 'files/r1' },
  }
  const report = await geminiBatches.look('batches/b1', at, script({ json: done }).ask)
  assert.deepEqual([report.state, report.results], ['ended', [`${root}/download/v1beta/files/r1:download?alt=media`]])
  const crooked = { ...done, response: { responsesFile: 'files/../../x' } }
  await assert.rejects(geminiBatches.look('batches/b1', at, script({ json: crooked }).ask), /a name that is none/)
  const failed = await geminiBatches.look(
    'b',
    at,
    script({ json: { name: 'batches/b1', metadata: { state: 'JOB_STATE_FAILED' } } }).ask,
  )
  assert.equal(failed.state, 'failed')
  const refused = geminiBatches.result({ key: 'row-2', error: { code: 8, message: 'quota' } })
  assert.ok(refused?.kind === 'answered' && refused.status === 429)
})
