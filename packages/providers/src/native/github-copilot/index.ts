import type { Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import { arrayOf, fail, isObject, objectOf, objectsOf, parseJson } from '@switchyard/wire'
import { row } from '../../row.ts'
import { isSameOrigin } from '../../url.ts'
import { isOwnUrl } from './hosts.ts'
import { tokenOf } from './token.ts'

const anyPlan = 'https://api.githubcopilot.com'
const baseVariable = 'GITHUB_COPILOT_API_BASE'

/** What an editor says of itself: the API answers editors only (native-wire facts §19, 2026-11-22). */
const editor = {
  'copilot-integration-id': 'vscode-chat',
  'editor-version': 'vscode/1.106.0',
  'editor-plugin-version': 'copilot-chat/0.33.0',
  'openai-intent': 'conversation-panel',
  'x-github-api-version': '2025-04-01',
}

async function prepare(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  // The machine's login is its owner's: it serves GitHub's hosts, and one that the same owner's environment names.
  if (target.key === undefined && !isOwnUrl(outgoing.url) && !isSameOrigin(outgoing.url, env.variable(baseVariable))) {
    throw fail('auth', `The login of this machine serves GitHub Copilot's own hosts only: name api_key in litellm_params.`)
  }
  const { token, api } = await tokenOf(target, env)
  outgoing.headers['authorization'] = `Bearer ${token}`
  outgoing.headers['x-request-id'] ??= crypto.randomUUID()
  describe(outgoing)
  const isAnyPlan = outgoing.url.startsWith(`${anyPlan}/`)
  if (api !== undefined && isAnyPlan) outgoing.url = api.replace(/\/$/, '') + outgoing.url.slice(anyPlan.length)
}

const pictures: ReadonlySet<unknown> = new Set(['image_url', 'input_image', 'image'])

/** Says whether an agent goes on, which is not billed as a request of the user, and whether there are pictures. */
function describe({ headers, body }: Outgoing): void {
  const asked = objectOf(parseJson(new TextDecoder().decode(body))) ?? {}
  const turns = objectsOf(asked['messages'] ?? asked['input'])
  const isAgent = turns.some(({ role, type }) => role === 'assistant' || role === 'tool' || type === 'function_call_output')
  const parts = turns.flatMap(({ content }) => arrayOf(content))
  headers['x-initiator'] ??= isAgent ? 'agent' : 'user'
  if (parts.some((part) => isObject(part) && pictures.has(part['type']))) headers['copilot-vision-request'] ??= 'true'
}

const compatible = row('github_copilot', 'GitHub Copilot', anyPlan, {
  key: 'GITHUB_COPILOT_API_KEY',
  baseEnv: baseVariable,
  hosts: '.githubcopilot.com',
  serves: ['responses', 'embedding'],
  routes: { messages: '/v1/messages' },
})

/** The key is a GitHub login (an OAuth token); what the API takes is bought with it. */
export const githubCopilot: Provider = { ...compatible, keyless: true, auth: { kind: 'prepare' }, headers: editor, prepare }
