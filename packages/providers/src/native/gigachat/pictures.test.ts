import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '@switchyard/core'
import { dialects, isGatewayError, Secret } from '@switchyard/wire'
import { post, tokenServer } from '../../token-exchange.fixture.ts'
import { gigachat } from './index.ts'
import { writeRequest } from './request.ts'

const url = 'https://gigachat.devices.sberbank.ru/api/v1/chat/completions'
const traits = { id: 'm', supports: new Set<string>(), lacks: new Set<string>() }
const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } }
const content = [{ type: 'text', text: 'What is this?' }, picture, picture]
const { body } = writeRequest(dialects['openai-chat'].readRequest({ model: 'm', messages: [{ role: 'user', content }] }))

const targetOf = (): Target => ({
  model: 'm',
  baseUrl: 'https://gigachat.devices.sberbank.ru/api/v1',
  key: undefined,
  params: { access_token: new Secret('t') },
  traits,
})

test('pictures are uploaded once each, and named by their files', async () => {
  const server = tokenServer(() => [200, { id: 'file-1', object: 'file' }])
  const outgoing = post(url, JSON.stringify(body))
  outgoing.headers['content-type'] = 'application/json'
  await gigachat.prepare?.(outgoing, targetOf(), server.env)
  assert.deepEqual(JSON.parse(new TextDecoder().decode(outgoing.body)).messages, [
    { role: 'user', content: 'What is this?', attachments: ['file-1', 'file-1'] },
  ])
  assert.equal(outgoing.headers['content-type'], 'application/json')
  const [sent, ...more] = server.asked
  assert.deepEqual(
    [sent?.url, sent?.headers['authorization'], more.length],
    [url.replace('chat/completions', 'files'), 'Bearer t', 0],
  )
  const form = new TextDecoder().decode(sent?.body)
  assert.match(form, /name="purpose"\r\n\r\ngeneral\r\n/)
  assert.match(form, /name="file"; filename="picture.png"\r\nContent-Type: image\/png\r\n\r\nABC\r\n/)
})

test('without pictures nothing is asked; a refused upload is an error', async () => {
  const refusing = tokenServer(() => [413, { status: 413, message: 'Payload too large' }])
  const plain = post(url, '{"messages":[{"role":"user","content":"Hi"}]}')
  await gigachat.prepare?.(plain, targetOf(), refusing.env)
  assert.equal(refusing.asked.length, 0)
  const upload = async (): Promise<void> => gigachat.prepare?.(post(url, JSON.stringify(body)), targetOf(), refusing.env)
  await assert.rejects(upload, (error) => isGatewayError(error) && /Payload too large/.test(error.message))
})
