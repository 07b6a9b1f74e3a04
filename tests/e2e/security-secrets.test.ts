import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { routes } from '../../packages/gateway/src/http/routes.ts'
import type { Script } from '../tools/fake-provider.ts'
import { TestGateway } from '../tools/gateway.ts'
import { configText, dialectModels, openStage, type Stage } from '../tools/stage.ts'
import { bodyOfCall, callRoutes, pathOf, piecesIn, urlOfCall } from './security-kit.ts'

const canary = (prefix: string): string => prefix + randomBytes(24).toString('base64url')

/** Every kind of secret that is configured or sent, none like another in any eight characters. */
const secrets = {
  provider: canary('sk-'),
  environment: canary('sk-'),
  header: canary(''),
  master: canary('sk-'),
  chosen: canary('sk-'),
  unknown: canary('sk-'),
}

/** What a provider says that quotes all it was sent. */
const echoOf = (key: string): string =>
  `Incorrect API key provided: ${key} (${key.slice(0, 14)}***). Headers: {"authorization":"Bearer ${key}","x-token":"${secrets.header}"}`
const errorOf = (key: string): JsonObject => ({ error: { message: echoOf(key), type: echoOf(key), param: null, code: key } })
const echoing = (status: number, key: string): Script => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(errorOf(key)),
})

/** How the provider may behave towards a deployment with this key. */
const behaviours: readonly (readonly [string, (key: string) => Script])[] = [
  ['success', () => ({})],
  ['401', (key) => echoing(401, key)],
  ['429', (key) => echoing(429, key)],
  ['500', (key) => echoing(500, key)],
  ['an error in a 200', (key) => echoing(200, key)],
  ['text', (key) => ({ status: 503, headers: { 'content-type': 'text/html' }, body: `<html>${echoOf(key)}</html>` })],
  ['redirect', (key) => ({ status: 307, headers: { location: `http://127.0.0.1:1/${key}` }, body: '' })],
  ['garbage', (key) => ({ body: `${echoOf(key)} {` })],
  ['cut', () => ({ cut: { at: 'head', by: 'reset' } })],
]

/** Two of the models have a key of the environment. */
const keyOfModel = (model: string): string => (model === 'openai' || model === 'embed' ? secrets.environment : secrets.provider)

