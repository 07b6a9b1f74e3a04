import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { arrayOf, objectOf } from '@switchyard/wire'
import { configText, dialectModels, model, openStage, type Stage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'

describe('reading the configuration again', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage.close())

  const names = async (): Promise<readonly unknown[]> =>
    arrayOf((await stage.gateway.call('GET', '/v1/models')).json['data']).map((row) => objectOf(row)?.['id'])
  const chat = async (name: string): Promise<number> =>
    (await stage.gateway.call('POST', '/v1/chat/completions', { model: name, messages: [{ role: 'user', content: 'hi' }] }))
      .status

  it('a good one is served from now on, and a stream that runs is not disturbed', async () => {
    const { gateway, provider } = stage
    provider.next({ paceMs: 10 })
    const running = gateway.call('POST', '/v1/chat/completions', {
      model: 'chat',
      stream: true,
      messages: [{ role: 'user', content: 'count 30' }],
    })
    await until(() => provider.requests.length > 0)
    const fresh = model('fresh', 'anyscale/fresh', { api_base: `${provider.origin}/v1` })
    await writeFile(gateway.configFile, configText([fresh]))
    const { status, json } = await gateway.call('POST', '/config/reload')
    assert.equal(status, 200)
    assert.equal(json['revision'], 2)
    assert.deepEqual(await names(), ['fresh'])
    assert.equal(await chat('fresh'), 200)
    assert.equal(await chat('chat'), 400)
    assert.match((await running).text, /"finish_reason":"stop"/)
  })

  it('a bad one changes nothing and is told with file and line', async () => {
    const { gateway } = stage
    await writeFile(
      gateway.configFile,
      'model_list:\n  - model_name: x\n    litellm_params:\n      model: openai/gpt\n   broken: [\n',
    )
    const { status, json } = await gateway.call('POST', '/config/reload')
    assert.equal(status, 400)
    assert.match(JSON.stringify(json), /config\.yaml:5/)
    assert.deepEqual(await names(), ['fresh'])
    assert.equal(await chat('fresh'), 200)
  })

  it('SIGHUP does the same', async () => {
    const { gateway, provider } = stage
    await writeFile(gateway.configFile, configText(dialectModels(provider.origin)))
    process.kill(gateway.pid, 'SIGHUP')
    await until(async () => (await names()).includes('claude'))
  })
})
