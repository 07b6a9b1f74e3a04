import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Incoming, Outgoing, ProviderEnv, Target } from '@switchyard/core'
import {
  concat,
  isGatewayError,
  isObject,
  openaiChat,
  parseJson,
  SseParser,
  type ChatReply,
  type JsonObject,
} from '@switchyard/wire'
import { awsChunk, awsEvent, awsException } from '../../../aws/event-stream.fixture.ts'
import { bedrock } from '../index.ts'

const runtime = 'arn:aws:bedrock-agentcore:eu-west-1:123456789012:runtime/planner-1'

const env = (answer: (outgoing: Outgoing) => Incoming, variables: Record<string, string> = {}): ProviderEnv => ({
  variable: (name) => variables[name],
  now: () => Date.parse('2026-01-15T12:00:00Z'),
  send: (outgoing) => Promise.resolve(answer(outgoing)),
})

const targetOf = (model: string, more: Partial<Target> = {}): Target => ({
  model,
  baseUrl: bedrock.baseUrl ?? '',
  key: undefined,
  params: { aws_access_key_id: 'AKIA', aws_secret_access_key: 'secret', aws_region_name: 'us-east-1' },
  traits: { id: model, supports: new Set(), lacks: new Set() },
  ...more,
})

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes
}

const reply = (body: string | Uint8Array, type: string, status = 200): Incoming => ({
  status,
  headers: new Headers({ 'content-type': type }),
  body: once(typeof body === 'string' ? new TextEncoder().encode(body) : body),
})

/** A chat, as it is asked and as it is answered. */
async function asked(model: string, more: JsonObject, answer: Incoming): Promise<{ sent: Outgoing; said: ChatReply }> {
  const target = targetOf(model)
  const endpoint = bedrock.endpointFor?.('chat', 'openai-chat', target.traits)
  assert.ok(endpoint?.speaks !== undefined)
  const messages = [
    { role: 'user', content: 'Before.' },
    { role: 'assistant', content: 'Yes?' },
    { role: 'user', content: 'Plan it.' },
  ]
  const { body } = endpoint.speaks.writeRequest(openaiChat.readRequest({ model, messages, ...more }), target.traits)
  const sent: Outgoing = {
    url: bedrock.url?.(target, endpoint, { operation: 'chat', stream: false }) ?? '',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(body)),
  }
  const on = env(() => answer)
  await bedrock.prepare?.(sent, target, on)
  const incoming = await bedrock.exchange?.(sent, target, on, AbortSignal.timeout(1000))
  const parts: Uint8Array[] = []
  for await (const part of incoming?.body ?? []) parts.push(part)
  const json = parseJson(new TextDecoder().decode(concat(parts)))
  assert.ok(isObject(json))
  return { sent, said: endpoint.speaks.readReply(json, {}) }
}

const bodyOf = ({ body }: Outgoing): unknown => parseJson(new TextDecoder().decode(body))
const textOf = ({ choices }: ChatReply): unknown => choices[0]?.blocks

const trace = {
  trace: {
    orchestrationTrace: { modelInvocationOutput: { metadata: { usage: { inputTokens: 30, outputTokens: 7 } } } },
  },
}
const events = 'application/vnd.amazon.eventstream'

test('an agent: its session is in the address, the last message in the body, its models’ tokens are counted', async () => {
  const twice = concat([awsEvent('trace', trace), awsChunk('not json'), awsEvent('trace', trace)])
  const { sent, said } = await asked('agent/A1/B2', { sessionID: 's/1', memoryId: 'm' }, reply(twice, events))
  assert.equal(sent.url, 'https://bedrock-agent-runtime.us-east-1.amazonaws.com/agents/A1/agentAliases/B2/sessions/s%2F1/text')
  assert.deepEqual(bodyOf(sent), { enableTrace: true, sessionID: 's/1', memoryId: 'm', inputText: 'Plan it.' })
  assert.match(sent.headers['authorization'] ?? '', /\/us-east-1\/bedrock\/aws4_request/)
  assert.deepEqual(textOf(said), [{ type: 'text', text: '"not json"' }])
  assert.deepEqual([said.usage?.input, said.usage?.output], [60, 14])
})

test('an agent without a session gets a new one, and one that is named wrongly is refused', async () => {
  const one = await asked('eu-west-2/agent/A1/B2', {}, reply(awsChunk('x'), events))
  assert.match(one.sent.url, /^https:\/\/bedrock-agent-runtime\.eu-west-2\..*\/sessions\/[0-9a-f-]{36}\/text$/)
  await assert.rejects(asked('agent/A1', {}, reply('', events)), /bedrock\/agent\/<agent id>\/<alias id>/)
})

test('an exception in an agent’s stream keeps its kind, and a stream that was cut anywhere is no answer', async () => {
  const thrown = concat([awsChunk('half'), awsException('throttlingException', 'slow down')])
  await assert.rejects(asked('agent/A1/B2', {}, reply(thrown, events)), { kind: 'rate_limited' })
  const whole = awsChunk('whole')
  for (let end = 0; end < whole.length; end++) {
    await assert.rejects(asked('agent/A1/B2', {}, reply(whole.slice(0, end), events)), isGatewayError, `cut at ${end}`)
  }
  await assert.rejects(asked('agent/A1/B2', {}, reply(awsEvent('returnControl', {}), events)), { kind: 'unprocessable' })
})

