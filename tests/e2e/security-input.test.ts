import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject, numberOf, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { weaknessOf } from '../../packages/gateway/src/master-key.ts'
import { repository, TestGateway } from '../tools/gateway.ts'
import { configText, openStage, type Stage } from '../tools/stage.ts'

describe('what a client says (reliability facts §5.31-33, 54)', () => {
  let stage: Stage
  let key = ''
  before(async () => {
    stage = await openStage()
    key = await stage.gateway.newKey({ metadata: { owner: 'a' } })
  })
  after(() => stage.close())
  const body = { model: 'chat', max_tokens: 16, messages: [{ role: 'user', content: 'hi' }] }
  const send = (path: string, sent: JsonObject, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(stage.gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
      body: JSON.stringify(sent),
    })

  const hostile = [
    'a\r\nset-cookie: x=1',
    'a\nb',
    'a\0b',
    '\u001b[31mred',
    'ключ',
    '🔑'.repeat(300),
    '__proto__',
    'constructor',
    '../../x',
    '<b>',
    '{{7*7}}',
  ]

  it('never breaks a header, a line of the log, or the gateway', async () => {
    for (const text of hostile) {
      const asked: readonly (readonly [string, JsonObject])[] = [
        ['/v1/chat/completions', { ...body, model: text }],
        ['/v1/chat/completions', { ...body, [text]: 1 }],
        ['/v1/messages', { ...body, [text]: 1 }],
        ['/v1/messages', { ...body, model: 'gemini', [text]: { [text]: text } }],
        ['/v1/chat/completions', { ...body, user: text, tags: [text], metadata: { tags: [text], [text]: text } }],
        ['/v1/chat/completions', { ...body, fallbacks: [text] }],
        ['/v1/responses', { model: 'claude', input: 'hi', previous_response_id: text }],
        [`/v1beta/models/${encodeURIComponent(text)}:generateContent`, { contents: [{ parts: [{ text: 'hi' }] }] }],
      ]
      for (const [path, sent] of asked) {
        const reply = await send(path, sent)
        assert.ok(reply.status < 500, `${path} ${JSON.stringify(sent)}: ${reply.status} ${await reply.text()}`)
        assert.equal(reply.headers.get('set-cookie'), null)
        for (const [name, value] of reply.headers) assert.match(value, /^[\x20-\x7e]*$/, name)
      }
    }
    for (const line of stage.gateway.output
      .trim()
      .split('\n')
      .filter((one) => one.startsWith('{')))
      assert.ok(isObject(JSON.parse(line)))
    assert.ok(!stage.gateway.output.includes('\u001b[31mred'))
  })

  it('in aliases of keys, in names of models and in ids stays data', async () => {
    for (const text of hostile) {
      const made = await stage.gateway.call('POST', '/key/generate', {
        key_alias: `${text} of a key`,
        models: [text],
        metadata: { [text]: text },
      })
      assert.equal(made.status, 200, made.text)
      const name = encodeURIComponent(`${text} of a key`)
      const { json } = await stage.gateway.call('GET', `/key/list?key_alias=${name}&return_full_object=true`)
      assert.equal(json['total_count'], 1, text)
      for (const path of [
        `/v1/models/${encodeURIComponent(text)}`,
        `/v1/responses/${encodeURIComponent(text)}`,
        `/key/info?key=${encodeURIComponent(text)}`,
      ])
        assert.equal((await stage.gateway.call('GET', path)).status, 404, path)
    }
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
  })

  it('a provider’s headers are passed on only where they are known, and as they are', async () => {
    const headers = {
      'set-cookie': 'x=1',
      'x-request-id': 'req-1',
      'x-ratelimit-limit-requests': '7',
      server: 'evil',
      'access-control-allow-origin': '*',
      'x-litellm-model-id': 'forged',
    }
    stage.provider.next({ headers })
    const reply = await send('/v1/chat/completions', body)
    assert.equal(reply.status, 200)
    for (const name of ['set-cookie', 'server', 'access-control-allow-origin']) assert.equal(reply.headers.get(name), null, name)
    assert.notEqual(reply.headers.get('x-litellm-model-id'), 'forged')
    assert.equal(reply.headers.get('x-ratelimit-limit-requests'), '7')
  })

  it('about prices and about who it is changes nothing', async () => {
    const spoof: JsonObject = {
      input_cost_per_token: 0,
      output_cost_per_token: 0,
      model_info: { input_cost_per_token: 0, output_cost_per_token: 0, id: 'forged' },
      mock_response: 'free',
      metadata: { user_api_key: 'forged', user_api_key_team_id: 'forged', user_api_key_user_id: 'forged', spend: '0' },
      litellm_metadata: { user_api_key: 'forged', user_api_key_hash: 'forged', model_info: { input_cost_per_token: 0 } },
      litellm_call_id: 'forged',
      user_api_key_dict: { api_key: 'forged' },
      proxy_server_request: { headers: { authorization: 'forged' } },
      response_cost: 0,
    }
    const headers = {
      'x-litellm-call-id': 'forged',
      'x-litellm-spend-logs-metadata': JSON.stringify({ user_api_key: 'forged', spend: 0, api_key: 'forged' }),
      'x-forwarded-for': '6.6.6.6',
      'x-real-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
    }
    const own = await stage.gateway.newKey()
    for (const [sent, more] of [
      [body, {}],
      [{ ...body, ...spoof }, headers],
    ] as const) {
      const reply = await send('/v1/chat/completions', sent, { authorization: `Bearer ${own}`, ...more })
      assert.equal(reply.status, 200, await reply.text())
    }
    const [spoofed, honest] = await stage.gateway.spendRows(own, 2)
    assert.ok((numberOf(honest?.['spend']) ?? 0) > 0)
    for (const field of ['spend', 'api_key', 'user', 'team_id', 'model_id', 'model', 'model_group', 'requester_ip_address'])
      assert.deepEqual(spoofed?.[field], honest?.[field], field)
    assert.notEqual(spoofed?.['litellm_call_id'], 'forged')
    const info = await stage.gateway.call('GET', `/key/info?key=${own}`)
    assert.equal(objectOf(info.json['info'])?.['spend'], 2 * (numberOf(honest?.['spend']) ?? 0))
  })

  it('prototype names and doubled fields change no object', async () => {
    const texts = [
      '{"__proto__":{"polluted":1},"model":"chat","messages":[{"role":"user","content":"hi"}]}',
      '{"constructor":{"prototype":{"polluted":1}},"model":"chat","messages":[{"role":"user","content":"hi","__proto__":{"polluted":1}}]}',
      '{"model":"chat","model":"claude","messages":[{"role":"user","content":"hi"}]}',
      '{"metadata":{"__proto__":{"user_api_key":"x"}},"model":"claude","max_tokens":16,"messages":[{"role":"user","content":"hi"}]}',
    ]
    for (const text of texts) {
      const { status } = await stage.gateway.call('POST', '/v1/chat/completions', text, key)
      assert.ok(status === 200 || status === 400, `${status} ${text}`)
    }
    assert.equal((await stage.gateway.call('GET', '/v1/models', undefined, key)).text.includes('polluted'), false)
  })

  it('a field that names the model twice is judged by the model that is called', async () => {
    const narrow = await stage.gateway.newKey({ models: ['claude'] })
    for (const text of ['{"model":"claude","model":"chat",', '{"model":"chat","model":"claude",']) {
      stage.provider.reset()
      await stage.gateway.call(
        'POST',
        '/v1/chat/completions',
        `${text}"max_tokens":16,"messages":[{"role":"user","content":"hi"}]}`,
        narrow,
      )
      for (const { json } of stage.provider.requests) assert.notEqual(stringOf(json['model']), 'fake-chat')
    }
  })
})

