import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Incoming, Outgoing, ProviderEnv, Target } from '@switchyard/core'
import { isGatewayError, Secret, type JsonObject } from '@switchyard/wire'
import { fieldsSent, sentBy } from '../../requests.fixture.ts'
import { posted } from '../../operations.fixture.ts'
import { chatgpt } from './index.ts'

const folder = await mkdtemp(join(tmpdir(), 'chatgpt-login-'))
after(() => rm(folder, { recursive: true }))

const url = 'https://chatgpt.com/backend-api/codex/responses'
const part = (claims: JsonObject): string => btoa(JSON.stringify(claims)).replaceAll('=', '')
const jwt = (exp: number): string => `h.${part({ exp, 'https://api.openai.com/auth': { chatgpt_account_id: 'acc-1' } })}.s`

const targetOf = (key?: string): Target => ({
  model: 'gpt-5.4',
  baseUrl: 'https://chatgpt.com/backend-api/codex',
  key: key === undefined ? undefined : new Secret(key),
  params: {},
  traits: { id: 'gpt-5.4', supports: new Set(), lacks: new Set() },
})

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}

function envOf(answers: readonly string[], variables: Readonly<Record<string, string>> = {}, status = 200) {
  const sent: Outgoing[] = []
  const env: ProviderEnv = {
    variable: (name) => variables[name],
    now: () => 1_000_000,
    send: (outgoing): Promise<Incoming> => {
      sent.push(outgoing)
      const text = answers[sent.length - 1] ?? assert.fail('one request too many')
      return Promise.resolve({ status, headers: new Headers({ 'content-type': 'text/event-stream' }), body: once(text) })
    },
  }
  return { env, sent }
}

test('an access token says whose it is', async () => {
  const { env, sent } = envOf([])
  const outgoing = posted(url)
  await chatgpt.prepare?.(outgoing, targetOf(jwt(5000)), env)
  assert.equal(outgoing.headers['authorization'], `Bearer ${jwt(5000)}`)
  assert.equal(outgoing.headers['chatgpt-account-id'], 'acc-1')
  assert.equal(outgoing.headers['originator'], 'codex_cli_rs')
  assert.deepEqual(sent, [])
})

test('each key is used for itself, whatever parameters are shared', async () => {
  const { env } = envOf([])
  const shared = targetOf(jwt(5000))
  await chatgpt.prepare?.(posted(url), shared, env)
  const outgoing = posted(url)
  await chatgpt.prepare?.(outgoing, { ...shared, key: new Secret(jwt(6000)) }, env)
  assert.equal(outgoing.headers['authorization'], `Bearer ${jwt(6000)}`)
})

test('deployments side by side renew one login, and who comes second elsewhere finds what was stored', async () => {
  const home = await mkdtemp(join(folder, 'shared-'))
  const place = join(home, 'auth.json')
  const stored = (exp: number): string => JSON.stringify({ access_token: jwt(exp), refresh_token: 'r1' })
  await writeFile(place, stored(900))
  const fresh = JSON.stringify({ access_token: jwt(90_000), refresh_token: 'r2' })
  const one = envOf([fresh], { CHATGPT_TOKEN_DIR: home })
  const both = [posted(url), posted(url)]
  await Promise.all(both.map(async (outgoing) => chatgpt.prepare?.(outgoing, targetOf(), one.env)))
  assert.equal(one.sent.length, 1)
  assert.deepEqual(
    both.map(({ headers }) => headers['authorization']),
    [`Bearer ${jwt(90_000)}`, `Bearer ${jwt(90_000)}`],
  )
  const other = await mkdtemp(join(folder, 'late-'))
  await writeFile(join(other, 'auth.json'), stored(900))
  const late = envOf(['{"error":"refresh_token_reused"}'], { CHATGPT_TOKEN_DIR: other }, 400)
  const { send } = late.env
  const outgoing = posted(url)
  await chatgpt.prepare?.(outgoing, targetOf(), {
    ...late.env,
    send: async (asked, options) => {
      await writeFile(join(other, 'auth.json'), stored(80_000))
      return send(asked, options)
    },
  })
  assert.equal(outgoing.headers['authorization'], `Bearer ${jwt(80_000)}`)
})

