import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { TestGateway } from '../tools/gateway.ts'
import { until } from '../tools/until.ts'
import { VideoProvider } from '../tools/video-provider.ts'

describe('videos that nobody asks for any more', () => {
  let provider: VideoProvider
  let gateway: TestGateway
  before(async () => {
    provider = await VideoProvider.start()
    gateway = await TestGateway.start({
      config: `
model_list:
  - model_name: film
    litellm_params: { model: openai/sora-2, api_base: ${provider.origin}/v1, api_key: sk-upstream }
switchyard_settings: { egress: { allow_private: true } }
`,
    })
  })
  after(async () => {
    await gateway.stop()
    await provider.stop()
  })

  it('are settled by the gateway itself', { timeout: 100_000 }, async () => {
    const key = await gateway.newKey({ max_budget: 5 })
    const made = await gateway.call('POST', '/v1/videos', { model: 'film', prompt: 'a cat', seconds: '12' }, key)
    assert.equal(made.status, 200)
    provider.end({ status: 'completed', seconds: '8' })
    await until(async () => (await gateway.spendRows(key, 1)).some((row) => row['status'] === 'success'), 75_000)
    assert.deepEqual(
      (await gateway.spendRows(key, 1)).map((row) => row['spend']),
      [0.8],
    )
  })
})
