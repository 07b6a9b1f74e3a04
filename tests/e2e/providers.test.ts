import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { TestGateway } from '../tools/gateway.ts'

const gateway = await TestGateway.start({ config: undefined })
after(() => gateway.stop())

test('the providers are public: names, or with what is proved of each', async () => {
  const names = await gateway.call('GET', '/public/providers')
  assert.equal(names.status, 200)
  const ids: unknown = JSON.parse(names.text)
  assert(Array.isArray(ids) && ids.includes('openai') && ids.includes('anthropic'))
  const full: unknown = JSON.parse((await gateway.call('GET', '/public/providers?capabilities=true')).text)
  assert(typeof full === 'object' && full !== null && 'data' in full && Array.isArray(full.data))
  assert.equal(full.data.length, ids.length)
  const openai: unknown = full.data.find((one: { readonly id: string }) => one.id === 'openai')
  assert(typeof openai === 'object' && openai !== null && 'proven' in openai && Array.isArray(openai.proven))
  for (const feature of ['text', 'tools', 'JSON schema', 'embedding']) assert(openai.proven.includes(feature), feature)
})

test('the parameters of a model can be asked for', async () => {
  const { status, text } = await gateway.call('GET', '/utils/supported_openai_params?model=demo/echo')
  assert.equal(status, 200, text)
  const { supported_openai_params: params }: { readonly supported_openai_params: readonly string[] } = JSON.parse(text)
  assert(params.includes('temperature') && params.includes('stream'))
  assert.equal((await gateway.call('GET', '/utils/supported_openai_params?model=no/such')).status, 404)
  assert.equal((await gateway.call('GET', '/utils/supported_openai_params')).status, 400)
})
