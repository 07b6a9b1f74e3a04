import type { Endpoint, Outgoing, Provider, Quirk, Target } from '@switchyard/core'
import { stringOf } from '@switchyard/wire'
import { row } from '../row.ts'
import { usualTune } from '../tuning.ts'
import { imageEdit, imageGeneration } from './openrouter-images.ts'

/** Asks for the price of the call in its usage. */
const withCost: Quirk = { do: 'default', field: 'usage', value: { include: true } }

/** Gateways credit the calling application by its site and name. */
function nameApplication(outgoing: Outgoing, target: Target): void {
  const site = stringOf(target.params['site_url'])
  const application = stringOf(target.params['app_name'])
  if (site !== undefined) outgoing.headers['http-referer'] ??= site
  if (application !== undefined) outgoing.headers['x-title'] ??= application
}

const rowOfOpenrouter = row('openrouter', 'OpenRouter', 'https://openrouter.ai/api/v1', {
  key: 'OPENROUTER_API_KEY OR_API_KEY',
  serves: ['completion', 'embedding', 'responses'],
})
const drawing: Endpoint = { shape: 'native', path: '/chat/completions' }

export const openrouter: Provider = {
  ...rowOfOpenrouter,
  endpoints: { ...rowOfOpenrouter.endpoints, image_generation: [drawing], image_edit: [drawing] },
  codecs: { image_generation: imageGeneration, image_edit: imageEdit },
  params: { site_url: { env: ['OR_SITE_URL'] }, app_name: { env: ['OR_APP_NAME'] } },
  tune: (target, call) => (call.shape === 'openai-chat' ? [...usualTune(target, call), withCost] : []),
  prepare: nameApplication,
  passThrough: {},
}

export const vercelAiGateway: Provider = {
  ...row('vercel_ai_gateway', 'Vercel AI Gateway', 'https://ai-gateway.vercel.sh/v1', {
    aliases: 'vercel',
    key: 'VERCEL_AI_GATEWAY_API_KEY VERCEL_OIDC_TOKEN',
    serves: ['embedding'],
    refuses: 'reasoning_effort thinking',
    knows: 'extra_body',
  }),
  params: { site_url: { env: ['VERCEL_SITE_URL'] }, app_name: { env: ['VERCEL_APP_NAME'] } },
  prepare: nameApplication,
}
