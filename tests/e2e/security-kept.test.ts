import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { isObject, stringOf, type JsonObject } from '@switchyard/wire'
import { FakeProvider, type Script } from '../tools/fake-provider.ts'
import { TestGateway } from '../tools/gateway.ts'
import { configText, model } from '../tools/stage.ts'
import { until } from '../tools/until.ts'
import { piecesIn } from './security-kit.ts'

const canary = (): string => `sk-${randomBytes(24).toString('base64url')}`
const secrets = { key: canary(), header: canary(), rank: canary() }
const jsonType = { 'content-type': 'application/json' }

/** How a provider may quote what it was sent. */
function echoesOf(sent: readonly string[]): readonly Script[] {
  const echo = `Refused: ${sent.join(' ')}. Headers: {"authorization":"Bearer ${sent[0] ?? ''}"}`
  const error = JSON.stringify({ error: { message: echo, code: sent[0] } })
  return [
    ...[401, 403, 429, 500, 200].map((status) => ({ status, headers: jsonType, body: error })),
    { headers: { 'content-type': 'text/html' }, body: `<html>${echo}</html>` },
    { headers: jsonType, body: `${echo} {` },
  ]
}

const row = JSON.stringify({
  custom_id: 'a',
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: 'openai', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] },
})

interface Init extends Omit<RequestInit, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>
}

