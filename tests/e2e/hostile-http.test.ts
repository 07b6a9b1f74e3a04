import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { objectOf, parseJson } from '@switchyard/wire'
import { shapes } from '../tools/shapes.ts'
import { openStage, type Stage } from '../tools/stage.ts'
import { atMost, exchange } from '../tools/wire.ts'

/** Strings that break what is naive, in the kinds of the Big List of Naughty Strings. */
const naughty: readonly string[] = [
  '',
  ' ',
  '\t',
  'undefined',
  'null',
  'NaN',
  '-1',
  '1e400',
  '0x0',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '{}',
  '[]',
  '*',
  '../../etc/passwd',
  '..\\..\\windows',
  '%00',
  '%2e%2e%2f',
  '%',
  '%zz',
  '%ff',
  "'; DROP TABLE keys; --",
  "' OR '1'='1",
  '*)(uid=*',
  '{"$gt":""}',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '${7*7}',
  '$(id)',
  '`id`',
  '| id',
  'a:generateContent',
  'a/b/c',
  'a?b#c',
  ';a=b',
  'http://127.0.0.1/',
  'file:///etc/passwd',
  'os.environ/HOME',
  'Ω≈ç√∫˜µ≤≥÷',
  '田中さんにあげて下さい',
  '👾 🙇 💁',
  '\u202etest\u202c',
  '\ufeffbom',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'ﷺ',
  'Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮',
  'x'.repeat(10_000),
  'sk-',
  'sk-' + 'a'.repeat(600),
]

