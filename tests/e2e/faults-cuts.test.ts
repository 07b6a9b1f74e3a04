import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { parseJson } from '@switchyard/wire'
import type { Peer, RawRequest } from '../tools/fake/raw-server.ts'
import { TestGateway } from '../tools/gateway.ts'
import { models, shapes, type ClientShape } from '../tools/shapes.ts'
import { configText, dialectModels, openStage } from '../tools/stage.ts'
import { atMost, BareProvider, chunkOf, httpHead } from '../tools/wire.ts'

type Model = (typeof models)[number]

/** The last words of each provider's stream: with the last byte of this one the answer is complete (U7). */
const terminal: Readonly<Record<Model, RegExp>> = {
  chat: /data: [^\n]*"finish_reason":"[^\n]*/,
  responses: /data: [^\n]*"type":"response\.completed"[^\n]*/,
  claude: /data: [^\n]*"type":"message_stop"[^\n]*/,
  gemini: /data: [^\n]*"finishReason":[^\n]*/,
}

interface Rich {
  readonly bytes: Buffer
  /** Cut before this offset the answer is not complete; from here on it may be. */
  readonly complete: number
  /** The offsets behind the events. */
  readonly borders: ReadonlySet<number>
}

/** Lines of a stream that no client could read. A provider's last event may lack its end only where it was complete. */
const tornLines = (text: string, status: number): readonly string[] =>
  status === 200 ? text.split('\n').filter((line) => !readable.test(line) || isTorn(line)) : []

const readable = /^(data: |event: |: |:?$)/

const isTorn = (line: string): boolean =>
  line.startsWith('data: ') && line !== 'data: [DONE]' && parseJson(line.slice(6)) === undefined

const tools = {
  chat: { tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }] },
  responses: { tools: [{ type: 'function', name: 'look', parameters: { type: 'object', properties: {} } }] },
  claude: { tools: [{ name: 'look', input_schema: { type: 'object', properties: {} } }] },
  gemini: { tools: [{ functionDeclarations: [{ name: 'look', parameters: { type: 'OBJECT', properties: {} } }] }] },
}

/** A stream with text outside ASCII and one with a tool's call, as each provider would send them. */
async function richStreams(text: string, withTools: boolean): Promise<ReadonlyMap<Model, Rich>> {
  const stage = await openStage()
  try {
    const streams = new Map<Model, Rich>()
    for (const shape of shapes) {
      const body = { ...JSON.parse(shape.body(shape.relays, text)), ...(withTools ? tools[shape.relays] : {}) }
      const { status } = await stage.gateway.call('POST', shape.path(shape.relays), body)
      assert.equal(status, 200)
      const bytes = stage.provider.last.answer
      const found = terminal[shape.relays].exec(bytes.toString('latin1'))
      if (found === null) assert.fail(`${shape.relays} has no end`)
      streams.set(shape.relays, { bytes, complete: found.index + found[0].length, borders: bordersIn(bytes) })
    }
    return streams
  } finally {
    await stage.close()
  }
}

function bordersIn(bytes: Buffer): ReadonlySet<number> {
  const borders = new Set<number>()
  for (let at = bytes.indexOf('\n\n'); at >= 0; at = bytes.indexOf('\n\n', at + 2)) borders.add(at + 2)
  return borders
}

const ends = ['clean', 'fin', 'reset'] as const
type End = (typeof ends)[number]

async function sendCut(peer: Peer, bytes: Uint8Array, end: End): Promise<false> {
  const cut = Buffer.concat([
    Buffer.from(httpHead({ 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' })),
    chunkOf(bytes),
  ])
  await peer.write(end === 'clean' ? Buffer.concat([cut, Buffer.from('0\r\n\r\n')]) : cut)
  if (end === 'reset') peer.reset()
  else peer.finish()
  return false
}

interface Cut {
  readonly shape: ClientShape
  readonly model: Model
  readonly at: number
  readonly end: End
}

describe('a stream that is cut at any byte (reliability facts U5 to U7)', () => {
  let provider: BareProvider
  let gateway: TestGateway
  const streams: ReadonlyMap<Model, Rich>[] = []
  before(async () => {
    streams.push(await richStreams('grüße 😀', false), await richStreams('call look {"a":"é"}', true))
    provider = await BareProvider.start()
    const config = configText(dialectModels(provider.origin), {
      litellm_settings: { num_retries: 0 },
      router_settings: { disable_cooldowns: true },
    })
    gateway = await TestGateway.start({ config })
  })
  after(async () => {
    await gateway.stop()
    await provider.stop()
  })

  /** Each offset by the relay and by one of the translations in turn; the second stream by one of all four in turn. */
  const cutsOf = (model: Model, { bytes }: Rich, isFirst: boolean): readonly Cut[] => {
    const relay = shapes.filter((shape) => shape.relays === model)
    const others = shapes.filter((shape) => shape.relays !== model)
    const inTurn = (at: number, among: readonly ClientShape[]): readonly ClientShape[] =>
      among.slice(at % among.length).slice(0, 1)
    return Array.from({ length: bytes.length }, (_, at) =>
      (isFirst ? [...relay, ...inTurn(at, others)] : inTurn(at, shapes)).map((shape, index) => ({
        shape,
        model,
        at,
        end: ends[(at + index) % ends.length] ?? 'clean',
      })),
    ).flat()
  }

  const check = async ({ shape, model, at, end }: Cut, rich: Rich): Promise<void> => {
    const { status, text } = await gateway.call('POST', shape.path(model), shape.body(model, `cut ${at} ${end}.`))
    const about = `${shape.name} ← ${model}, ${end} at byte ${at} of ${rich.bytes.length}: ${status} ${text}`
    if (at < rich.complete) {
      // A stop that the provider did send may be told, when an error follows; what must not be is an end that looks whole.
      if (status === 200) assert.match(text, shape.failed, about)
      else assert.ok(status === 502 && text.includes('"error":{'), about)
    } else if (end === 'clean' && rich.borders.has(at)) assert.match(text, shape.success, about)
    else if (!shape.success.test(text)) assert.ok(status !== 200 || shape.failed.test(text), about)
    assert.deepEqual(tornLines(text, status), [], about)
  }

  for (const model of models) {
    it(`${model}: no cut looks like a success, and none is without an error`, { timeout: 60_000 }, async () => {
      for (const set of streams) {
        const rich = set.get(model) ?? assert.fail()
        provider.act = (peer: Peer, request: RawRequest) => {
          const [, at, end] = /cut (\d+) (\w+)\./.exec(request.body.toString()) ?? []
          return sendCut(peer, rich.bytes.subarray(0, Number(at)), ends.find((one) => one === end) ?? 'clean')
        }
        await atMost(32, cutsOf(model, rich, set === streams[0]), (cut) => check(cut, rich))
      }
    })
  }
})