describe('what providers keep', () => {
  let provider: FakeProvider
  let gateway: TestGateway
  let key = ''
  before(async () => {
    provider = await FakeProvider.start()
    const params = { api_key: secrets.key, extra_headers: { 'X-Token': secrets.header } }
    const models = [
      model('gemini', 'gemini/gemini-2.5-flash', { api_base: provider.origin, use_in_pass_through: true, ...params }),
      model('openai', 'openai/gpt-4o-mini', { api_base: `${provider.origin}/v1`, use_in_pass_through: true, ...params }),
    ]
    const rank = { path: '/rank', target: `${provider.origin}/rank`, headers: { Authorization: `Bearer ${secrets.rank}` } }
    gateway = await TestGateway.start({
      config: configText(models, {
        general_settings: { litellm_key_header_name: 'X-Corp-Access', pass_through_endpoints: [rank] },
      }),
    })
    key = await gateway.newKey({ max_budget: 5 })
  })
  after(async () => {
    await gateway.stop()
    await provider.stop()
  })
  beforeEach(() => provider.reset())

  const ask = (method: string, path: string, init: Init = {}, by = key): Promise<Response> =>
    fetch(`${gateway.url}${path}`, { method, ...init, headers: { authorization: `Bearer ${by}`, ...init.headers } })
  const answer = (body: JsonObject, headers: Record<string, string> = {}): void =>
    provider.next({ status: 200, headers: { ...jsonType, ...headers }, body: JSON.stringify(body) })
  const uploaded = async (name: string, by = key): Promise<void> => {
    answer({ file: { name } })
    assert.equal((await ask('POST', '/upload/v1beta/files', { body: 'x' }, by)).status, 200)
  }
  const batchFile = async (): Promise<string> => {
    const form = new FormData()
    form.set('purpose', 'batch')
    form.set('file', new File([`${row}\n`], 'in.jsonl'))
    answer({ id: 'file-one', object: 'file', purpose: 'batch' })
    const made = await ask('POST', '/v1/files', { body: form })
    assert.equal(made.status, 200, await made.clone().text())
    return await idIn(made)
  }
  const batchOf = (file: string, init: Init = {}): Promise<Response> =>
    ask('POST', '/v1/batches', {
      headers: jsonType,
      body: JSON.stringify({ input_file_id: file, endpoint: '/v1/chat/completions', completion_window: '24h' }),
      ...init,
    })

  it('shows no secret, whatever the provider says: uploads, files, batches, links, routes of the configuration', async () => {
    await uploaded('files/seen')
    const file = await batchFile()
    answer({ id: 'batch_one', object: 'batch', status: 'validating', input_file_id: 'file-one' })
    const batch = await idIn(await batchOf(file))
    answer({}, { 'x-goog-upload-url': `${provider.origin}/upload/v1beta/files?upload_id=1&key=${secrets.key}` })
    const begun = await ask('POST', '/upload/v1beta/files', { headers: { 'x-goog-upload-command': 'start' } })
    const session = begun.headers.get('x-goog-upload-url') ?? ''
    assert.match(session, /upload_id=upload_sy/)
    assert.doesNotMatch(decoded(session), new RegExp(secrets.key))
    const form = new FormData()
    form.set('purpose', 'user_data')
    form.set('file', new File(['x'], 'x.txt'))
    const calls: readonly (() => Promise<Response>)[] = [
      () => ask('POST', '/upload/v1beta/files', { body: 'x' }),
      () => ask('POST', session.slice(gateway.url.length), { body: 'x' }),
      () => ask('GET', '/v1beta/files/seen'),
      () => ask('POST', '/v1/files', { body: form }),
      () => ask('GET', `/v1/files/${file}`),
      () => batchOf(file),
      () => ask('GET', `/v1/batches/${batch}`),
      () => ask('POST', `/v1/batches/${batch}/cancel`),
      () => ask('POST', '/v1/vector_stores', { headers: jsonType, body: '{}' }),
    ]
    const modelEchoes = echoesOf([secrets.key, secrets.header])
    const quiet = async (call: () => Promise<Response>, scripts: readonly Script[]): Promise<void> => {
      for (const script of scripts) {
        provider.reset()
        provider.next(script)
        const reply = await call()
        const text = decoded(JSON.stringify([...reply.headers]) + (await reply.text()))
        const name = `${reply.url} ${script.status ?? 'no error'}: ${text}`
        assert.equal(provider.requests.length, 1, name)
        for (const secret of Object.values(secrets)) assert.deepEqual(piecesIn(text, secret), [], name)
        // A judgement of the operator's credential is not one of the client's.
        assert.notEqual(reply.status, 401, name)
      }
    }
    for (const call of calls) await quiet(call, modelEchoes)
    // What is passed on as it is, is judged where it is an error.
    await quiet(() => ask('POST', '/gemini/upload/v1beta/files', { body: 'x' }), modelEchoes.slice(0, 4))
    await quiet(() => ask('POST', '/rank', { headers: jsonType, body: '{}' }), echoesOf([secrets.rank]).slice(0, 4))
  })

  it('is sent no key of ours, in whatever header it came', async () => {
    for (const headers of [
      { 'x-corp-access': `Bearer ${key}` },
      { 'sec-websocket-protocol': `realtime, openai-insecure-api-key.${key}` },
    ]) {
      for (const path of ['/openai/v1/evals', '/upload/v1beta/files']) {
        provider.reset()
        const reply = await fetch(gateway.url + path, {
          method: 'POST',
          headers: { ...headers, 'x-pass-x-corp-access': key },
          body: '{}',
        })
        await reply.body?.cancel()
        assert.equal(provider.requests.length, 1)
        assert.doesNotMatch(JSON.stringify(provider.last.headers), new RegExp(key))
      }
    }
  })

  it('is continued at the address that was asked, which no header can put elsewhere', async () => {
    answer({}, { 'x-goog-upload-url': `${provider.origin}/upload/v1beta/files?upload_id=1` })
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-goog-upload-command': 'start' }
    const begun = await ask('POST', '/upload/v1beta/files', { headers })
    const host = new URL(gateway.url).host
    assert.ok(begun.headers.get('x-goog-upload-url')?.startsWith(`https://${host}/upload/`))
    answer({}, { 'x-goog-upload-url': `${provider.origin}/upload/v1beta/files?upload_id=1` })
    const passed = await ask('POST', '/gemini/upload/v1beta/files', { headers })
    assert.ok(passed.headers.get('x-goog-upload-url')?.startsWith(`https://${host}/gemini/upload/`))
    const file = await batchFile()
    provider.reset()
    assert.equal((await ask('POST', `/upload/v1beta/files?upload_id=${file}`, { body: 'x' })).status, 404)
    answer({}, { 'x-goog-upload-url': `${provider.origin}//evil.example/x` })
    const odd = (await ask('POST', '/upload/v1beta/files')).headers.get('x-goog-upload-url') ?? ''
    await ask('POST', odd.slice(odd.indexOf('/upload/')), { body: 'x' })
    assert.equal(provider.last.path, '//evil.example/x')
  })

  it('is its owner’s, also when a name is used again or written in another way', async () => {
    const other = await gateway.newKey({})
    await uploaded('files/report')
    assert.equal((await ask('GET', '/v1beta/files/report', {}, other)).status, 404)
    const uris = [
      'https://x.example/v1beta/files/report',
      'https:\\/\\/x.example\\/v1beta\\/files\\/report',
      'https://x.example/v1beta/\\u0066iles/report',
      'https://x.example/v1alpha/files/report?alt=media',
    ]
    for (const uri of uris) {
      for (const path of ['/v1beta/models/gemini:generateContent', '/gemini/v1beta/models/gemini-2.5-flash:generateContent']) {
        const body = `{"contents":[{"role":"user","parts":[{"fileData":{"fileUri":"${uri}"}}]}]}`
        assert.equal((await ask('POST', path, { headers: jsonType, body })).status, 200, uri)
        const before = provider.requests.length
        assert.equal((await ask('POST', path, { headers: jsonType, body }, other)).status, 404, `${path} ${uri}`)
        assert.equal(provider.requests.length, before)
      }
    }
    // The file is gone at the provider, and somebody else takes its name.
    await uploaded('files/report', other)
    assert.equal((await ask('GET', '/v1beta/files/report')).status, 404)
    assert.equal((await ask('DELETE', '/v1beta/files/report')).status, 404)
    answer({ name: 'files/report' })
    assert.equal((await ask('GET', '/v1beta/files/report', {}, other)).status, 200)
  })

  it('is charged when nobody knows whether a batch was taken, and not when it was refused', async () => {
    const file = await batchFile()
    const spends = async (): Promise<readonly (readonly unknown[])[]> =>
      (await gateway.spendRows(key, 1))
        .filter((one) => one['call_type'] === 'batch')
        .map((one) => [one['request_id'], one['spend']])
    const known = new Set((await spends()).map(([id]) => id))
    const newest = async (): Promise<number> => {
      let spend = 0
      await until(async () => {
        const found = (await spends()).find(([id]) => !known.has(id))
        spend = Number(found?.[1])
        if (found !== undefined) known.add(found[0])
        return found !== undefined
      })
      return spend
    }
    // So late that it is no connection which the provider was just closing.
    provider.next({ delayMs: 400, status: 200, body: '{}', cut: { at: 'head', by: 'reset' } })
    const cut = await batchOf(file)
    assert.ok(cut.status >= 500, `${cut.status} ${await cut.text()}`)
    assert.ok((await newest()) > 0)
    provider.next({ silent: true })
    await assert.rejects(batchOf(file, { signal: AbortSignal.timeout(300) }))
    assert.ok((await newest()) > 0)
    provider.next({ status: 400, headers: jsonType, body: '{"error":{"message":"no"}}' })
    assert.equal((await batchOf(file)).status, 400)
    await until(async () => (await spends()).some(([id, spend]) => !known.has(id) && spend === 0))
  })
})

async function idIn(reply: Response): Promise<string> {
  const json: unknown = await reply.json()
  return isObject(json) ? (stringOf(json['id']) ?? '') : ''
}

/** What ids of ours say in base64, too. */
const decoded = (text: string): string =>
  text +
  [...text.matchAll(/_sy([\w-]+)[0-9a-f]{32}/g)].map(([, inside = '']) => Buffer.from(inside, 'base64url').toString()).join()
