import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, verify, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import type { Outgoing, Provider, Target } from '@switchyard/core'
import { isObject, parseJson, type JsonObject } from '@switchyard/wire'
import { baseUrlOf, paramsOf, requireKey, type Given } from '../../keys.ts'
import { jwt, machine, tempFolder, type Answer, type Machine } from '../../machine.fixture.ts'
import { azureAi } from './foundry.ts'
import { azure } from './index.ts'

const folder = tempFolder()
after(folder.remove)
const written = folder.write

const base = 'https://orc.openai.azure.com'
const entra = (): Answer => [200, '{"access_token":"bought","expires_in":3600}']

async function signed(provider: Provider, on: Machine, given: Given = {}): Promise<Record<string, string>> {
  const { variable } = on.provider
  const all = { apiBase: base, ...given }
  const target: Target = {
    model: 'm',
    baseUrl: baseUrlOf(provider, variable, all),
    key: requireKey(provider, variable, all),
    params: paramsOf(provider, variable, all),
    traits: { id: 'm', supports: new Set(), lacks: new Set() },
  }
  const outgoing: Outgoing = { url: `${target.baseUrl}/x`, method: 'POST', headers: {}, body: undefined }
  await provider.prepare?.(outgoing, target, on.provider)
  return outgoing.headers
}

const formOf = (outgoing: Outgoing | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(new TextDecoder().decode(outgoing?.body)))

const app = { AZURE_TENANT_ID: 'tenant', AZURE_CLIENT_ID: 'client' }
const tokenUrl = 'https://login.microsoftonline.com/tenant/oauth2/v2.0/token'

test('workload identity: the pod’s token buys one, for Azure OpenAI and for Foundry', async () => {
  const env = { ...app, AZURE_FEDERATED_TOKEN_FILE: written('pod', `${jwt('pod')}\n`) }
  const foundry = 'https://orc.services.ai.azure.com'
  for (const [provider, apiBase] of [[azure, base] as const, [azureAi, foundry] as const]) {
    const on = machine(env, entra)
    assert.deepEqual(await signed(provider, on, { apiBase }), { authorization: 'Bearer bought' })
    assert.equal(on.asked[0]?.url, tokenUrl)
    assert.deepEqual(formOf(on.asked[0]), {
      grant_type: 'client_credentials',
      client_id: 'client',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: jwt('pod'),
      scope: 'https://cognitiveservices.azure.com/.default',
    })
  }
})

test('a token that is named by a reference is exchanged', async () => {
  const on = machine({ ...app, PIPELINE_TOKEN: jwt('pipeline') }, entra)
  const params: JsonObject = { azure_ad_token: 'oidc/env/PIPELINE_TOKEN' }
  assert.deepEqual(await signed(azure, on, { params }), { authorization: 'Bearer bought' })
  assert.equal(formOf(on.asked[0])['client_assertion'], jwt('pipeline'))
  const github = machine(
    { ...app, ACTIONS_ID_TOKEN_REQUEST_URL: 'https://ci.example/?v=1', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'r' },
    ({ url }) => (url.startsWith('https://ci.example/') ? [200, JSON.stringify({ value: jwt('github') })] : entra()),
  )
  await signed(azure, github, { params: { azure_ad_token: 'oidc/github/api://AzureADTokenExchange' } })
  assert.equal(github.asked[0]?.url, 'https://ci.example/?v=1&audience=api%3A%2F%2FAzureADTokenExchange')
  assert.equal(formOf(github.asked[1])['client_assertion'], jwt('github'))
})

test('no reference sends a secret of the environment away, and no deployment chooses who gets the proof', async () => {
  const secrets = { DATABASE_URL: 'postgres://user:secret@host/db', MAIL_KEY: 'SG.abc.def' }
  const on = machine({ ...app, ...secrets, AZURE_CLIENT_SECRET: 's' }, entra)
  await assert.rejects(signed(azure, on, { params: { azure_ad_token: 'oidc/env/MAIL_KEY' } }), /not a JWT/)
  await assert.rejects(signed(azure, on, { params: { azure_ad_token: 'oidc/env/DATABASE_URL' } }), /not a JWT/)
  await assert.rejects(signed(azure, on, { params: { azure_ad_token: 'oidc/vault/x' } }), /"oidc\/vault\/" is not known/)
  await assert.rejects(signed(azure, on, { params: { authority_host: 'https://evil.example' } }), /no authority of Microsoft/)
  assert.equal(on.asked.length, 0)
  const trusted = machine({ ...app, AZURE_CLIENT_SECRET: 's', AZURE_AUTHORITY_HOST: 'https://login.corp.example/' }, entra)
  await signed(azure, trusted)
  assert.equal(trusted.asked[0]?.url, 'https://login.corp.example/tenant/oauth2/v2.0/token')
})

test('a user’s name and password', async () => {
  const on = machine({ ...app, AZURE_USERNAME: 'ada', AZURE_PASSWORD: 'p&w' }, entra)
  await signed(azure, on)
  const { grant_type: grant, username, password, client_id: client } = formOf(on.asked[0])
  assert.deepEqual([grant, username, password, client], ['password', 'ada', 'p&w', 'client'])
})

