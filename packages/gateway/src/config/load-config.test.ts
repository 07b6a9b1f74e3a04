import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { load, loadGood } from './load-for-test.ts'

const example = `
model_list:
  - model_name: chat-main
    litellm_params: {model: azure/gpt-x-dep, api_base: os.environ/AZ_BASE, api_key: os.environ/AZ_KEY, rpm: 600, order: 1}
    model_info: {base_model: azure/gpt-x, access_groups: [prod]}
  - model_name: chat-main
    litellm_params:
      model: openai/gpt-x
      api_key: os.environ/OAI
      order: 2
      timeout: 30
      stream_timeout: "2.5"
      max_budget: 12.5
      budget_duration: 30d
      input_cost_per_token: 1e-6
      output_cost_per_token: 0.0000025
      extra_headers: {X-Team: blue}
      extra_body: {store: false}
      temperature: 0.2
      tags: [fast, eu]
  - model_name: "anthropic/*"
    litellm_params: {model: "anthropic/*", litellm_credential_name: anth}
credential_list:
  - credential_name: anth
    credential_values: {api_key: os.environ/ANTH, api_base: https://anthropic.example}
    credential_info: {custom_llm_provider: anthropic}
litellm_settings:
  drop_params: yes
  num_retries: 4
  request_timeout: 60
  fallbacks: [{chat-main: [anthropic/claude]}]
  max_budget: 100
  budget_duration: monthly
  default_key_generate_params: {max_budget: 1.5, models: [chat-main]}
  upperbound_key_generate_params: {max_budget: 100, tpm_limit: 1_000}
general_settings:
  master_key: os.environ/MASTER
  database_url: sqlite:data/switchyard.db
router_settings:
  timeout: 20
  cooldown_time: 0
  retry_policy: {TimeoutErrorRetries: 3, DefaultRetries: 1}
  allowed_fails_policy: {RateLimitErrorAllowedFails: 100}
  model_group_alias: {gpt: chat-main, old: {model: chat-main, hidden: true}}
switchyard_settings:
  unpriced: refuse
  journal_sync: write
  egress: {allow_private: [10.0.0.5]}
`
const exampleEnv = {
  AZ_BASE: 'https://az.example',
  AZ_KEY: 'az-secret',
  OAI: 'oai-secret',
  ANTH: 'anth-secret',
  MASTER: 'sk-master-x',
}

test("a config of LiteLLM's loads without a word", async () => {
  const config = await loadGood(example, exampleEnv)
  const [azure, openai, wildcard] = config.deployments
  assert.ok(azure && openai && wildcard)
  assert.equal(azure.apiBase, 'https://az.example')
  assert.equal(azure.apiKey?.reveal(), 'az-secret')
  assert.deepEqual([azure.rpm, azure.order, azure.info.baseModel, azure.info.accessGroups], [600, 1, 'azure/gpt-x', ['prod']])
  assert.deepEqual(azure.origin, { file: 'config.yaml', line: 3 })
  assert.match(azure.id, /^[0-9a-f]{64}$/)
  assert.deepEqual([openai.timeoutMs, openai.streamTimeoutMs], [30_000, 2500])
  assert.deepEqual(openai.budget, { maxNano: 12_500_000_000, duration: '30d' })
  assert.deepEqual(openai.prices.perUnitPico, { input_cost_per_token: 1_000_000, output_cost_per_token: 2_500_000 })
  assert.equal(openai.extraHeaders['X-Team']?.reveal(), 'blue')
  assert.deepEqual([openai.extraBody, openai.params, openai.tags], [{ store: false }, { temperature: 0.2 }, ['fast', 'eu']])
  assert.deepEqual([wildcard.match, wildcard.credentialName, azure.match], ['wildcard', 'anth', 'exact'])
  assert.equal(config.credentials.get('anth')?.provider, 'anthropic')
})

