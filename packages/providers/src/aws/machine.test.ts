import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Outgoing, Target } from '@switchyard/core'
import { baseUrlOf, paramsOf, requireKey, type Given } from '../keys.ts'
import { jwt, machine, tempFolder, type Machine } from '../machine.fixture.ts'
import { bedrock } from '../native/bedrock/index.ts'
import { runtime } from '../native/bedrock/url.ts'
import { signFor } from './service.ts'

const folder = tempFolder()
after(folder.remove)
const written = folder.write

function targetOf({ env }: Machine, given: Given = {}): Target {
  const variables = (name: string): string | undefined => env[name]
  return {
    model: 'amazon.nova-lite-v1:0',
    baseUrl: baseUrlOf(bedrock, variables, given),
    key: requireKey(bedrock, variables, given),
    params: paramsOf(bedrock, variables, given),
    traits: { id: 'amazon.nova-lite-v1:0', supports: new Set(), lacks: new Set() },
  }
}

async function signer(on: Machine, target: Target): Promise<readonly [key: string | undefined, session: string | undefined]> {
  const outgoing: Outgoing = { url: `https://${runtime.hostFor('eu-west-1')}/x`, method: 'POST', headers: {}, body: undefined }
  await signFor(runtime, outgoing, { target, env: on.provider, region: 'eu-west-1' })
  const { authorization, 'x-amz-security-token': session } = outgoing.headers
  return [/Credential=([^/]+)/.exec(authorization ?? '')?.[1], session]
}

const grant = (key: string, expires: string, more = ''): string =>
  `{"AccessKeyId":"${key}","SecretAccessKey":"s","Token":"t-${key}","Expiration":"${expires}"${more}}`

const roles = '/latest/meta-data/iam/security-credentials/'
const region = { AWS_REGION: 'eu-west-1' }

test('an instance: a session first, then its role, once for calls side by side', async () => {
  const on = machine(region, ({ url, method, headers }) => {
    const { pathname, host } = new URL(url)
    assert.equal(host, '169.254.169.254')
    if (pathname === '/latest/api/token') {
      assert.equal(method, 'PUT')
      return [200, 'session-1']
    }
    assert.equal(headers['x-aws-ec2-metadata-token'], 'session-1')
    return [200, pathname === roles ? 'app-role\n' : grant('ASIA1', '2026-01-15T18:00:00Z', ',"Code":"Success"')]
  })
  const target = targetOf(on)
  const both = await Promise.all([signer(on, target), signer(on, target)])
  assert.deepEqual(both, [
    ['ASIA1', 't-ASIA1'],
    ['ASIA1', 't-ASIA1'],
  ])
  assert.deepEqual(
    on.asked.map(({ url }) => new URL(url).pathname),
    ['/latest/api/token', roles, `${roles}app-role`],
  )
})

test('no instance, or its metadata switched off: the error says what to set', async () => {
  const away = machine(region, () => undefined)
  await assert.rejects(signer(away, targetOf(away)), /AWS_ACCESS_KEY_ID.*a role of the instance, task or pod/)
  const off = machine({ ...region, AWS_EC2_METADATA_DISABLED: 'true' }, () => [200, 'x'])
  await assert.rejects(signer(off, targetOf(off)), { kind: 'auth' })
  assert.equal(off.asked.length, 0)
  const none = machine(region, ({ url }) => (url.endsWith('/token') ? [200, 's'] : [404, '']))
  await assert.rejects(signer(none, targetOf(none)), /status 404 of 169\.254\.169\.254/)
})

test('a task and a pod: renewed before the end, and the old ones serve while the agent is away', async () => {
  const token = written('pod-token', 'pod.jwt\n')
  const pod = {
    ...region,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials',
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
  }
  const on = machine(pod, ({ headers }, asked) => {
    assert.equal(headers['authorization'], 'pod.jwt')
    if (asked === 2) return [500, 'away']
    return [200, grant(`ASIA${asked}`, asked === 1 ? '2026-01-15T13:00:00Z' : '2026-01-15T14:00:00Z')]
  })
  const target = targetOf(on)
  const keyAt = async (time: string): Promise<string | undefined> => {
    on.now = Date.parse(`2026-01-15T${time}Z`)
    return (await signer(on, target))[0]
  }
  assert.equal(await keyAt('12:00:00'), 'ASIA1')
  assert.equal(await keyAt('12:57:00'), 'ASIA1')
  assert.equal(await keyAt('12:58:30'), 'ASIA1')
  assert.equal(on.asked.length, 2)
  assert.equal(await keyAt('12:58:40'), 'ASIA3')
  const task = machine({ ...region, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/id' }, () => [
    200,
    grant('ASIATASK', '2026-01-15T18:00:00Z'),
  ])
  assert.deepEqual(await signer(task, targetOf(task)), ['ASIATASK', 't-ASIATASK'])
  assert.equal(task.asked[0]?.url, 'http://169.254.170.2/v2/credentials/id')
})

