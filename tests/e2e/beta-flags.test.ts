import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openStage, type Stage } from '../tools/stage.ts'

const body = '{ "model":"claude","max_tokens":99,"messages":[{"role":"user","content":"h\\u0069"}], "future":1.0 }'
const refusal = {
  status: 400,
  body: JSON.stringify({
    type: 'error',
    error: {
      type: 'invalid_request_error',
      message: 'Unexpected value(s) `tomorrow-2027-01-01` for the `anthropic-beta` header. Please try again without the header.',
    },
  }),
}

describe('beta flags', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage.close())

  const post = (path: string, key: string, flags: string): Promise<Response> =>
    fetch(stage.gateway.url + path, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json', 'anthropic-beta': flags },
      body,
    })

  it('travel unknown; one that the provider refuses is left out, remembered, shown and logged', async () => {
    const { gateway, provider } = stage
    const key = await gateway.newKey()
    const first = await post('/v1/messages', key, 'tomorrow-2027-01-01,unheard-of-1')
    assert.equal(first.status, 200)
    assert.equal(first.headers.get('x-switchyard-dropped-beta'), null)
    assert.equal(provider.last.headers['anthropic-beta'], 'tomorrow-2027-01-01,unheard-of-1')

    provider.reset()
    provider.next(refusal)
    const second = await post('/v1/messages', key, 'tomorrow-2027-01-01,unheard-of-1')
    assert.equal(second.status, 200, await second.clone().text())
    assert.equal(second.headers.get('x-switchyard-dropped-beta'), 'tomorrow-2027-01-01')
    assert.deepEqual(
      provider.requests.map(({ headers }) => headers['anthropic-beta']),
      ['tomorrow-2027-01-01,unheard-of-1', 'unheard-of-1'],
    )
    assert.equal(provider.requests[0]?.sha256, provider.requests[1]?.sha256)

    const third = await post('/v1/messages', key, 'tomorrow-2027-01-01')
    assert.equal(third.headers.get('x-switchyard-dropped-beta'), 'tomorrow-2027-01-01')
    assert.equal(provider.requests.length, 3)
    assert.equal(provider.last.headers['anthropic-beta'], undefined)

    const statuses = (await gateway.spendRows(key, 4)).map((row) => row['status'])
    assert.deepEqual(statuses.toSorted(), ['failure', 'success', 'success', 'success'])
    const line = gateway.output.split('\n').find((one) => one.includes('tomorrow-2027-01-01'))
    assert.match(line ?? '', /"level":"warn".*"origin":"http:\/\/127\.0\.0\.1:\d+","flags":\["tomorrow-2027-01-01"\]/)
  })

  it('count for counting tokens too', async () => {
    const { gateway, provider } = stage
    provider.reset()
    provider.next({ ...refusal, body: refusal.body.replace('tomorrow', 'counting') })
    const counted = await post('/v1/messages/count_tokens', await gateway.newKey(), 'counting-2027-01-01')
    assert.deepEqual(await counted.json(), { input_tokens: 42 })
    assert.equal(counted.headers.get('x-switchyard-dropped-beta'), 'counting-2027-01-01')
    assert.equal(provider.requests.length, 2)
  })
})