test('settings: router first, then litellm_settings, then defaults', async () => {
  const { router, calls, server, switchyard } = await loadGood(example, exampleEnv)
  assert.deepEqual([router.retries, router.timeoutMs, router.maxFallbacks], [4, 20_000, 5])
  assert.deepEqual(router.cooldown, { kind: 'off' })
  assert.deepEqual(router.retriesByKind, { timeout: 3, other: 1 })
  assert.deepEqual(router.allowedFailsByKind, { rate_limited: 100 })
  assert.deepEqual([...router.fallbacks], [['chat-main', ['anthropic/claude']]])
  assert.deepEqual(router.aliases.get('old'), { modelName: 'chat-main', hidden: true })
  assert.deepEqual(calls.budget, { maxNano: 100_000_000_000, duration: 'monthly' })
  assert.equal(calls.dropParams, true)
  assert.deepEqual(calls.keyDefaults, { maxBudgetNano: 1_500_000_000, rest: { models: ['chat-main'] } })
  assert.deepEqual(calls.keyUpperBounds, { maxBudgetNano: 100_000_000_000, tpmLimit: 1000, rest: {} })
  assert.equal(server.masterKey?.reveal(), 'sk-master-x')
  assert.deepEqual(server.database, { kind: 'sqlite', path: 'data/switchyard.db' })
  assert.deepEqual([switchyard.unpriced, switchyard.journalSync], ['refuse', 'write'])
  assert.deepEqual(switchyard.egress.allowPrivate, { kind: 'hosts', hosts: ['10.0.0.5'] })
})

test('secrets print nowhere, and nothing can be changed', async () => {
  const config = await loadGood(example, exampleEnv)
  const printed = `${inspect(config, { depth: 20 })}${JSON.stringify(config)}${String(config.server.masterKey)}`
  for (const secret of ['az-secret', 'oai-secret', 'anth-secret', 'sk-master-x']) assert.ok(!printed.includes(secret), secret)
  assert.equal(config.environment.get('ANTH'), 'anth-secret')
  assert.throws(() => Object.assign(config.router, { retries: 9 }), TypeError)
  assert.throws(() => Object.assign(config.deployments, { 0: undefined }), TypeError)
})

test('credentials among the parameters are secrets, sizes and prompt_cache_key are not', async () => {
  const { deployments } = await loadGood(`
model_list:
  - model_name: b
    litellm_params:
      model: bedrock/x
      aws_secret_access_key: very-secret
      vertex_credentials: {type: service_account, private_key: pem}
      prompt_cache_key: group
      max_tokens: 5
`)
  const params = deployments[0]?.params
  assert.equal(
    JSON.stringify(params),
    '{"aws_secret_access_key":"[secret]","vertex_credentials":"[secret]","prompt_cache_key":"group","max_tokens":5}',
  )
})

test('the id: the order of keys, the place and the value of a variable do not matter; the rest does', async () => {
  const id = async (params: string, env = {}): Promise<string | undefined> => {
    const { config } = await load(`model_list: [{model_name: a, litellm_params: {${params}}}]`, env)
    return config?.deployments[0]?.id
  }
  const first = await id('model: x/y, api_key: os.environ/K, rpm: 1', { K: 'one' })
  assert.equal(await id('rpm: 1, api_key: os.environ/K, model: x/y', { K: 'two' }), first)
  assert.notEqual(await id('rpm: 2, api_key: os.environ/K, model: x/y', { K: 'one' }), first)
  assert.notEqual(await id('model: x/y, api_key: other, rpm: 1'), first)
  const written = await load('model_list: [{model_name: a, litellm_params: {model: x/y}, model_info: {id: mine}}]')
  assert.equal(written.config?.deployments[0]?.id, 'mine')
})

test('one deployment for each organization, with ids of their own', async () => {
  const { deployments } = await loadGood('model_list: [{model_name: a, litellm_params: {model: x/y, organization: [o1, o2]}}]')
  assert.deepEqual(
    deployments.map((deployment) => deployment.organization),
    ['o1', 'o2'],
  )
  assert.notEqual(deployments[0]?.id, deployments[1]?.id)
})

