import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Incoming, Outgoing, ProviderEnv, Target } from '@switchyard/core'
import { isGatewayError, isObject, objectsOf, Secret, type JsonObject } from '@switchyard/wire'
import { signVertex } from './credentials.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
const account = {
  type: 'service_account',
  project_id: 'acct-proj',
  private_key_id: 'kid-1',
  private_key: pem,
  client_email: 'bot@acct-proj.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}

interface Google {
  readonly asked: Outgoing[]
  readonly env: ProviderEnv
  now: number
}

type Answers = Readonly<Record<string, readonly [status: number, body: string]>>

/** Google's servers with one answer for each URL; every other URL is not there. */
function google(answers: Answers, variables: Readonly<Record<string, string>> = {}): Google {
  const asked: Outgoing[] = []
  const it: Google = {
    asked,
    now: 1_000_000,
    env: {
      variable: (name) => variables[name],
      now: () => it.now,
      send: (outgoing): Promise<Incoming> => {
        asked.push(outgoing)
        const answer = answers[outgoing.url]
        if (answer === undefined) return Promise.reject(new TypeError('no such host'))
        return Promise.resolve({ status: answer[0], headers: new Headers(), body: bytes(answer[1]) })
      },
    },
  }
  return it
}

const tokenUrl = 'https://oauth2.googleapis.com/token'
const token = (text: string): readonly [number, string] => [200, JSON.stringify({ access_token: text, expires_in: 3600 })]

const target = (credentials: JsonObject | string | undefined, baseUrl = 'https://aiplatform.googleapis.com'): Target => ({
  model: 'm',
  baseUrl,
  key: undefined,
  params:
    credentials === undefined
      ? {}
      : { vertex_credentials: new Secret(typeof credentials === 'string' ? credentials : JSON.stringify(credentials)) },
  traits: { id: 'm', supports: new Set(), lacks: new Set() },
})
const request = (url = 'https://us-central1-aiplatform.googleapis.com/v1/projects/p/x'): Outgoing => ({
  url,
  method: 'POST',
  headers: {},
  body: undefined,
})

const formOf = ({ body }: Outgoing): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(new TextDecoder().decode(body)))
const part = (text: string | undefined): unknown => JSON.parse(Buffer.from(text ?? '', 'base64url').toString())

test('a service account: the assertion is signed, and one token serves until shortly before its end', async () => {
  const it = google({ [tokenUrl]: token('ya29.one') })
  const one = target(account)
  const outgoing = request()
  await Promise.all([signVertex(outgoing, one, it.env), signVertex(request(), one, it.env)])
  assert.deepEqual(outgoing.headers, { authorization: 'Bearer ya29.one' })
  assert.equal(it.asked.length, 1)
  const { assertion = '', grant_type: grant } = formOf(it.asked[0] ?? request())
  assert.equal(grant, 'urn:ietf:params:oauth:grant-type:jwt-bearer')
  const [header, claims, signature] = assertion.split('.')
  assert.deepEqual(part(header), { alg: 'RS256', typ: 'JWT', kid: 'kid-1' })
  assert.deepEqual(part(claims), {
    iss: account.client_email,
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    aud: tokenUrl,
    iat: 1000,
    exp: 4600,
  })
  const signed = Buffer.from(`${header}.${claims}`)
  assert.ok(
    verify(
      'RSA-SHA256',
      signed,
      createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })),
      Buffer.from(signature ?? '', 'base64url'),
    ),
  )
  it.now += 3_400_000
  await signVertex(request(), one, it.env)
  assert.equal(it.asked.length, 1)
  it.now += 100_000
  await signVertex(request(), one, it.env)
  assert.equal(it.asked.length, 2)
})

test('the project of the credential stands in where none is configured', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vertex-'))
  const path = join(folder, 'key.json')
  await writeFile(path, JSON.stringify(account))
  const outgoing = request('https://us-central1-aiplatform.googleapis.com/v1/projects/{project}/x')
  await signVertex(outgoing, target(path), google({ [tokenUrl]: token('t') }).env)
  assert.equal(outgoing.url, 'https://us-central1-aiplatform.googleapis.com/v1/projects/acct-proj/x')
})

