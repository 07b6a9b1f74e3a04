import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { GoogleGenAI } from '@google/genai'
import { BatchProvider } from '../tools/batch-provider.ts'
import { TestGateway } from '../tools/gateway.ts'
import { growthMb, mostGrownMb } from '../tools/memory.ts'
import { configText, model } from '../tools/stage.ts'

describe('uploads, with the client of Google', () => {
  let provider: BatchProvider
  let gateway: TestGateway
  let key = ''
  before(async () => {
    provider = await BatchProvider.start()
    const models = [model('gemini', 'gemini/gemini-2.5-flash', { api_base: provider.origin })]
    gateway = await TestGateway.start({ config: configText(models) })
    key = await gateway.newKey({})
  })
  after(async () => {
    await gateway.stop()
    await provider.stop()
  })
  const clientOf = (apiKey: string): GoogleGenAI => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: gateway.url } })

  it('go through in pieces, with the operator’s key, and are their owner’s', async () => {
    const client = clientOf(key)
    const file = await client.files.upload({ file: new Blob(['what is in it']), config: { mimeType: 'text/plain' } })
    assert.equal(file.name, 'files/in1')
    const sent = provider.requests.filter(({ path }) => path.startsWith('/upload/'))
    assert.deepEqual(
      sent.map(({ headers }) => headers['x-goog-api-key']),
      ['sk-of-the-provider', 'sk-of-the-provider'],
    )
    assert.equal(sent[1]?.body.toString(), 'what is in it')
    assert.equal(sent[1]?.path, '/upload/v1beta/files?upload_id=1')
    for (const { path, headers } of sent) assert.doesNotMatch(path + JSON.stringify(headers), new RegExp(key))
    assert.equal((await client.files.get({ name: 'files/in1' })).name, 'files/in1')
    const listed: (string | undefined)[] = []
    for await (const one of await client.files.list()) listed.push(one.name)
    assert.deepEqual(listed, ['files/in1'])
    const contents = [{ role: 'user', parts: [{ fileData: { fileUri: file.uri ?? '', mimeType: 'text/plain' } }] }]
    assert.equal((await client.models.generateContent({ model: 'gemini', contents })).text, 'read')
    const stranger = clientOf(await gateway.newKey({}))
    await assert.rejects(stranger.files.get({ name: 'files/in1' }), { status: 404 })
    await assert.rejects(stranger.models.generateContent({ model: 'gemini', contents }), { status: 404 })
    await client.files.delete({ name: 'files/in1' })
    await assert.rejects(client.files.get({ name: 'files/in1' }), { status: 404 })
  })

  it('go on only where they were begun', async () => {
    const headers = { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start', 'x-goog-api-key': key }
    const begun = await fetch(`${gateway.url}/upload/v1beta/files`, { method: 'POST', headers, body: '{}' })
    const next = begun.headers.get('x-goog-upload-url') ?? ''
    assert.ok(next.startsWith(`${gateway.url}/upload/v1beta/files?upload_id=upload_sy`), next)
    const other = { 'x-goog-api-key': await gateway.newKey({}), 'x-goog-upload-command': 'upload, finalize' }
    assert.equal((await fetch(next, { method: 'POST', headers: other, body: 'x' })).status, 404)
    assert.equal((await fetch(`${next}0`, { method: 'POST', headers: { ...headers }, body: 'x' })).status, 404)
  })

  it('of 200 MB do not enter memory', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-upload-'))
    const path = join(folder, 'large.bin')
    const file = await open(path, 'w')
    for (let written = 0; written < 200; written++) await file.write(Buffer.alloc(1024 * 1024, String(written)))
    await file.close()
    const grown = await growthMb(gateway.pid, async () => {
      const headers = { 'x-goog-api-key': key, 'x-goog-upload-protocol': 'raw', 'content-length': String(200 * 1024 * 1024) }
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const outgoing = request(`${gateway.url}/upload/v1beta/files`, { method: 'POST', headers }, (reply) => {
          reply.resume()
          reply.on('end', () => resolve(reply.statusCode))
        })
        outgoing.on('error', reject)
        createReadStream(path).pipe(outgoing)
      })
      assert.equal(status, 200)
    })
    await rm(folder, { recursive: true })
    assert.equal(provider.requests.at(-1)?.body.length, 200 * 1024 * 1024)
    assert.ok(grown <= mostGrownMb, `${grown.toFixed(1)} MB`)
  })
})