describe('canary secrets (reliability facts §5.6, 41, 42)', () => {
  let stage: Stage
  let key = ''
  const seen: string[] = []
  before(async () => {
    stage = await openStage({
      args: ['--detailed-debug'],
      keyless: true,
      env: { SWITCHYARD_MASTER_KEY: secrets.master, CANARY_OF_THE_ENVIRONMENT: secrets.environment },
      models: (origin) =>
        dialectModels(origin).map((entry) => ({
          ...entry,
          litellm_params: {
            ...objectOf(entry['litellm_params']),
            api_key:
              keyOfModel(stringOf(entry['model_name']) ?? '') === secrets.provider
                ? secrets.provider
                : 'os.environ/CANARY_OF_THE_ENVIRONMENT',
            extra_headers: { 'X-Token': secrets.header },
          },
        })),
      sections: {
        litellm_settings: { num_retries: 0, request_timeout: 0.3 },
        router_settings: { num_retries: 0, disable_cooldowns: true },
      },
    })
    key = secrets.chosen
    const { status, text } = await stage.gateway.call('POST', '/key/generate', { key }, secrets.master)
    assert.equal(status, 200, text)
  })
  after(async () => {
    await stage.gateway.kill9()
    await stage.provider.stop()
  })

  async function ask(path: string, init: RequestInit): Promise<number> {
    const reply = await fetch(stage.gateway.url + path, init)
    seen.push(`${path} ${JSON.stringify([...reply.headers])} ${await reply.text()}`)
    return reply.status
  }

  const modelFor = (path: string): string =>
    path.includes('embeddings')
      ? 'embed'
      : path.includes('messages')
        ? 'claude'
        : path.includes('responses')
          ? 'openai'
          : path.includes(':') && path.includes('Content')
            ? 'gemini'
            : 'chat'

  const post = (body: JsonObject, bearer: string, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}`, ...headers },
    body: JSON.stringify(body),
  })

  for (const [name, script] of behaviours) {
    it(`go through every call: ${name}`, async () => {
      for (const route of callRoutes) {
        const model = modelFor(route.path)
        for (const stream of [false, true]) {
          stage.provider.reset()
          stage.provider.next(script(keyOfModel(model)))
          const body = { ...bodyOfCall(route, model), ...(route.dialect === 'gemini' ? {} : { stream }) }
          await ask(urlOfCall(route, model), post(body, key))
        }
      }
    })
  }

  it('go through calls that time out, and through a stream that breaks with an error', async () => {
    for (const [path, model] of [
      ['/v1/chat/completions', 'chat'],
      ['/v1/messages', 'claude'],
      ['/v1/chat/completions', 'claude'],
    ] as const) {
      const body = { model, max_tokens: 16, messages: [{ role: 'user', content: 'hi' }] }
      stage.provider.reset()
      stage.provider.next({ silent: true })
      await ask(path, post(body, key))
      const event = `event: error\ndata: ${JSON.stringify({ type: 'error', ...errorOf(keyOfModel(model)) })}\n\n`
      for (const isBegun of [false, true]) {
        stage.provider.reset()
        const before = (events: readonly string[]): number => (isBegun ? events.findIndex((one) => one.includes('echo')) + 1 : 0)
        stage.provider.next({ edit: (events) => [...events.slice(0, before(events)), event], paceMs: 20 })
        const status = await ask(path, post({ ...body, stream: true }, key))
        assert.equal(status === 200, isBegun)
        // What is blotted out, or told to the operator alone.
        assert.match(seen.at(-1) ?? '', /\[key\]|upstream_credential_refused|own credential/)
      }
    }
  })

  it('go through every route as every kind of credential', async () => {
    stage.provider.reset()
    const credentials: readonly Record<string, string>[] = [
      ...Object.values(secrets).map((value) => ({ authorization: `Bearer ${value}` })),
      { authorization: `Basic ${btoa(`user:${secrets.unknown}`)}` },
      { authorization: secrets.unknown },
      { authorization: `Bearer ${key}`, 'x-api-key': secrets.master },
      { authorization: `Bearer ${key}, Bearer ${secrets.unknown}` },
      { 'x-litellm-api-key': secrets.unknown },
    ]
    for (const route of routes) {
      for (const headers of credentials) {
        const path = pathOf(route, 'x')
        const init = { method: route.method, headers: { 'content-type': 'application/json', ...headers } }
        await ask(path, route.method === 'POST' ? { ...init, body: '{}' } : init)
      }
    }
    const gemini = '/v1beta/models/gemini:generateContent?key='
    for (const value of [key, secrets.unknown, secrets.master]) {
      const reply = await fetch(stage.gateway.url + gemini + value, { method: 'POST', body: '{"contents":[]}' })
      seen.push(await reply.text())
    }
    for (const path of ['/key/info', '/spend/logs']) {
      const reply = await fetch(
        `${stage.gateway.url}${path}?key=${secrets.unknown}&api_key=${secrets.unknown}`,
        post({}, secrets.master),
      )
      seen.push(await reply.text())
    }
  })

  it('leave no piece of eight characters in what clients saw', () => {
    assert.ok(seen.length > 500)
    for (const [name, secret] of Object.entries(secrets)) {
      for (const text of seen) assert.equal(piecesIn(text, secret).length, 0, `${name} in ${text.slice(0, 800)}`)
    }
  })

  it('nor do errors tell how the gateway is made', () => {
    for (const text of seen)
      assert.doesNotMatch(text, /\.ts\b|node_modules|\bSELECT\b|sqlite|\bat \w+ \(|\/tmp\//i, text.slice(0, 800))
  })

  it('nor in rows and lists', async () => {
    for (const path of [
      '/spend/logs?limit=1000',
      '/key/list?return_full_object=true',
      '/model/info',
      '/health',
      '/openapi.json',
    ]) {
      const { text } = await stage.gateway.call('GET', path, undefined, secrets.master)
      for (const [name, secret] of Object.entries(secrets)) assert.deepEqual(piecesIn(text, secret), [], `${name} in ${path}`)
    }
  })

  it('nor in what the process printed, with --detailed-debug', () => {
    assert.match(stage.gateway.output, /"level":"debug"/)
    for (const [name, secret] of Object.entries(secrets)) {
      const pieces = piecesIn(stage.gateway.output, secret)
      const line = stage.gateway.output.split('\n').find((one) => pieces.some((part) => one.includes(part)))
      assert.equal(pieces.length, 0, `${name} in ${line}`)
    }
  })

  it('nor in any file of the data folder, before and after a crash; only the owner may read them (§5.6)', async () => {
    const check = async (): Promise<void> => {
      const files = await filesUnder(stage.gateway.dataDir)
      assert.ok(files.some((file) => file.endsWith('switchyard.db')))
      for (const file of files) {
        const text = (await readFile(file)).toString('latin1')
        for (const [name, secret] of Object.entries(secrets)) assert.deepEqual(piecesIn(text, secret), [], `${name} in ${file}`)
        assert.equal((await stat(file)).mode & 0o077, 0, file)
      }
      assert.equal((await stat(stage.gateway.dataDir)).mode & 0o777, 0o700)
    }
    await check()
    await stage.gateway.kill9()
    await check()
  })
})

async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

describe('a password in an address', () => {
  it('is refused at the start, without telling it: addresses stand in replies, rows and logs', async () => {
    const password = canary('')
    const [entry] = dialectModels(`http://user:${password}@127.0.0.1:1`)
    const started = TestGateway.start({ config: configText(entry === undefined ? [] : [entry]) })
    await assert.rejects(started, (error) => {
      assert.ok(error instanceof Error)
      assert.match(error.message, /did not start[^]*holds a user name or a password/)
      return piecesIn(error.message, password).length === 0
    })
  })
})