test("a user's login is refreshed, and the project that it bills is told", async () => {
  const login = { type: 'authorized_user', client_id: 'c', client_secret: 's&s', refresh_token: 'r', quota_project_id: 'q' }
  const it = google({ [tokenUrl]: token('t') })
  const outgoing = request()
  await signVertex(outgoing, target(login), it.env)
  assert.deepEqual(outgoing.headers, { authorization: 'Bearer t', 'x-goog-user-project': 'q' })
  assert.deepEqual(formOf(it.asked[0] ?? request()), {
    grant_type: 'refresh_token',
    client_id: 'c',
    client_secret: 's&s',
    refresh_token: 'r',
  })
})

test('workload identity: the token of another house becomes one of a service account', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vertex-'))
  const file = join(folder, 'token.json')
  await writeFile(file, '{"id":"theirs"}')
  const impersonation = 'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/bot:generateAccessToken'
  const federation = {
    type: 'external_account',
    audience: '//iam.googleapis.com/pool',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: 'https://sts.googleapis.com/v1/token',
    credential_source: { file, format: { type: 'json', subject_token_field_name: 'id' } },
    service_account_impersonation_url: impersonation,
  }
  const it = google({
    [federation.token_url]: token('federated'),
    [impersonation]: [200, '{"accessToken":"acting","expireTime":"2030-01-01T00:00:00Z"}'],
  })
  const outgoing = request()
  await signVertex(outgoing, target(federation), it.env)
  assert.equal(outgoing.headers['authorization'], 'Bearer acting')
  assert.equal(formOf(it.asked[0] ?? request())['subject_token'], 'theirs')
  assert.equal(it.asked[1]?.headers['authorization'], 'Bearer federated')
})

const awsFederation = {
  type: 'external_account',
  audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/aws',
  subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
  credential_source: {
    environment_id: 'aws1',
    region_url: 'http://169.254.169.254/latest/meta-data/placement/availability-zone',
    imdsv2_session_token_url: 'http://169.254.169.254/latest/api/token',
    regional_cred_verification_url: 'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
  },
}

test('workload identity of AWS: the machine signs a question about itself, which Google sends', async () => {
  const imds = 'http://169.254.169.254/latest'
  const role = `${imds}/meta-data/iam/security-credentials/`
  const grant = '{"AccessKeyId":"ASIA1","SecretAccessKey":"s","Token":"tok","Expiration":"2030-01-01T00:00:00Z"}'
  const it = google({
    [`${imds}/api/token`]: [200, 'session'],
    [`${imds}/meta-data/placement/availability-zone`]: [200, 'eu-west-1b'],
    [role]: [200, 'app'],
    [`${role}app`]: [200, grant],
    'https://sts.googleapis.com/v1/token': token('federated'),
  })
  const outgoing = request()
  await signVertex(outgoing, target(awsFederation), it.env)
  assert.equal(outgoing.headers['authorization'], 'Bearer federated')
  const form = formOf(it.asked.at(-1) ?? request())
  assert.equal(form['subject_token_type'], awsFederation.subject_token_type)
  const proof: unknown = JSON.parse(decodeURIComponent(form['subject_token'] ?? ''))
  assert.ok(isObject(proof))
  assert.equal(proof['url'], 'https://sts.eu-west-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15')
  const headers = new Map(objectsOf(proof['headers']).map(({ key, value }) => [key, String(value)]))
  assert.equal(headers.get('host'), 'sts.eu-west-1.amazonaws.com')
  assert.equal(headers.get('x-goog-cloud-target-resource'), awsFederation.audience)
  assert.equal(headers.get('x-amz-security-token'), 'tok')
  assert.match(headers.get('authorization') ?? '', /Credential=ASIA1\/19700101\/eu-west-1\/sts\/aws4_request/)
})

test('the proof of a machine of AWS is made for nobody but AWS', async () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'eu-west-1' }
  const source = awsFederation.credential_source
  const wrong: readonly JsonObject[] = [
    { ...source, regional_cred_verification_url: 'https://sts.{region}.amazonaws.com.evil.example/' },
    { ...source, environment_id: 'aws9' },
  ]
  for (const credential_source of wrong) {
    const it = google({}, keys)
    await assert.rejects(signVertex(request(), target({ ...awsFederation, credential_source }), it.env), /cannot be used/)
    assert.equal(it.asked.length, 0)
  }
  const elsewhere = google({})
  const credential_source = { ...source, region_url: 'http://10.0.0.1/zone' }
  await assert.rejects(
    signVertex(request(), target({ ...awsFederation, credential_source }), elsewhere.env),
    /not those of an instance/,
  )
})