test('AgentCore: session, user and qualifier stand beside the payload', async () => {
  const fields = {
    runtimeSessionId: 'a-session-that-is-long-enough-to-be-one',
    runtimeUserId: 'u',
    qualifier: 'LIVE',
    mood: 'calm',
  }
  const answer = reply('{"result":{"role":"assistant","content":[{"text":"Done"},{"text":"."}]}}', 'application/json')
  const { sent, said } = await asked(`agentcore/${runtime}`, fields, answer)
  const place = `https://bedrock-agentcore.eu-west-1.amazonaws.com/runtimes/${encodeURIComponent(runtime)}/invocations`
  assert.equal(sent.url, `${place}?qualifier=LIVE`)
  assert.deepEqual(bodyOf(sent), { mood: 'calm', prompt: 'Plan it.' })
  assert.equal(sent.headers['x-amzn-bedrock-agentcore-runtime-session-id'], fields.runtimeSessionId)
  assert.equal(sent.headers['x-amzn-bedrock-agentcore-runtime-user-id'], 'u')
  assert.match(sent.headers['authorization'] ?? '', /\/eu-west-1\/bedrock-agentcore\/aws4_request/)
  assert.deepEqual(textOf(said), [{ type: 'text', text: 'Done.' }])
})

const answers: readonly (readonly [body: string, text: string])[] = [
  ['{"response":[{"text":"a"},{"text":"b"}]}', 'ab'],
  ['{"result":"plain"}', 'plain'],
  ['{"jsonrpc":"2.0","result":{"message":{"parts":[{"kind":"text","text":"a2a"}]}}}', 'a2a'],
  ['{"weather":"sun"}', '{"weather":"sun"}'],
]
for (const [body, text] of answers)
  test(`AgentCore answers ${body}`, async () => {
    const { said } = await asked(`agentcore/${runtime}`, {}, reply(body, 'application/json'))
    assert.deepEqual(textOf(said), [{ type: 'text', text }])
  })

test('AgentCore streams: pieces while they come, the message alone where there are none, a failure with its kind', () => {
  const endpoint = bedrock.endpointFor?.('chat', 'openai-chat', targetOf(`agentcore/${runtime}`).traits)
  const heard = (text: string, size: number): string => {
    let said = ''
    const reader = endpoint?.speaks?.reader(
      {
        event: (event) =>
          (said += event.type === 'block-delta' ? event.text : event.type === 'usage' ? `(${event.usage.input})` : ''),
        end: () => (said += '|'),
        fail: (error) => (said += `!${error.kind}`),
      },
      {},
    )
    const reframer = endpoint?.reframer?.()
    const parser = new SseParser((name, data) => reader?.event(name, data))
    const bytes = new TextEncoder().encode(text)
    const hear = (events = ''): void => parser.push(new TextEncoder().encode(events))
    for (let at = 0; at < bytes.length; at += size) hear(reframer?.push(bytes.slice(at, at + size)))
    hear(reframer?.end())
    reader?.end()
    return said
  }
  const line = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
  const delta = (text: string): string => line({ event: { contentBlockDelta: { delta: { text } } } })
  const usage = line({ event: { metadata: { usage: { inputTokens: 3, outputTokens: 2 } } } })
  const message = line({ message: { content: [{ text: 'Grüße' }] } })
  const whole = delta('Grü') + line({ event: { messageStart: {} } }) + delta('ße') + usage + message
  for (let size = 1; size <= whole.length; size++) assert.equal(heard(whole, size), 'Grüße(3)|', `pieces of ${size}`)
  assert.equal(heard(message, 7), 'Grüße|')
  assert.equal(heard(delta('half') + line({ error: 'boom' }), 5), 'half!bad_gateway')
  assert.equal(heard('', 1), '!bad_gateway')
})

test('AgentCore’s events: deltas, the last message, usage, and a failure', async () => {
  const sse = (...data: readonly unknown[]): Incoming =>
    reply(data.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(''), 'text/event-stream')
  const delta = (text: string): unknown => ({ event: { contentBlockDelta: { delta: { text } } } })
  const usage = { event: { metadata: { usage: { inputTokens: 3, outputTokens: 2 } } } }
  const pieces = await asked(`agentcore/${runtime}`, {}, sse('x', delta('He'), delta('llo'), usage))
  assert.deepEqual(textOf(pieces.said), [{ type: 'text', text: 'xHello' }])
  assert.equal(pieces.said.usage?.input, 3)
  const last = await asked(`agentcore/${runtime}`, {}, sse(delta('draft'), { message: { content: [{ text: 'final' }] } }))
  assert.deepEqual(textOf(last.said), [{ type: 'text', text: 'final' }])
  await assert.rejects(asked(`agentcore/${runtime}`, {}, sse(delta('x'), { error: 'boom' })), /The agent failed: boom/)
  const json = reply('{"error":"no budget"}', 'application/json')
  await assert.rejects(asked(`agentcore/${runtime}`, {}, json), /The agent failed: no budget/)
})
