import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { load, loadGood } from '../config/load-for-test.ts'
import { publicOrigin } from './public-origin.ts'

const asked = (headers: Record<string, string>): string =>
  publicOrigin({ headers: new Headers(headers), url: 'http://localhost/x' }, {})

describe('where clients reach the gateway', () => {
  it('is where they asked, by TLS when whoever stands before it says so, and nowhere else', () => {
    assert.equal(asked({ host: 'gateway.example:8080' }), 'http://gateway.example:8080')
    assert.equal(asked({ host: 'gateway.example', 'x-forwarded-proto': 'https, http' }), 'https://gateway.example')
    assert.equal(asked({ host: 'gateway.example', 'x-forwarded-host': 'evil.example' }), 'http://gateway.example')
    assert.equal(asked({ host: 'evil.example/"x' }), 'http://localhost')
    assert.equal(asked({}), 'http://localhost')
  })

  it('is what the operator says, in the configuration or LiteLLM’s variable', async () => {
    const written = (await loadGood('switchyard_settings: { public_url: "https://gateway.example/ai/" }')).switchyard
    assert.equal(written.publicUrl, 'https://gateway.example/ai')
    const host = new Headers({ host: 'elsewhere.example' })
    assert.equal(publicOrigin({ headers: host, url: 'http://localhost/x' }, written), 'https://gateway.example/ai')
    assert.equal(
      (await loadGood('{}', { PROXY_BASE_URL: 'https://proxy.example' })).switchyard.publicUrl,
      'https://proxy.example',
    )
    assert.equal((await loadGood('{}', {})).switchyard.publicUrl, undefined)
    for (const wrong of ['gateway.example', 'ftp://gateway.example', 'https://user@gateway.example', 'https://gateway.example?x'])
      assert.equal((await load(`switchyard_settings: { public_url: "${wrong}" }`)).config, undefined, wrong)
  })
})