describe('a provider’s key (reliability facts §5.26, 27)', () => {
  let first: Stage
  let second: Stage
  const keys = { first: canary('sk-'), second: canary('sk-') }
  before(async () => {
    second = await openStage()
    first = await openStage({
      models: (origin) => [
        { model_name: 'one', litellm_params: { model: 'openai/gpt-one', api_base: `${origin}/v1`, api_key: keys.first } },
        {
          model_name: 'two',
          litellm_params: { model: 'anthropic/claude-two', api_base: second.provider.origin, api_key: keys.second },
        },
      ],
      sections: { router_settings: { num_retries: 0, fallbacks: [{ one: ['two'] }] } },
    })
  })
  after(async () => {
    await first.close()
    await second.close()
  })

  const all = ({ provider }: Stage): string =>
    JSON.stringify(provider.requests.map((seen) => [seen.headers, seen.query, seen.path, seen.body.toString()]))
  const chat = (model: string, more: JsonObject = {}) =>
    first.gateway.call('POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }], ...more })

  it('goes to its own origin only, through fallbacks and redirects', async () => {
    assert.equal((await chat('one')).status, 200)
    first.provider.next({ status: 500, body: 'no' })
    assert.equal((await chat('one')).status, 200)
    const calls = second.provider.requests.length
    for (const status of [301, 302, 303, 307, 308]) {
      first.provider.next({ status, headers: { location: `${second.provider.origin}/v1/chat/completions` }, body: '' })
      assert.equal((await chat('one', { disable_fallbacks: true })).status, 502)
    }
    assert.equal(second.provider.requests.length, calls)
    assert.ok(all(first).includes(keys.first) && !all(first).includes(keys.second))
    assert.ok(all(second).includes(keys.second) && !all(second).includes(keys.first))
  })

  const places: readonly ((to: JsonObject) => JsonObject)[] = [
    (to) => to,
    (to) => ({ metadata: to }),
    (to) => ({ litellm_metadata: to }),
    (to) => ({ litellm_params: to }),
    (to) => ({ extra_body: to }),
    (to) => ({ user_config: { model_list: [{ model_name: 'one', litellm_params: to }] } }),
    (to) => ({ model_list: [to] }),
    (to) => ({ router_settings_override: to }),
    (to) => ({ litellm_embedding_config: { nested: [to] } }),
    (to) => ({ fallbacks: [{ model: 'two', ...to }] }),
    (to) => ({ optional_params: { deeper: to } }),
    (to) => ({ tools: [{ type: 'function', function: { name: 'x' }, ...to }] }),
  ]
  const fields = [
    'api_base',
    'base_url',
    'api_key',
    'extra_headers',
    'azure_endpoint',
    'host',
    'proxies',
    'organization',
    'custom_llm_provider',
    'aws_bedrock_runtime_endpoint',
    'vertex_credentials',
  ]

  it('and the caller’s address or headers, wherever they stand, lead nowhere', async () => {
    second.provider.reset()
    const evil = `${second.provider.origin}/evil`
    for (const [index, place] of places.entries()) {
      for (const field of fields) {
        first.provider.reset()
        const value = field === 'extra_headers' ? { authorization: 'Bearer evil' } : evil
        const { status, text } = await chat('one', place({ [field]: value }))
        const name = `${field} in place ${index}: ${status} ${text}`
        assert.ok(status === 200 || status === 400, name)
        assert.equal(second.provider.requests.filter(({ path }) => path.includes('evil')).length, 0, name)
        for (const { headers } of first.provider.requests) assert.equal(headers['authorization'], `Bearer ${keys.first}`, name)
      }
    }
    for (const field of ['api_base', 'base_url', 'api_key', 'extra_headers', 'custom_llm_provider']) {
      assert.equal((await chat('one', { [field]: evil })).status, 400, field)
      assert.equal((await chat('one', { fallbacks: [{ model: 'two', [field]: evil }] })).status, 400, field)
    }
  })

  it('is not told by a response that the provider keeps', async () => {
    const made = await first.gateway.call('POST', '/v1/responses', { model: 'one', input: 'hi' })
    const id = stringOf(made.json['id']) ?? ''
    for (const method of ['GET', 'DELETE'] as const) {
      const body = JSON.stringify({ error: { message: `Incorrect API key provided: ${keys.first}` } })
      first.provider.next({ status: 401, headers: { 'content-type': 'application/json' }, body })
      const { status, text } = await first.gateway.call(method, `/v1/responses/${id}`)
      assert.equal(status, 502)
      assert.deepEqual(piecesIn(text, keys.first), [])
    }
  })
})
