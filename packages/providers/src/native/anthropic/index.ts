import { missingKey, type Endpoint, type Outgoing, type Provider, type Target } from '@switchyard/core'
import { betasFor, stringOf, type JsonObject } from '@switchyard/wire'
import { secretText } from '../../secret-text.ts'
import { anthropicBatches } from './batches.ts'
import { anthropicRoot } from './root.ts'

/** Its own parameters, and OpenAI's that models without sampling take at their defaults. */
export const knownToClaude = ['cache_control', 'context_management', 'speed', 'temperature', 'top_p'] as const

const messagesEndpoint: Endpoint = { shape: 'anthropic-messages', path: '/v1/messages', knows: knownToClaude }
const countEndpoint: Endpoint = { shape: 'anthropic-messages', path: '/v1/messages/count_tokens' }

const oauthBeta = 'oauth-2025-04-20'

/** Keys of the console go into x-api-key; tokens of a login are Bearer and need a beta (native-wire facts §1, 2026-11-22). */
function signAnthropic(outgoing: Outgoing, target: Target): void {
  const { headers } = outgoing
  const key = target.key?.reveal()
  const token = secretText(target.params['auth_token'])
  if (key !== undefined && !key.startsWith('sk-ant-oat')) {
    headers['x-api-key'] = key
    return
  }
  const bearer = key ?? token
  if (bearer === undefined) throw missingKey('anthropic', ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'])
  headers['authorization'] = `Bearer ${bearer}`
  if (bearer.startsWith('sk-ant-oat')) addBeta(headers, oauthBeta)
}

function addBeta(headers: Record<string, string>, beta: string): void {
  const betas = (headers['anthropic-beta'] ?? '').split(',').filter((one) => one !== '')
  if (!betas.includes(beta)) headers['anthropic-beta'] = [...betas, beta].join(',')
}

export const anthropic: Provider = {
  id: 'anthropic',
  name: 'Anthropic',
  keyEnv: ['ANTHROPIC_API_KEY'],
  auth: { kind: 'prepare' },
  baseUrl: 'https://api.anthropic.com',
  baseEnv: ['ANTHROPIC_API_BASE', 'ANTHROPIC_BASE_URL'],
  params: { auth_token: { env: ['ANTHROPIC_AUTH_TOKEN'], secret: true, insteadOfKey: true } },
  endpoints: { chat: [messagesEndpoint], count_tokens: [countEndpoint] },
  headers: { 'anthropic-version': '2023-06-01' },
  url: ({ baseUrl }, endpoint) => anthropicRoot(baseUrl) + endpoint.path,
  headersFor: (_target, _endpoint, body) => {
    const betas = betasFor(body)
    return betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }
  },
  /** It fetches images itself, over https only. */
  inlines: (url) => url.startsWith('http://'),
  prepare: signAnthropic,
  passThrough: { url: ({ baseUrl }, path) => anthropicRoot(baseUrl) + path },
  keeps: {
    paths: { files: '/v1/files' },
    url: ({ baseUrl }, path) => anthropicRoot(baseUrl) + path,
    ownClientHeader: 'anthropic-version',
    headers: { 'anthropic-beta': 'files-api-2025-04-14' },
    read: readFile,
  },
  batches: anthropicBatches,
}

/** OpenAI's file of Anthropic's (docs.anthropic.com, Files API, read 2026-11-22). Deletions are alike but for their type. */
function readFile(_kind: string, reply: JsonObject): JsonObject {
  if (reply['type'] === 'file_deleted') return { id: reply['id'], object: 'file', deleted: true }
  const created = Date.parse(stringOf(reply['created_at']) ?? '')
  return {
    id: reply['id'],
    object: 'file',
    bytes: reply['size_bytes'],
    created_at: Number.isNaN(created) ? 0 : Math.floor(created / 1000),
    filename: reply['filename'],
    purpose: 'user_data',
    status: 'processed',
  }
}