describe('the master key (reliability facts §5.13)', () => {
  it('may not be one that anybody could guess', async () => {
    const weak = [
      '',
      'sk-1234',
      'SK-1234',
      'changeme',
      'password',
      'sk-short',
      'sk-aaaaaaaaaaaaaaaaaaaaaaaa',
      'sk-1234567890123456',
      'sk-your-master-key',
      'sk-litellm-master-key',
    ]
    for (const key of weak) assert.notEqual(weaknessOf(key), undefined, key)
    assert.equal(weaknessOf(`sk-${crypto.randomUUID()}`), undefined)
    for (const env of [
      { LITELLM_MASTER_KEY: 'sk-1234' },
      { SWITCHYARD_MASTER_KEY: 'changeme' },
      { SWITCHYARD_MASTER_KEY: 'sk-aaaaaaaaaaaaaaaaaaaaaaaa' },
    ]) {
      await assert.rejects(TestGateway.start({ config: configText([]), env, keyless: true }), /the gateway did not start/)
    }
  })
})

describe('the source of the gateway (reliability facts §5.29, 35)', () => {
  const packages = join(repository, 'packages')
  const files = async (): Promise<readonly string[]> => {
    const entries = await readdir(packages, { recursive: true })
    return entries.filter((path) => /^[^/]+\/src\/.*\.ts$/.test(path) && !/\.test\.ts$|for-test\.ts$|fixture\.ts$/.test(path))
  }
  const holding = async (pattern: RegExp): Promise<readonly string[]> => {
    const found: string[] = []
    for (const path of await files()) if (pattern.test(await readFile(join(packages, path), 'utf8'))) found.push(path)
    return found.toSorted()
  }

  it('starts no process but its own workers, and runs no text as code', async () => {
    assert.deepEqual(await holding(/child_process|Bun\.spawn|Bun\.\$/), ['gateway/src/supervisor.ts'])
    assert.deepEqual(await holding(/\beval\(|new Function\(|node:vm|\brequire\(/), [])
    assert.deepEqual(await holding(/\bimport\((?!['"])/), [])
  })

  it('opens connections in the upstream folder and in one file of http1 only; the servers take them', async () => {
    // A type opens nothing.
    const gateway = await holding(
      /\bfetch\(|Bun\.(?:connect|listen|serve)|^(?!import type).*from '(?:undici|node:(?:http|https|net|tls|dgram|dns))'/m,
    )
    assert.deepEqual(
      gateway.filter((path) => path.startsWith('gateway/') && !path.startsWith('gateway/src/upstream/')),
      ['gateway/src/http/serve-bun.ts', 'gateway/src/http/serve-node.ts', 'gateway/src/http1/bun-connect.ts'],
    )
  })
})
