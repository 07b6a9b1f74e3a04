import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Outgoing, ProviderEnv, Target } from '@switchyard/core'
import type { JsonObject } from '@switchyard/wire'
import { bedrock } from '../native/bedrock/index.ts'
import { baseUrlOf, keyOf, paramsOf, type Given } from '../keys.ts'
import { jwt } from '../machine.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'aws-'))
after(() => rmSync(folder, { recursive: true }))

const start = Date.parse('2026-01-15T12:00:00Z')
const body = new TextEncoder().encode('{}')

interface Asked {
  readonly url: string
  readonly form: URLSearchParams
  readonly authorization: string | undefined
}

interface Machine {
  readonly env: Record<string, string>
  readonly asked: Asked[]
  readonly provider: ProviderEnv
  now: number
}

/** A machine whose token service answers with credentials that hold an hour. */
function machine(env: Record<string, string>): Machine {
  const asked: Asked[] = []
  const made: Machine = {
    env,
    asked,
    now: start,
    provider: {
      variable: (name) => env[name],
      now: () => made.now,
      send: (outgoing) => {
        const form = new URLSearchParams(new TextDecoder().decode(outgoing.body))
        asked.push({ url: outgoing.url, form, authorization: outgoing.headers['authorization'] })
        return Promise.resolve({ status: 200, headers: new Headers(), body: once(grant(asked.length, made.now)) })
      },
    },
  }
  return made
}

const grant = (number: number, now: number): string =>
  `<R><Credentials><AccessKeyId>ASIA${number}</AccessKeyId><SecretAccessKey>s/${number}</SecretAccessKey>` +
  `<SessionToken>t${number}==</SessionToken><Expiration>${new Date(now + 3_600_000).toISOString()}</Expiration></Credentials></R>`

async function* once(text: string): AsyncGenerator<Uint8Array, void, void> {
  yield new TextEncoder().encode(text)
}

function targetOf({ env }: Machine, given: Given = {}): Target {
  const variables = (name: string): string | undefined => env[name]
  return {
    model: 'anthropic.claude-3-haiku-20240307-v1:0',
    baseUrl: baseUrlOf(bedrock, variables, given),
    key: keyOf(bedrock, variables, given),
    params: paramsOf(bedrock, variables, given),
    traits: { id: 'anthropic.claude-3-haiku-20240307-v1:0', supports: new Set(), lacks: new Set() },
  }
}

async function signed(on: Machine, target: Target): Promise<Outgoing> {
  const url =
    bedrock.url?.(target, { shape: 'native', path: '/converse' }, { operation: 'chat', stream: false }) ?? target.baseUrl
  const outgoing: Outgoing = { url, method: 'POST', headers: { 'content-type': 'application/json' }, body }
  await bedrock.prepare?.(outgoing, target, on.provider)
  return outgoing
}

const accessKey = ({ headers }: Outgoing): string | undefined => /Credential=([^/]+)/.exec(headers['authorization'] ?? '')?.[1]

const staticKeys = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env-secret', AWS_REGION: 'eu-west-1' }

test('keys and session of the environment', async () => {
  const on = machine({ ...staticKeys, AWS_SESSION_TOKEN: 'env-session' })
  const outgoing = await signed(on, targetOf(on))
  assert.equal(
    outgoing.url,
    'https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse',
  )
  assert.equal(accessKey(outgoing), 'AKIAENV')
  assert.equal(outgoing.headers['x-amz-security-token'], 'env-session')
})

test('the environment’s session does not go with a deployment’s own keys, nor does its bearer key', async () => {
  const on = machine({ ...staticKeys, AWS_SESSION_TOKEN: 'env-session', AWS_BEARER_TOKEN_BEDROCK: 'env-bearer' })
  const params: JsonObject = { aws_access_key_id: 'AKIAOWN', aws_secret_access_key: 'own-secret' }
  const outgoing = await signed(on, targetOf(on, { params }))
  assert.equal(accessKey(outgoing), 'AKIAOWN')
  assert.equal(outgoing.headers['x-amz-security-token'], undefined)
})

test('a bearer key goes before credentials', async () => {
  const on = machine({ ...staticKeys, AWS_BEARER_TOKEN_BEDROCK: 'env-bearer' })
  const outgoing = await signed(on, targetOf(on))
  assert.equal(outgoing.headers['authorization'], 'Bearer env-bearer')
  assert.equal(outgoing.headers['x-amz-date'], undefined)
})

test('a role is assumed once, with the keys of the environment, and again before it runs out', async () => {
  const on = machine(staticKeys)
  const target = targetOf(on, {
    params: {
      aws_role_name: 'arn:aws:iam::1:role/r',
      aws_external_id: 'x-1',
      aws_session_name: 's',
      aws_session_tags: [{ Key: 'team', Value: 'red' }],
    },
  })
  const [first, second] = await Promise.all([signed(on, target), signed(on, target)])
  assert.deepEqual([accessKey(first), accessKey(second)], ['ASIA1', 'ASIA1'])
  assert.equal(first.headers['x-amz-security-token'], 't1==')
  const [asked] = on.asked
  assert.equal(asked?.url, 'https://sts.eu-west-1.amazonaws.com/')
  assert.deepEqual(Object.fromEntries(asked?.form ?? []), {
    Action: 'AssumeRole',
    ExternalId: 'x-1',
    'Tags.member.1.Key': 'team',
    'Tags.member.1.Value': 'red',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:iam::1:role/r',
    RoleSessionName: 's',
  })
  assert.match(asked?.authorization ?? '', /Credential=AKIAENV\/20260115\/eu-west-1\/sts\/aws4_request/)
  on.now += 3_590_000
  assert.equal(accessKey(await signed(on, target)), 'ASIA2')
})