test('a stored login is renewed once when it has run out, and the new one is stored', async () => {
  const place = join(folder, 'auth.json')
  await writeFile(
    place,
    JSON.stringify({ tokens: { access_token: jwt(900), refresh_token: 'r1', account_id: 'acc-2' }, other: 1 }),
  )
  const fresh = { access_token: jwt(90_000), refresh_token: 'r2' }
  const { env, sent } = envOf([JSON.stringify(fresh)], { CHATGPT_TOKEN_DIR: folder })
  const target = targetOf()
  for (let call = 0; call < 2; call++) {
    const outgoing = posted(url, '{}', {})
    await chatgpt.prepare?.(outgoing, target, env)
    assert.deepEqual(
      [outgoing.headers['authorization'], outgoing.headers['chatgpt-account-id']],
      [`Bearer ${jwt(90_000)}`, 'acc-2'],
    )
  }
  assert.deepEqual(
    sent.map((one) => [one.url, JSON.parse(new TextDecoder().decode(one.body)).refresh_token]),
    [['https://auth.openai.com/oauth/token', 'r1']],
  )
  const stored: unknown = JSON.parse(await readFile(place, 'utf8'))
  assert.deepEqual(stored, { tokens: { ...fresh, account_id: 'acc-2' }, other: 1 })
})

test('without a login the error says how to get one, and the machine’s login goes to ChatGPT alone', async () => {
  const { env, sent } = envOf([], { CHATGPT_TOKEN_DIR: '/nowhere' })
  await assert.rejects(async () => chatgpt.prepare?.(posted(url), targetOf(), env), /codex login/)
  await assert.rejects(async () => chatgpt.prepare?.(posted('https://evil.example/responses'), targetOf(), env), /own host only/)
  assert.deepEqual(sent, [])
})

test('what the service refuses is left out; nothing is stored', async () => {
  const body = { model: 'gpt-5.4', input: 'Hi', max_output_tokens: 5, metadata: { a: 'b' } }
  const { quirks, url: sent } = await sentBy(chatgpt, body, { apiKey: jwt(5000), client: 'openai-responses' })
  assert.equal(sent, url)
  assert.deepEqual(fieldsSent(chatgpt, body, quirks), ['input', 'instructions', 'model', 'store'])
})

const event = (data: JsonObject): string => `event: ${String(data['type'])}\ndata: ${JSON.stringify(data)}\n\n`
const item = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi ⚓' }] }
const done = event({ type: 'response.output_item.done', item })
const completed = event({ type: 'response.completed', response: { id: 'resp_1', status: 'completed', output: [] } })
const signal = new AbortController().signal

test('who wants no stream gets the response of its last event', async () => {
  const { env, sent } = envOf([done + completed])
  const incoming = await chatgpt.exchange?.(posted(url, '{"input":"Hi"}'), targetOf('k'), env, signal)
  assert.equal(new TextDecoder().decode(sent[0]?.body), '{"input":"Hi","stream":true}')
  const whole: unknown = JSON.parse(new TextDecoder().decode(await incoming?.whole?.()))
  assert.deepEqual(whole, { id: 'resp_1', status: 'completed', output: [item] })
  assert.equal(incoming?.headers.get('content-type'), 'application/json')
  assert.equal(chatgpt.exchange?.(posted(url, '{"stream":true}'), targetOf('k'), env, signal), undefined)
})

test('a cut stream and an error inside one fail; a refusal is passed on', async () => {
  const ask = async (answer: string, status = 200): Promise<Incoming | undefined> =>
    chatgpt.exchange?.(posted(url), targetOf('k'), envOf([answer], {}, status).env, signal)
  await assert.rejects(ask(done), (error) => isGatewayError(error) && error.kind === 'bad_gateway')
  const error = event({ type: 'error', code: 'rate_limit_exceeded', message: 'slow down' })
  await assert.rejects(ask(error), (cause) => isGatewayError(cause) && cause.kind === 'rate_limited')
  assert.equal((await ask('{}', 401))?.status, 401)
})
