import type { VendorApi } from '../fake-vendor.ts'
import { openai } from './openai.ts'

/** OpenAI's operations at deployments (learn.microsoft.com, Azure OpenAI's REST API, 2026-11-22). */
export const azure: VendorApi = {
  credential: ['api-key', 'azure-vendor-key'],
  refusal: openai.refusal,
  answer: (request) => {
    const [, model, rest] = /^\/openai\/deployments\/([^/]+)\/(.+)$/.exec(request.path) ?? []
    if (rest === undefined || request.query.get('api-version') === null) return undefined
    return openai.answer({ ...request, path: `/v1/${rest}`, json: { model, ...request.json } })
  },
}