describe('requests that no client of ours would send', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage.close())

  const auth = () => `Host: a\r\nAuthorization: Bearer ${stage.gateway.masterKey}\r\n`
  const statusIn = (text: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)

  it('pipelined requests are answered in their order', async () => {
    const requests = [0, 1, 2, 3].map((number) => {
      const body = JSON.stringify({
        model: 'chat',
        stream: number % 2 === 1,
        messages: [{ role: 'user', content: `number ${number}.` }],
      })
      return `POST /v1/chat/completions HTTP/1.1\r\n${auth()}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    })
    const last = `GET /health/liveness HTTP/1.1\r\n${auth()}Connection: close\r\n\r\n`
    const { text, isClosed } = await exchange(stage.gateway.url, requests.join('') + last, { waitMs: 5000 })
    assert.equal(isClosed, true, text)
    const replies = text.split(/(?=HTTP\/1\.1 )/)
    assert.equal(replies.length, 5, text)
    replies.forEach((reply, number) => {
      assert.equal(statusIn(reply), 200)
      assert.equal(reply.includes('text/event-stream'), number % 2 === 1 && number < 4)
    })
  })

  it('other methods are refused in the dialect of the path, and nothing is sent', async () => {
    const calls = stage.provider.requests.length
    const dialects = [
      ['/v1/chat/completions', /"error":\{"message":"[^"]+","type":"invalid_request_error"/],
      ['/v1/responses', /"error":\{"message":/],
      ['/v1/messages', /\{"type":"error","error":\{"type":/],
      ['/v1beta/models/gemini:generateContent', /\{"error":\{"code":405,"message":"[^"]+","status":/],
    ] as const
    for (const [path, word] of dialects) {
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
        const { text } = await exchange(stage.gateway.url, `${method} ${path} HTTP/1.1\r\n${auth()}\r\n`, {
          enough: (got) => got.includes('}') || /^HTTP\/1\.1 [45]\d\d [^]*\r\n\r\n/.test(got),
        })
        assert.ok([400, 405, 501].includes(statusIn(text)), `${method} ${path}: ${text}`)
        if (text.includes('{')) assert.match(text, word, `${method} ${path}`)
      }
    }
    assert.equal(stage.provider.requests.length, calls)
  })

  it('HEAD has no body, so that the next answer on the connection is the next request’s', async () => {
    for (const path of ['/v1/chat/completions', '/v1/models', '/health/liveness', '/nothing']) {
      const twice = `HEAD ${path} HTTP/1.1\r\n${auth()}\r\nGET /health/liveness HTTP/1.1\r\n${auth()}\r\n`
      const { text } = await exchange(stage.gateway.url, twice, {
        enough: (got) => got.split('HTTP/1.1').length > 2 && got.endsWith('"'),
      })
      const [, first = '', second = ''] = text.split('HTTP/1.1')
      assert.match(first, /\r\n\r\n$/, `${path}: ${text}`)
      assert.match(second, /^ 200/, path)
    }
  })

  it('no path leads where its spelling does not', async () => {
    const paths = [
      '//v1/chat/completions',
      '/v1//chat/completions',
      '/v1/chat/completions/',
      '/v1/chat/completions;a=b',
      '/v1/chat/completions%00',
      '/v1/chat/completions%20',
      '/v1/chat%2fcompletions',
      '/v1\\chat\\completions',
      '/V1/Chat/Completions',
      '/key/info/%2e%2e/list',
      '/key%2flist',
      '/health/liveness;/../../key/list',
      '/.%00./key/list',
      `/${'a/'.repeat(4000)}`,
      '/constructor',
      '/__proto__',
    ]
    for (const path of paths) {
      const { text } = await exchange(stage.gateway.url, `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}`, {
        enough: (got) => got.includes('\r\n\r\n'),
      })
      assert.ok([400, 401, 404, 405, 414, 431].includes(statusIn(text)), `${path}: ${text.slice(0, 200)}`)
    }
  })

  it('naughty model names are a 4xx or served, never a 5xx, and never another model', async () => {
    await atMost(8, naughty, async (name) => {
      for (const shape of shapes) {
        const path = shape.path(encodeURIComponent(name.toWellFormed()))
        const { status, json, text } = await stage.gateway.call('POST', path, shape.body(name, 'hi'))
        assert.ok(status >= 400 && status < 500, `${shape.name} ${JSON.stringify(name)}: ${status} ${text.slice(0, 200)}`)
        assert.ok(objectOf(json['error']) !== undefined)
      }
    })
  })

  it('naughty keys are a 401 or a 400', async () => {
    for (const name of naughty) {
      const raw = Buffer.from(name.replace(/[\r\n]/g, ''), 'utf8').toString('latin1')
      const bytes = Buffer.from(`GET /v1/models HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${raw}\r\n\r\n`, 'latin1')
      const { text } = await exchange(stage.gateway.url, bytes, { enough: (got) => got.includes('\r\n\r\n') })
      assert.ok([400, 401, 431].includes(statusIn(text)), `${JSON.stringify(name)}: ${text.slice(0, 200)}`)
    }
  })

  it('naughty header values and ids never make a 5xx', async () => {
    const headers = [
      'x-litellm-timeout',
      'x-litellm-num-retries',
      'x-litellm-tags',
      'anthropic-beta',
      'openai-beta',
      'user-agent',
      'content-type',
      'x-request-id',
      'traceparent',
      'x-forwarded-for',
      'accept',
    ]
    const body = shapes[0]?.body('chat', 'hi') ?? ''
    const fine = (text: string, about: string): void => {
      const status = statusIn(text)
      // 408: a timeout of nothing is what the header asks for.
      assert.ok(status >= 200 && status < 500, `${about}: ${text.slice(0, 300)}`)
      const reply = text.slice(text.indexOf('\r\n\r\n') + 4)
      if (reply.startsWith('{')) assert.notEqual(parseJson(reply), undefined, about)
    }
    const enough = (got: string): boolean => /\r\n\r\n[^]/.test(got)
    await atMost(16, naughty, async (name) => {
      const raw = Buffer.from(name.replace(/[\r\n]/g, ''), 'utf8').toString('latin1')
      for (const header of headers) {
        const head = `POST /v1/chat/completions HTTP/1.1\r\n${auth()}${header}: ${raw}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
        fine(
          (await exchange(stage.gateway.url, Buffer.from(head, 'latin1'), { enough })).text,
          `${header} ${JSON.stringify(name)}`,
        )
      }
      const id = encodeURIComponent(name.toWellFormed())
      for (const [method, path] of [
        ['GET', `/v1/responses/${id}`],
        ['DELETE', `/v1/responses/${id}`],
        ['GET', `/v1/responses/${id}/input_items`],
        ['GET', `/v1/models/${id}`],
        ['GET', `/key/info?key=${id}`],
        ['GET', `/spend/logs?api_key=${id}&start_date=${id}`],
      ] as const) {
        const { status, text } = await stage.gateway.call(method, path)
        assert.ok(status < 500, `${path}: ${status} ${text.slice(0, 300)}`)
      }
    })
  })
})
