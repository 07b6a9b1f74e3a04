import type { Provider } from '@switchyard/core'
import { fail, stringOf } from '@switchyard/wire'
import { row } from '../row.ts'
import { joinUrl } from '../url.ts'

// Compatible providers whose URL is computed from the model or from an account. Facts of LiteLLM 1.106.2, 2026-11-22.

/** Eight letters are a dedicated deployment with a host of its own. */
const basetenDedicated = /^[a-z0-9]{8}$/
const basetenShared = 'https://inference.baseten.co/v1'

export const baseten: Provider = {
  ...row('baseten', 'Baseten', basetenShared, {
    hosts: '.api.baseten.co',
    oldMaxTokens: true,
    takesUser: true,
    refuses: 'reasoning_effort thinking logit_bias parallel_tool_calls logprobs top_logprobs service_tier store n',
    knows: 'stream_options',
  }),
  url: ({ baseUrl, model }, endpoint) => {
    const dedicated = baseUrl === basetenShared && basetenDedicated.test(model)
    return joinUrl(dedicated ? `https://model-${model}.api.baseten.co/environments/production/sync/v1` : baseUrl, endpoint.path)
  },
}

export const cloudflare: Provider = {
  ...row('cloudflare', 'Cloudflare Workers AI', 'https://api.cloudflare.com/client/v4', {
    hosts: 'gateway.ai.cloudflare.com',
    refuses: 'reasoning_effort thinking',
    serves: ['embedding'],
  }),
  params: { account_id: { env: ['CLOUDFLARE_ACCOUNT_ID'] } },
  url: ({ baseUrl, params }, endpoint) => {
    // LiteLLM's users have bases that end in the old `/ai/run/`.
    if (/\/accounts\/|gateway\./.test(baseUrl)) return joinUrl(baseUrl.replace(/\/ai\/run\/?$/, '/ai/v1'), endpoint.path)
    const account = stringOf(params['account_id'])
    if (account === undefined) {
      throw fail('bad_request', 'Cloudflare needs an account: set CLOUDFLARE_ACCOUNT_ID, or account_id in litellm_params.')
    }
    return joinUrl(baseUrl, `/accounts/${encodeURIComponent(account)}/ai/v1${endpoint.path}`)
  },
}

export const gradientAi: Provider = {
  ...row('gradient_ai', 'GradientAI', 'https://inference.do-ai.run', {
    aliases: 'digitalocean',
    hosts: '.agents.do-ai.run',
    baseEnv: 'GRADIENT_AI_AGENT_ENDPOINT',
    takesUser: true,
    // Its API's own description has none of them (digitalocean/gradient-python, CompletionCreateParams, 2026-11-22).
    refuses: 'seed parallel_tool_calls service_tier store',
    knows: 'stream_options',
  }),
  /** Agents answer one level deeper than the shared models. */
  url: ({ baseUrl }, endpoint) =>
    joinUrl(baseUrl, `${new URL(baseUrl).hostname === 'inference.do-ai.run' ? '/v1' : '/api/v1'}${endpoint.path}`),
}

/** A server of vector stores in OpenAI's shape (github.com/BerriAI/litellm-pgvector, read 2026-11-22). It has no models. */
export const pgVector: Provider = {
  ...row('pg_vector', 'pgvector service', undefined, { chat: false }),
  keeps: { paths: { vector_stores: '/v1/vector_stores' } },
}

export const ragflow: Provider = {
  ...row('ragflow', 'RAGFlow', undefined, { refuses: 'reasoning_effort thinking' }),
  /** The model is `chat/<id>/<name>` or `agent/<id>/<name>`; the id goes into the path. */
  url: ({ baseUrl, model }, endpoint) => {
    const [kind, id] = model.split('/')
    if (id === undefined || (kind !== 'chat' && kind !== 'agent')) {
      throw fail(
        'bad_request',
        `Write RAGFlow models as ragflow/chat/<id>/<name> or ragflow/agent/<id>/<name>, not "${model}".`,
        {
          param: 'model',
        },
      )
    }
    const root = baseUrl.replace(/\/(api(\/v1)?|v1)?\/?$/, '')
    return `${root}/api/v1/${kind}s_openai/${encodeURIComponent(id)}${endpoint.path}`
  },
}

export const clarifai: Provider = {
  ...row('clarifai', 'Clarifai', 'https://api.clarifai.com/v2/ext/openai/v1', {
    key: 'CLARIFAI_API_KEY CLARIFAI_PAT',
    refuses: 'reasoning_effort thinking stop logit_bias seed parallel_tool_calls logprobs top_logprobs service_tier store n',
    knows: 'stream_options',
  }),
  /** `user.app.model` stands for the model's page. */
  modelName: (model) => {
    const [user, app, ...name] = model.split('.')
    if (model.includes('/') || app === undefined || name.length === 0) return model
    return `https://clarifai.com/${user}/${app}/models/${name.join('.')}`
  },
}
