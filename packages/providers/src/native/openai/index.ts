import { keptPaths } from './kept-paths.ts'
import type { Provider } from '@switchyard/core'
import { stringOf } from '@switchyard/wire'
import {
  chatEndpoint,
  chatForMessages,
  compactionEndpoint,
  completionEndpoint,
  embeddingEndpoint,
  isOwnHost,
  measuredEndpoints,
  openAiEndpoint,
  responsesEndpoint,
} from './endpoints.ts'
import { withoutMark } from './families.ts'
import { tuneOwnHost } from './own-host.ts'
import { openBesideSecrets, realtimeUrl } from './realtime.ts'
import { tuneOpenAi } from './tune.ts'
import { videoPrices } from './video-prices.ts'

export const openai: Provider = {
  id: 'openai',
  name: 'OpenAI',
  // LiteLLM's second client for the same API.
  aliases: ['aiohttp_openai'],
  keyEnv: ['OPENAI_API_KEY'],
  auth: { kind: 'bearer' },
  baseUrl: 'https://api.openai.com/v1',
  baseEnv: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'],
  hosts: ['.api.openai.com'],
  params: {
    organization: { env: ['OPENAI_ORGANIZATION', 'OPENAI_ORG_ID'] },
    project: { env: ['OPENAI_PROJECT', 'OPENAI_PROJECT_ID'] },
    [chatForMessages]: { env: ['LITELLM_USE_CHAT_COMPLETIONS_URL_FOR_ANTHROPIC_MESSAGES'] },
  },
  endpoints: {
    chat: [chatEndpoint, responsesEndpoint],
    completion: [completionEndpoint],
    embedding: [embeddingEndpoint],
    compaction: [compactionEndpoint],
    ...measuredEndpoints,
  },
  // Data residency has prices of its own, for models whose price list says so.
  uplifts: ({ baseUrl }) => /^https:\/\/(eu|us)\.api\.openai\.com(?:\/|$)/.exec(baseUrl)?.slice(1) ?? [],
  tellsUsage: true,
  modelName: withoutMark,
  endpointFor: openAiEndpoint,
  tune: (target, call) => (isOwnHost(target.baseUrl) ? tuneOwnHost(target, call) : tuneOpenAi(target, call)),
  passThrough: {
    prefixes: ['openai_passthrough'],
    open: openBesideSecrets,
    sockets: [{ path: '/realtime', model: (query) => query.get('model') ?? undefined }],
  },
  keeps: { paths: keptPaths },
  models: videoPrices,
  realtime: { url: (target) => realtimeUrl(target.baseUrl, target.model) },
  prepare: (outgoing, target) => {
    const organization = stringOf(target.params['organization'])
    const project = stringOf(target.params['project'])
    if (organization !== undefined) outgoing.headers['openai-organization'] = organization
    if (project !== undefined) outgoing.headers['openai-project'] = project
  },
}