test('the token of a container goes to no other host in the clear', async () => {
  const uri = 'http://collector.example/credentials'
  const on = machine({ ...region, AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: 't' }, () => [
    200,
    '',
  ])
  await assert.rejects(signer(on, targetOf(on)), /must be https/)
  assert.equal(on.asked.length, 0)
})

test('a machine’s credentials go to AWS only, and no deployment leads a request to them', async () => {
  const on = machine(region, () => [200, 'x'])
  await assert.rejects(
    signFor(
      runtime,
      { url: 'https://proxy.example/x', method: 'POST', headers: {}, body: undefined },
      {
        target: targetOf(on, { params: { aws_bedrock_runtime_endpoint: 'https://proxy.example' } }),
        env: on.provider,
        region: 'eu-west-1',
      },
    ),
    { kind: 'auth' },
  )
  assert.equal(on.asked.length, 0)
  for (const host of [
    '169.254.169.254',
    '2852039166',
    'metadata.google.internal',
    '[fd00:ec2::254]',
    '[::ffff:169.254.169.254]',
  ]) {
    assert.throws(() => targetOf(on, { apiBase: `http://${host}/latest` }), /credentials of the machine/, host)
  }
})

const profiles = (config: string, keys = ''): Record<string, string> => ({
  ...region,
  AWS_CONFIG_FILE: written('config', config),
  AWS_SHARED_CREDENTIALS_FILE: written('credentials', keys),
  AWS_EC2_METADATA_DISABLED: 'true',
})
const sts = (): readonly [number, string] => [
  200,
  '<R><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>' +
    '<Expiration>2026-01-15T13:00:00Z</Expiration></R>',
]

test('the usual profile serves without being named, and one that only names a region does not', async () => {
  const on = machine(profiles('', '[default]\naws_access_key_id=AKIAUSUAL\naws_secret_access_key=s\n'), () => undefined)
  assert.deepEqual(await signer(on, targetOf(on)), ['AKIAUSUAL', undefined])
  const empty = machine(profiles('[default]\nregion = eu-west-1\n'), () => undefined)
  await assert.rejects(signer(empty, targetOf(empty)), /AWS_ACCESS_KEY_ID/)
})

test('profiles take roles on in a chain, with a token, and with their own keys', async () => {
  const keys = '[base]\naws_access_key_id=AKIABASE\naws_secret_access_key=s\n'
  const role = (name: string, from: string): string => `[profile ${name}]\nrole_arn = arn:aws:iam::1:role/${name}\n${from}\n`
  const token = written('web-token', jwt('web'))
  const env = profiles(
    role('chain', 'source_profile = middle') +
      role('middle', 'source_profile = base') +
      role('base', 'source_profile = base') +
      role('web', `web_identity_token_file = ${token}`) +
      role('loop', 'source_profile = pool') +
      role('pool', 'source_profile = loop') +
      role('env', 'credential_source = Environment') +
      role('odd', 'credential_source = Elsewhere'),
    keys,
  )
  const named = (name: string): Given => ({ params: { aws_profile_name: name } })
  const chain = machine(env, sts)
  assert.deepEqual(await signer(chain, targetOf(chain, named('chain'))), ['ASIAROLE', 't'])
  const takenOn = chain.asked.map(({ body }) => new URLSearchParams(new TextDecoder().decode(body)).get('RoleArn'))
  assert.deepEqual(takenOn, ['arn:aws:iam::1:role/base', 'arn:aws:iam::1:role/middle', 'arn:aws:iam::1:role/chain'])
  const web = machine(env, sts)
  assert.equal((await signer(web, targetOf(web, named('web'))))[0], 'ASIAROLE')
  assert.match(new TextDecoder().decode(web.asked[0]?.body), /WebIdentityToken=[^&]+\.web\.sign&/)
  const loop = machine(env, sts)
  await assert.rejects(signer(loop, targetOf(loop, named('loop'))), /loop, pool, loop name each other/)
  const odd = machine(env, sts)
  await assert.rejects(signer(odd, targetOf(odd, named('odd'))), /no usable source/)
  const own = machine({ ...env, AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 's' }, sts)
  await signer(own, targetOf(own, named('env')))
  assert.match(own.asked[0]?.headers['authorization'] ?? '', /Credential=AKIAENV\//)
})

test('programs and logins are refused with the reason', async () => {
  const on = machine(
    profiles('[profile tool]\ncredential_process = /bin/give\n[profile sso]\nsso_session = corp\nsso_account_id = 1\n'),
    () => undefined,
  )
  const named = (name: string): Target => targetOf(on, { params: { aws_profile_name: name } })
  await assert.rejects(signer(on, named('tool')), /runs a program/)
  await assert.rejects(signer(on, named('sso')), /single sign-on/)
})

test('a role that the machine has already is not taken on again', async () => {
  const arn = 'arn:aws:iam::1:role/irsa'
  const env = { ...region, AWS_ROLE_ARN: arn, AWS_WEB_IDENTITY_TOKEN_FILE: written('irsa', jwt('irsa')) }
  const on = machine(env, sts)
  assert.equal((await signer(on, targetOf(on, { params: { aws_role_name: arn } })))[0], 'ASIAROLE')
  assert.equal(on.asked.length, 1)
})