test("the machine's own account signs for Google's hosts and for nobody else's", async () => {
  const root = 'http://metadata.google.internal/computeMetadata/v1'
  const answers: Answers = {
    [`${root}/instance/service-accounts/default/token`]: token('machine'),
    [`${root}/project/project-id`]: [200, 'machine-proj'],
  }
  const outgoing = request('https://us-central1-aiplatform.googleapis.com/v1/projects/{project}/x')
  const one = target(undefined)
  await signVertex(outgoing, one, google(answers).env)
  assert.equal(outgoing.headers['authorization'], 'Bearer machine')
  assert.match(outgoing.url, /projects\/machine-proj\/x$/)
  const elsewhere = google(answers)
  await assert.rejects(
    signVertex(request('https://own.example/v1/x'), { ...one, baseUrl: 'https://own.example' }, elsewhere.env),
    (error) => isGatewayError(error) && error.kind === 'auth',
  )
  assert.equal(elsewhere.asked.length, 0)
  const named = google(answers, { VERTEXAI_API_BASE: 'https://own.example/' })
  await signVertex(request('https://own.example/v1/x'), target(undefined, 'https://own.example'), named.env)
})

test('whatever of the machine a deployment points to, its token goes to Google and to its owner’s address alone', async () => {
  const federation = { type: 'external_account', audience: 'a', subject_token_type: 't', credential_source: { file: '/token' } }
  for (const given of [
    '/root/account.json',
    federation,
    { type: 'impersonated_service_account', source_credentials: federation },
  ]) {
    const on = google({})
    const foreign = target(given, 'https://own.example')
    await assert.rejects(signVertex(request('https://own.example/v1/x'), foreign, on.env), { kind: 'auth' })
    assert.deepEqual(on.asked, [])
  }
  const user = { type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'r' }
  const outgoing = request('https://own.example/v1/x')
  await signVertex(outgoing, target(user, 'https://own.example'), google({ [tokenUrl]: token('own') }).env)
  assert.equal(outgoing.headers['authorization'], 'Bearer own')
})

test('where there is no credential at all, the error says which would be one', async () => {
  await assert.rejects(
    signVertex(request(), target(undefined), google({}).env),
    /VERTEXAI_CREDENTIALS or GOOGLE_APPLICATION_CREDENTIALS/,
  )
})

test('secrets go only to Google, and no refusal repeats them', async () => {
  const cases: readonly (readonly [JsonObject | string, RegExp])[] = [
    [{ ...account, token_uri: 'https://evil.example/token' }, /"token_uri" is not an https URL below googleapis\.com/],
    [{ ...account, token_uri: 'https://googleapis.com.evil.example/token' }, /token_uri/],
    [{ ...account, private_key: 'not a key' }, /private_key of vertex_credentials is not a PKCS#8 key/],
    [{ ...account, client_email: undefined }, /no "client_email"/],
    [{ type: 'gdch_service_account' }, /of a type that is not known \("gdch_service_account"\)/],
    ['/no/such/file.json', /names a file that cannot be found/],
    ['{"type"', /is not valid JSON/],
    [{ type: 'external_account', audience: 'a', credential_source: { executable: { command: 'x' } } }, /programs are not run/],
  ]
  for (const [credentials, message] of cases) {
    const it = google({})
    await assert.rejects(signVertex(request(), target(credentials), it.env), message)
    assert.equal(it.asked.length, 0)
  }
  const refused = google({ [tokenUrl]: [400, '{"error":"invalid_grant","error_description":"Account bot@acct-proj"}'] })
  await assert.rejects(signVertex(request(), target(account), refused.env), (error) => {
    assert.ok(isGatewayError(error))
    assert.equal(error.kind, 'auth')
    assert.match(error.message, /refused by oauth2\.googleapis\.com \(invalid_grant\)/)
    assert.doesNotMatch(error.message, /bot@/)
    return true
  })
})

test('a refused exchange is tried again with the next call', async () => {
  const answers: Record<string, readonly [number, string]> = { [tokenUrl]: [503, ''] }
  const it = google(answers)
  const one = target(account)
  await assert.rejects(signVertex(request(), one, it.env), (error) => isGatewayError(error) && error.kind === 'unavailable')
  answers[tokenUrl] = token('later')
  const outgoing = request()
  await signVertex(outgoing, one, it.env)
  assert.equal(outgoing.headers['authorization'], 'Bearer later')
})
