import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from './load-for-test.ts'

/** Each case: what it shows, the file, and all lines that are printed, in order. */
const cases: readonly (readonly [name: string, yaml: string, lines: readonly string[]])[] = [
  [
    'a wrong type',
    'model_list:\n  - model_name: a\n    litellm_params:\n      model: x/y\n      rpm: ten\n',
    ['config.yaml:5:12 error model_list[0].litellm_params.rpm: expected a number, got "ten" — write rpm: 10'],
  ],
  [
    'missing fields',
    'model_list:\n  - litellm_params: {rpm: 1}\n  - model_name: a\n  - text\n',
    [
      'config.yaml:2:5 error model_list[0].model_name: is missing — write model_name: the name that clients ask for',
      'config.yaml:2:21 error model_list[0].litellm_params.model: is missing — write model: provider/model',
      'config.yaml:3:5 error model_list[1].litellm_params: is missing — write litellm_params: {model: provider/model}',
      'config.yaml:4:5 error model_list[2]: expected a mapping, got text — write - model_name: … with litellm_params below it',
    ],
  ],
  [
    'search tools that cannot be called',
    'model_list: [{model_name: a, litellm_params: {model: x/y}}]\nsearch_tools:\n  - search_tool_name: web\n    litellm_params: {api_key: k}\n  - {search_tool_name: a, litellm_params: {search_provider: tavily}}\n  - text\n',
    [
      'config.yaml:4:21 error search_tools[0].litellm_params.search_provider: is missing — write search_provider: tavily',
      'config.yaml:5:1 error search_tools: a is a model_name too — give the tool another name',
      'config.yaml:6:5 error search_tools[2]: expected a mapping, got text — write name: value below it, indented',
    ],
  ],
  [
    'a bad duration',
    'litellm_settings: {max_budget: 1, budget_duration: 30days}\n',
    [
      'config.yaml:1:52 error litellm_settings.budget_duration: expected a length of time — write budget_duration: 30d (units s, m, h, d, w, mo; or daily, weekly, monthly)',
    ],
  ],
  [
    'a provider key that is not set is a warning',
    'model_list: [{model_name: a, litellm_params: {model: x/y, api_key: os.environ/NOPE}}]\n',
    [
      'config.yaml:1:68 warning model_list[0].litellm_params.api_key: the environment variable NOPE is not set — set NOPE where the gateway is started, or in environment_variables',
    ],
  ],
  [
    'a master key or database that is not set is an error',
    'general_settings:\n  master_key: os.environ/NOPE\n  database_url: os.environ/NADA\n',
    [
      'config.yaml:2:15 error general_settings.master_key: the environment variable NOPE is not set — set NOPE where the gateway is started, or in environment_variables',
      'config.yaml:3:17 error general_settings.database_url: the environment variable NADA is not set — set NADA where the gateway is started, or in environment_variables',
    ],
  ],
  [
    'the key of the tutorials',
    'general_settings: {master_key: sk-1234}\n',
    [
      'config.yaml:1:32 error general_settings.master_key: this key is in every tutorial — choose a long random key, or set dangerously_permit_weak_or_unset_master_key: true',
    ],
  ],
  [
    'PostgreSQL comes later, and its address is not printed',
    'general_settings: {database_url: "postgresql://u:p@h/d"}\n',
    [
      'config.yaml:1:34 error general_settings.database_url: PostgreSQL is not served yet, it comes later — write database_url: sqlite:switchyard.db, or remove it for the default file',
    ],
  ],
  [
    'unknown names and names that only LiteLLM serves',
    'litelm_settings: {}\nguardrails: []\nrouter_settings: {num_retry: 1, routing_groups: [], set_verbose: true, routing_strategy: least-busy}\n',
    [
      'config.yaml:1:1 warning litelm_settings: unknown setting; ignored — did you mean litellm_settings?',
      'config.yaml:2:1 warning guardrails: known to LiteLLM, not yet in Switchyard; ignored',
      'config.yaml:3:19 warning router_settings.num_retry: unknown setting; ignored — did you mean num_retries?',
      'config.yaml:3:33 warning router_settings.routing_groups: known to LiteLLM, not yet in Switchyard; ignored',
      'config.yaml:3:90 warning router_settings.routing_strategy: the strategy least-busy is not in Switchyard yet; simple-shuffle is used',
    ],
  ],
  [
    'a parameter that looks like a setting',
    'model_list: [{model_name: a, litellm_params: {model: x/y, api_bass: u, reasoning_budget: 3}}]\n',
    [
      'config.yaml:1:59 warning model_list[0].litellm_params.api_bass: not a setting; sent to the provider as it is — did you mean api_base?',
    ],
  ],
  [
    'names that lead nowhere',
    'model_list: [{model_name: chat, litellm_params: {model: x/y, litellm_credential_name: c}}, {model_name: "z/*", litellm_params: {model: "z/*"}}]\n' +
      'router_settings: {fallbacks: [{chat: [chaat, z/1]}], model_group_alias: {x: gone}}\n',
    [
      'config.yaml:1:1 warning model_list: litellm_credential_name: no credential_name is c',
      'config.yaml:2:39 warning router_settings.fallbacks[0].chat[0]: no model_name is chaat — did you mean chat?',
      'config.yaml:2:77 warning router_settings.model_group_alias.x: no model_name is gone',
    ],
  ],
  [
    'duplicate keys',
    'model_list: []\nrouter_settings:\n  timeout: 1\n  timeout: 2\n',
    ['config.yaml:4:3 error: the key timeout is there twice — the first is in line 3: keep one'],
  ],
  [
    'blocked variables',
    'environment_variables: {PATH: /evil, LD_PRELOAD: x, NAME: [1]}\n',
    [
      'config.yaml:1:25 error environment_variables.PATH: this variable may not be set by a config file — set it where the gateway is started',
      'config.yaml:1:38 error environment_variables.LD_PRELOAD: this variable may not be set by a config file — set it where the gateway is started',
      'config.yaml:1:59 error environment_variables.NAME: expected text, got a list — write NAME: value',
    ],
  ],
]

for (const [name, yaml, lines] of cases) test(name, async () => assert.deepEqual((await load(yaml)).lines, lines))

test('a number from a variable: the value is not shown', async () => {
  const { lines } = await load('router_settings: {timeout: os.environ/T}', { T: 'sk-oops' })
  assert.equal(lines.length, 1)
  assert.ok(!lines.join().includes('sk-oops'))
  assert.match(lines.join(), /environment variable T/)
})

test('a limit from a variable that is not set is an error: it would be no limit', async () => {
  const { config, lines } = await load('model_list: [{model_name: a, litellm_params: {model: x/y, rpm: os.environ/NOPE}}]')
  assert.equal(config, undefined)
  assert.match(lines.join(), /error model_list\[0\]\.litellm_params\.rpm: the environment variable NOPE is not set/)
})

test('a key in the wrong place is not shown', async () => {
  const { lines } = await load('router_settings: {timeout: sk-secret}')
  assert.deepEqual(lines, [
    'config.yaml:1:28 error router_settings.timeout: expected a number, got text of 9 characters — write timeout: 10',
  ])
})

test('all findings at once, in the order of the file', async () => {
  const { config, lines } = await load(
    'nonsense: 1\nrouter_settings: {timeout: x, num_retries: -1, retry_after: []}\ngeneral_settings: 5\n',
  )
  assert.equal(config, undefined)
  assert.equal(lines.length, 5)
})
