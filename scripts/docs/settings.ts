// docs/settings.md: the table of settings.
import {
  factorNames,
  priceNames,
  settingsTable,
  type SectionName,
  type Setting,
  type SettingStatus,
} from '../../packages/gateway/src/config/settings-table.ts'
import type { Page } from './page.ts'

const titles: Readonly<Record<SectionName, string>> = {
  config: 'The file',
  model: 'model_list[]',
  litellm_params: 'model_list[].litellm_params',
  provider_params: 'model_list[].litellm_params: parameters of providers',
  pricing: 'Structured prices, in litellm_params or model_info',
  model_info: 'model_list[].model_info',
  litellm_settings: 'litellm_settings',
  general_settings: 'general_settings',
  router_settings: 'router_settings',
  retry_policy: 'router_settings.retry_policy',
  allowed_fails_policy: 'router_settings.allowed_fails_policy',
  model_group_alias: 'router_settings.model_group_alias.NAME',
  key_params: 'litellm_settings.default_key_generate_params and upperbound_key_generate_params',
  credential: 'credential_list[]',
  pass_through_endpoint: 'general_settings.pass_through_endpoints[]',
  search_tool: 'search_tools[] and general_settings.search_tools[]',
  search_tool_info: 'search_tools[].search_tool_info',
  vector_store: 'vector_store_registry[] and litellm_settings.vector_store_registry[]',
  switchyard_settings: 'switchyard_settings',
  egress: 'switchyard_settings.egress',
  files: 'switchyard_settings.files',
  batches: 'switchyard_settings.batches',
  admin: 'switchyard_settings.admin',
}

const introduction = `# Settings

<!-- Written by scripts/docs/settings.ts; change packages/gateway/src/config/settings-table.ts instead. -->

Switchyard reads LiteLLM's config.yaml as it is. **Served** settings work; **accepted** ones need nothing here and are read
without a word; **ignored** ones belong to LiteLLM, are not in Switchyard yet, and cause a warning at the start. A name
that nobody knows causes a warning with the most similar name. \`switchyard check CONFIG\` prints all findings.

Any text may be \`os.environ/NAME\`. Names in litellm_params that are not listed go to the provider.
Any \`supports_…: true\` in model_info is read as a capability of the model.
`

const rank: Readonly<Record<SettingStatus, number>> = { served: 0, accepted: 1, ignored: 2 }

function renderSection(section: SectionName): string {
  const rows: readonly (readonly [string, Setting])[] = Object.entries(settingsTable[section])
  const sorted = rows.toSorted(([, a], [, b]) => rank[a.status] - rank[b.status])
  const lines = sorted.map(
    ([name, { type, status, fallback, about }]) =>
      `| \`${name}\` | ${type} | ${fallback === '' ? '' : `\`${fallback}\``} | ${status} | ${about} |`,
  )
  return `## ${titles[section]}\n\n| name | type | default | status | what it does |\n|---|---|---|---|---|\n${lines.join('\n')}\n`
}

const renderPrices = (): string =>
  `## Price overrides, in litellm_params or model_info\n
In USD for one unit of what the name says (a token, a second, an image …); litellm_params win.\n
${priceNames.map((name) => `\`${name}\``).join(' · ')}\n
Factors and sizes beside them: ${factorNames.map((name) => `\`${name}\``).join(' · ')}\n`

const isSection = (name: string): name is SectionName => Object.hasOwn(settingsTable, name)

export const settingsPage: Page = {
  file: 'settings.md',
  text: [introduction, ...Object.keys(settingsTable).filter(isSection).map(renderSection), renderPrices()].join('\n'),
}