test('the same deployment twice warns and keeps ids apart; the same written id is an error', async () => {
  const entry = '{model_name: a, litellm_params: {model: x/y}}'
  const { config, lines } = await load(`model_list:\n  - ${entry}\n  - ${entry}\n  - ${entry}\n`)
  assert.equal(new Set(config?.deployments.map((deployment) => deployment.id)).size, 3)
  assert.equal(lines.length, 2)
  const named = '{model_name: a, litellm_params: {model: x/y}, model_info: {id: one}}'
  const refused = await load(`model_list:\n  - ${named}\n  - ${named}\n`)
  assert.match(
    refused.lines.join(),
    /config\.yaml:3:\d+ error model_list\[1\]\.model_info\.id: the deployment at config\.yaml:2 has this id too/,
  )
})

test('environment_variables feed os.environ and leave the process alone', async () => {
  const config = await loadGood(
    `
environment_variables: {MY_KEY: from-file, COPY: os.environ/OUTER, OUTER2: 5}
model_list: [{model_name: a, litellm_params: {model: x/y, api_key: os.environ/MY_KEY, rpm: os.environ/OUTER2}}]
`,
    { OUTER: 'outer', MY_KEY: 'from-process' },
  )
  assert.equal(config.deployments[0]?.apiKey?.reveal(), 'from-file')
  assert.equal(config.deployments[0]?.rpm, 5)
  assert.equal(config.environment.get('COPY'), 'outer')
  assert.equal(process.env.MY_KEY, undefined)
})

test('tiers and prices of model_info; litellm_params win', async () => {
  const { deployments } = await loadGood(`
model_list:
  - model_name: a
    litellm_params:
      model: x/y
      output_cost_per_token: 3e-6
      tiered_pricing: [{range: [0, 32000], input_cost_per_token: 1e-6}]
      search_context_cost_per_query: {search_context_size_low: 0.03}
    model_info: {output_cost_per_token: 9e-6, input_cost_per_image: 0.04, supports_vision: true, mode: chat, owner: me}
`)
  const [deployment] = deployments
  assert.deepEqual(deployment?.prices, {
    perUnitPico: { output_cost_per_token: 3_000_000, input_cost_per_image: 40_000_000_000 },
    factors: {},
    searchContextPico: { search_context_size_low: 30_000_000_000 },
    tiers: [{ fromTokens: 0, toTokens: 32_000, perUnitPico: { input_cost_per_token: 1_000_000 } }],
  })
  assert.deepEqual(
    [deployment?.info.supports, deployment?.info.mode, deployment?.info.rest],
    [{ vision: true }, 'chat', { owner: 'me' }],
  )
})

test('an empty provider key is none; an empty name is an error', async () => {
  const { deployments } = await loadGood('model_list: [{model_name: a, litellm_params: {model: x/y, api_key: ""}}]')
  assert.equal(deployments[0]?.apiKey, undefined)
  const { lines } = await load('model_list: [{model_name: "", litellm_params: {model: x/y}}]')
  assert.deepEqual(lines, [
    'config.yaml:1:27 error model_list[0].model_name: expected text, got empty text — write model_name: …',
  ])
})

test('the database: addresses of SQLite, and the variable', async () => {
  const database = async (url: string) => (await loadGood('', { DATABASE_URL: url })).server.database
  assert.deepEqual(await database('sqlite:a.db'), { kind: 'sqlite', path: 'a.db' })
  assert.deepEqual(await database('sqlite:///var/a.db'), { kind: 'sqlite', path: '/var/a.db' })
  assert.deepEqual(await database('sqlite::memory:'), { kind: 'sqlite', path: ':memory:' })
  const { config, lines } = await load('', { DATABASE_URL: 'postgresql://user:word@host/db' })
  assert.deepEqual(config?.server.database, { kind: 'default' })
  assert.deepEqual(lines, [
    'config.yaml:1:1 warning general_settings.database_url: DATABASE_URL is set, but only sqlite: is served yet; the default file is used',
  ])
})

test('an empty file is a config', async () => {
  const config = await loadGood('')
  assert.deepEqual(config.deployments, [])
  assert.deepEqual([config.router.retries, config.switchyard.unpriced], [2, 'refuse_with_budget'])
})