test('a web identity of the environment is read from its file and not signed', async () => {
  const file = join(folder, 'token')
  writeFileSync(file, `${jwt('pod')}\n`)
  const on = machine({ AWS_ROLE_ARN: 'arn:aws:iam::1:role/irsa', AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_REGION: 'us-east-1' })
  assert.equal(accessKey(await signed(on, targetOf(on))), 'ASIA1')
  assert.equal(on.asked[0]?.form.get('WebIdentityToken'), jwt('pod'))
  assert.equal(on.asked[0]?.authorization, undefined)
})

test('a profile, and one that takes on a role with another’s keys', async () => {
  writeFileSync(join(folder, 'credentials'), '[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = d\n')
  writeFileSync(join(folder, 'config'), '[profile team]\nrole_arn = arn:aws:iam::1:role/team\nsource_profile = default\n')
  const files = {
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    AWS_CONFIG_FILE: join(folder, 'config'),
  }
  const plain = machine({ ...files, AWS_PROFILE: 'default' })
  assert.equal(accessKey(await signed(plain, targetOf(plain))), 'AKIADEFAULT')
  const team = machine(files)
  assert.equal(accessKey(await signed(team, targetOf(team, { params: { aws_profile_name: 'team' } }))), 'ASIA1')
  assert.match(team.asked[0]?.authorization ?? '', /Credential=AKIADEFAULT\//)
  const none = machine(files)
  await assert.rejects(signed(none, targetOf(none, { params: { aws_profile_name: 'nobody' } })), /no AWS profile "nobody"/)
})

test('credentials of the environment go to AWS only', async () => {
  const on = machine({ ...staticKeys, AWS_BEARER_TOKEN_BEDROCK: 'env-bearer', AWS_PROFILE: 'default' })
  await assert.rejects(signed(on, targetOf(on, { apiBase: 'https://evil.example' })), { kind: 'auth' })
  await assert.rejects(signed(on, targetOf(on, { apiBase: 'https://evil.s3.amazonaws.com' })), { kind: 'auth' })
  const params: JsonObject = { aws_bedrock_runtime_endpoint: 'https://evil.example' }
  await assert.rejects(signed(on, targetOf(on, { params })), /go only to AWS/)
  const link = { aws_bedrock_runtime_endpoint: 'https://vpce-1-a.bedrock-runtime.eu-west-1.vpce.amazonaws.com' }
  assert.equal((await signed(on, targetOf(on, { params: link }))).headers['authorization'], 'Bearer env-bearer')
})

test('an address of the environment gets them, signed for the region’s own host', async () => {
  const on = machine({ ...staticKeys, AWS_BEDROCK_RUNTIME_ENDPOINT: 'http://localhost:9999' })
  const outgoing = await signed(on, targetOf(on))
  assert.ok(outgoing.url.startsWith('http://localhost:9999/model/'))
  assert.equal(accessKey(outgoing), 'AKIAENV')
})

test('nothing at all says what to set', async () => {
  const on = machine({ AWS_EC2_METADATA_DISABLED: 'true' })
  await assert.rejects(signed(on, targetOf(on)), /AWS_ACCESS_KEY_ID/)
})

test('a token service that a deployment names gets its own token and its own signature, never those of the machine', async () => {
  const file = join(folder, 'pod-token')
  writeFileSync(file, jwt('pod'))
  const evil = { aws_sts_endpoint: 'https://evil.example', aws_role_name: 'arn:aws:iam::1:role/r' }
  const on = machine({ ...staticKeys, PIPELINE: jwt('pipeline') })
  for (const token of [file, 'oidc/env/PIPELINE']) {
    await assert.rejects(signed(on, targetOf(on, { params: { ...evil, aws_web_identity_token: token } })), /none of AWS's token/)
  }
  await assert.rejects(signed(on, targetOf(on, { params: evil })), /AWS_ENDPOINT_URL_STS/)
  const pod = machine({ AWS_ROLE_ARN: 'arn:aws:iam::1:role/irsa', AWS_WEB_IDENTITY_TOKEN_FILE: file })
  await assert.rejects(signed(pod, targetOf(pod, { params: { aws_sts_endpoint: 'https://evil.example' } })), { kind: 'auth' })
  assert.deepEqual([...on.asked, ...pod.asked], [])
  await signed(on, targetOf(on, { params: { ...evil, aws_web_identity_token: jwt('own') } }))
  await signed(on, targetOf(on, { params: { ...evil, aws_access_key_id: 'AKIAOWN', aws_secret_access_key: 'o' } }))
  const link = 'https://vpce-1-a.sts.eu-west-1.vpce.amazonaws.com'
  await signed(on, targetOf(on, { params: { ...evil, aws_sts_endpoint: link } }))
  const trusting = machine({ ...staticKeys, AWS_ENDPOINT_URL_STS: 'http://localhost:4566' })
  await signed(trusting, targetOf(trusting, { params: { ...evil, aws_sts_endpoint: 'http://localhost:4566' } }))
  assert.deepEqual(
    [...on.asked, ...trusting.asked].map(({ url }) => url),
    ['https://evil.example/', 'https://evil.example/', `${link}/`, 'http://localhost:4566/'],
  )
})
