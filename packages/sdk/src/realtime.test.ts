import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  APIConnectionError,
  APIResponseValidationError,
  AuthenticationError,
  BadRequestError,
  Switchyard,
  Timeout,
  type RealtimeSession,
  type Socket,
  type SocketEvent,
} from './index.ts'

type Listener = (event: SocketEvent) => void

/** A provider's end of the connection, in memory. */
class FakeSocket implements Socket {
  binaryType = 'blob'
  readonly sent: unknown[] = []
  closed = 0
  readonly #listeners = new Map<string, Listener[]>()
  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data))
  }
  close(): void {
    this.closed++
  }
  emit(type: string, event: SocketEvent = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event)
  }
  say(event: object): void {
    this.emit('message', { data: JSON.stringify(event) })
  }
}

const sdk = new Switchyard({ env: { OPENAI_API_KEY: 'sk-mine' } })

async function session(model = 'openai/gpt-realtime', options: object = {}) {
  const socket = new FakeSocket()
  const opened: { url: string; headers: Readonly<Record<string, string>> }[] = []
  const openSocket = (url: string, headers: Readonly<Record<string, string>>): Socket => {
    opened.push({ url, headers })
    setTimeout(() => socket.emit('open'), 0)
    return socket
  }
  return { socket, opened, conversation: await sdk.realtime({ model, openSocket, ...options }) }
}

test('a conversation is opened with the provider’s key, says events and hears them', async () => {
  const { socket, opened, conversation } = await session()
  assert.equal(opened[0]?.url, 'wss://api.openai.com/v1/realtime?model=gpt-realtime')
  assert.equal(opened[0].headers['authorization'], 'Bearer sk-mine')
  conversation.send({ type: 'response.create' })
  assert.deepEqual(socket.sent, [{ type: 'response.create' }])
  socket.say({ type: 'session.created' })
  setTimeout(() => socket.say({ type: 'response.done' }), 1)
  const types: unknown[] = []
  for await (const { type } of conversation) {
    types.push(type)
    if (type === 'response.done') break
  }
  assert.deepEqual(types, ['session.created', 'response.done'])
  assert.equal(socket.closed, 1)
  assert.throws(() => conversation.send({ type: 'response.create' }), /over/)
})

test('the end of the connection ends the loop, and its breaking is thrown', async () => {
  const ended = await session()
  setTimeout(() => ended.socket.emit('close', { code: 1000 }), 1)
  for await (const _event of ended.conversation) assert.fail()
  const broken = await session()
  setTimeout(() => broken.socket.emit('error'), 1)
  await assert.rejects(async () => {
    for await (const _event of broken.conversation) assert.fail()
  }, /broke/)
})

test('another protocol is translated both ways', async () => {
  const { socket, opened, conversation } = await session('gemini/gemini-live-2.5-flash', { api_key: 'k' })
  assert.match(opened[0]?.url ?? '', /^wss:\/\/generativelanguage\.googleapis\.com\//)
  conversation.send({ type: 'session.update', session: { instructions: 'Be brief.' } })
  const content = [{ type: 'input_text', text: 'Hi.' }]
  conversation.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
  conversation.send({ type: 'response.create' })
  assert.throws(() => conversation.send({ type: 'made.up' }), BadRequestError)
  assert.match(JSON.stringify(socket.sent[0]), /"setup".*Be brief/)
  for await (const { type } of conversation) {
    assert.equal(type, 'session.created')
    break
  }
})

test('what keeps a conversation from being opened is a typed error', async () => {
  const openSocket = (): Socket => new FakeSocket()
  await assert.rejects(sdk.realtime({ model: 'groq/llama-3.3-70b-versatile', api_key: 'k', openSocket }), BadRequestError)
  await assert.rejects(new Switchyard({ env: {} }).realtime({ model: 'openai/gpt-realtime', openSocket }), AuthenticationError)
  await assert.rejects(sdk.realtime({ model: 'openai/gpt-realtime', openSocket, timeout: 0.01 }), Timeout)
  const refusing = (): Socket => {
    const socket = new FakeSocket()
    setTimeout(() => socket.emit('close', { code: 1006 }), 0)
    return socket
  }
  await assert.rejects(sdk.realtime({ model: 'openai/gpt-realtime', openSocket: refusing }), APIConnectionError)
})

test('a connection that was cut, a translation that fails and the caller’s abort are no ends', async () => {
  const heard = async (conversation: RealtimeSession): Promise<void> => {
    for await (const { type } of conversation) assert.equal(type, 'session.created')
  }
  const cut = await session()
  setTimeout(() => cut.socket.emit('close', { code: 1006 }), 1)
  await assert.rejects(heard(cut.conversation), APIConnectionError)
  const failing = await session()
  setTimeout(() => failing.socket.emit('message', { data: 'no event' }), 1)
  await assert.rejects(heard(failing.conversation), APIResponseValidationError)
  const controller = new AbortController()
  const aborted = await session('openai/gpt-realtime', { signal: controller.signal })
  setTimeout(() => controller.abort(new Error('enough')), 1)
  await assert.rejects(heard(aborted.conversation), /enough/)
  assert.ok(aborted.socket.closed > 0)
  await assert.rejects(sdk.realtime({ model: '' }), BadRequestError)
})
