import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AuthenticationError, NotFoundError } from './errors.ts'
import { Switchyard } from './switchyard.ts'

interface Sent {
  readonly line: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The functions over a provider that answers everything with this. */
function keeping(reply: unknown, status = 200): { readonly sdk: Switchyard['kept']; readonly sent: Sent[] } {
  const sent: Sent[] = []
  const sdk = new Switchyard({
    env: { OPENAI_API_KEY: 'sk-mine', ANTHROPIC_API_KEY: 'sk-ant-api-mine' },
    fetch: (url, { method, headers, body }) => {
      sent.push({ line: `${method} ${url}`, headers, body: new TextDecoder().decode(body) })
      const text = typeof reply === 'string' ? reply : JSON.stringify(reply)
      return Promise.resolve(new Response(text, { status, headers: { 'content-type': 'application/json' } }))
    },
  })
  return { sdk: sdk.kept, sent }
}

const openai = { custom_llm_provider: 'openai' }

describe('files and batches of a provider', () => {
  it('uploads, reads and deletes files', async () => {
    const { sdk, sent } = keeping({ id: 'file-1', object: 'file' })
    const file = { filename: 'rows.jsonl', bytes: new TextEncoder().encode('{}\n') }
    assert.equal((await sdk.createFile({ ...openai, file, purpose: 'batch' })).id, 'file-1')
    await sdk.retrieveFile({ ...openai, file_id: 'file-1' })
    await sdk.deleteFile({ ...openai, file_id: 'file/1' })
    assert.deepEqual(
      sent.map(({ line }) => line),
      [
        'POST https://api.openai.com/v1/files',
        'GET https://api.openai.com/v1/files/file-1',
        'DELETE https://api.openai.com/v1/files/file%2F1',
      ],
    )
    assert.equal(sent[0]?.headers['authorization'], 'Bearer sk-mine')
    assert.match(sent[0]?.body ?? '', /name="purpose"\r\n\r\nbatch\r\n[^]*filename="rows.jsonl"[^]*\r\n\r\n\{\}\n\r\n/)
  })

  it('answers the bytes of a file, and what another provider calls a file as OpenAI’s', async () => {
    const content = await keeping('abc').sdk.fileContent({ ...openai, file_id: 'f' })
    assert.equal(new TextDecoder().decode(content), 'abc')
    const { sdk, sent } = keeping({
      id: 'file_1',
      type: 'file',
      size_bytes: 3,
      filename: 'a',
      created_at: '2026-01-01T00:00:00Z',
    })
    const file = await sdk.retrieveFile({ custom_llm_provider: 'anthropic', file_id: 'file_1' })
    assert.deepEqual([file['object'], file['bytes'], file['created_at']], ['file', 3, 1_767_225_600])
    assert.equal(sent[0]?.headers['anthropic-beta'], 'files-api-2025-04-14')
  })

  it('makes, reads and cancels batches', async () => {
    const { sdk, sent } = keeping({ id: 'batch_1', status: 'validating' })
    await sdk.createBatch({ ...openai, input_file_id: 'file-1', endpoint: '/v1/embeddings', completion_window: '24h' })
    await sdk.cancelBatch({ ...openai, batch_id: 'batch_1' })
    assert.equal((await sdk.retrieveBatch({ ...openai, batch_id: 'batch_1' }))['status'], 'validating')
    assert.deepEqual(JSON.parse(sent[0]?.body ?? ''), {
      input_file_id: 'file-1',
      endpoint: '/v1/embeddings',
      completion_window: '24h',
    })
    assert.equal(sent[1]?.line, 'POST https://api.openai.com/v1/batches/batch_1/cancel')
  })

  it('throws what the public errors say', async () => {
    const refused = { error: { message: 'No such file', type: 'invalid_request_error' } }
    await assert.rejects(keeping(refused, 404).sdk.retrieveFile({ ...openai, file_id: 'f' }), NotFoundError)
    await assert.rejects(keeping({}).sdk.retrieveFile({ custom_llm_provider: 'mistral', file_id: 'f' }), AuthenticationError)
  })
})