test('a certificate signs who asks, and is named by its thumbprint', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const certificate = readFileSync(new URL('../../../../../fixtures/tls/localhost.pem', import.meta.url), 'utf8')
  const file = written('both.pem', `${certificate}${privateKey.export({ type: 'pkcs8', format: 'pem' })}`)
  const on = machine({ ...app, AZURE_CERTIFICATE_PATH: file }, entra)
  await signed(azure, on)
  const [head = '', body = '', signature = ''] = (formOf(on.asked[0])['client_assertion'] ?? '').split('.')
  assert.deepEqual(parseJson(Buffer.from(head, 'base64url').toString()), {
    alg: 'RS256',
    typ: 'JWT',
    'x5t#S256': createHash('sha256').update(new X509Certificate(certificate).raw).digest('base64url'),
  })
  const claims = parseJson(Buffer.from(body, 'base64url').toString())
  assert.ok(isObject(claims))
  const end = Date.parse('2026-01-15T12:10:00Z') / 1000
  assert.deepEqual([claims['aud'], claims['iss'], claims['sub'], claims['exp']], [tokenUrl, 'client', 'client', end])
  assert.ok(verify('sha256', Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, 'base64url')))
  const bare = machine({ ...app, AZURE_CERTIFICATE_PATH: written('bare.pem', certificate) }, entra)
  await assert.rejects(signed(azure, bare), /no PEM file with a certificate and its unencrypted PKCS#8 key/)
})

const identity: Answer = [200, '{"access_token":"machine","expires_in":"3599","token_type":"Bearer"}']

test('a managed identity of a virtual machine: the machine’s own, and one that a user assigned', async () => {
  const own = machine({ AZURE_CREDENTIAL: 'ManagedIdentityCredential' }, () => identity)
  assert.deepEqual(await signed(azure, own), { authorization: 'Bearer machine' })
  const place = 'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01'
  const resource = '&resource=https%3A%2F%2Fcognitiveservices.azure.com'
  assert.equal(own.asked[0]?.url, place + resource)
  assert.equal(own.asked[0]?.headers['metadata'], 'true')
  const assigned = machine({}, () => identity)
  await signed(azure, assigned, { params: { client_id: 'mi-1' } })
  assert.equal(assigned.asked[0]?.url, `${place}${resource}&client_id=mi-1`)
})

test('a managed identity of App Service', async () => {
  const env = {
    AZURE_CREDENTIAL: 'DefaultAzureCredential',
    IDENTITY_ENDPOINT: 'http://127.0.0.1:41/msi/token',
    IDENTITY_HEADER: 'h',
  }
  const on = machine(env, () => [200, '{"access_token":"machine","expires_on":"1768482000"}'])
  await signed(azureAi, on, { apiBase: 'https://orc.services.ai.azure.com' })
  assert.match(on.asked[0]?.url ?? '', /^http:\/\/127\.0\.0\.1:41\/msi\/token\?api-version=2019-08-01&resource=/)
  assert.equal(on.asked[0]?.headers['x-identity-header'], 'h')
})

test('a machine’s identity goes to Azure and to its owner’s address alone; where there is none, the error says what to set', async () => {
  const env = { AZURE_CREDENTIAL: 'ManagedIdentityCredential' }
  const foreign = machine(env, () => identity)
  await assert.rejects(signed(azure, foreign, { apiBase: 'https://evil.example' }), { kind: 'auth' })
  await assert.rejects(signed(azure, foreign, { apiBase: 'https://evil.example', params: { client_secret: 'own' } }), {
    kind: 'auth',
  })
  assert.equal(foreign.asked.length, 0)
  const proxy = machine({ ...env, AZURE_API_BASE: 'https://proxy.corp.example' }, () => identity)
  assert.deepEqual(await signed(azure, proxy, { apiBase: 'https://proxy.corp.example' }), { authorization: 'Bearer machine' })
  await assert.rejects(
    signed(
      azure,
      machine(env, () => undefined),
    ),
    /no managed identity here: set AZURE_API_KEY/,
  )
  const refused = machine(env, () => [400, '{"error":"invalid_request","error_description":"Identity not found"}'])
  await assert.rejects(signed(azure, refused), /gave no token \(invalid_request\)/)
  await assert.rejects(
    signed(
      azure,
      machine(app, () => identity),
    ),
    /AZURE_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE/,
  )
})

test('whatever of the machine a deployment points to, its token goes to Azure and to its owner’s address alone', async () => {
  const pod = written('federated', jwt('pod'))
  const pointing: readonly JsonObject[] = [
    // Half a way to sign: the machine would be asked in its place.
    { azure_password: 'p' },
    { azure_ad_token: 'oidc/env/PIPELINE_TOKEN' },
    { azure_federated_token_file: pod },
    { azure_certificate_path: pod },
  ]
  const env = { AZURE_CLIENT_ID: 'client', PIPELINE_TOKEN: jwt('pipeline') }
  for (const params of pointing) {
    const on = machine(env, entra)
    const given = { params: { tenant_id: 'tenant', ...params } }
    await assert.rejects(signed(azure, on, { apiBase: 'https://evil.example', ...given }), /only to Azure's own hosts/)
    // Behind it customers run programs of their own.
    await assert.rejects(signed(azureAi, on, { apiBase: 'https://x.eastus.inference.ml.azure.com', ...given }), { kind: 'auth' })
    assert.deepEqual(on.asked, [], JSON.stringify(params))
  }
  const proxy = machine({ ...env, AZURE_API_BASE: 'https://proxy.corp.example/a' }, entra)
  const params = { tenant_id: 'tenant', azure_federated_token_file: pod }
  await signed(azure, proxy, { apiBase: 'https://proxy.corp.example/b', params })
  const own = machine(env, entra)
  await signed(azure, own, { apiBase: 'https://proxy.example', params: { tenant_id: 'tenant', client_secret: 'its own' } })
  assert.equal(formOf(own.asked[0])['client_secret'], 'its own')
})
