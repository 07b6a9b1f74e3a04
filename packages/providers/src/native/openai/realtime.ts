import { joinUrl } from '../../url.ts'

/** The model stands in the query: the session is made before the first event (OpenAI's realtime guide, 2026-11-22). */
export const realtimeUrl = (base: string, model: string): string =>
  `${joinUrl(base, '/realtime')}?model=${encodeURIComponent(model)}`

/**
 * What any key may pass to a provider with realtime sessions: all but what makes client secrets, which speak to the provider
 * directly, past every budget (OpenAI's API reference, 2026-11-22).
 */
export const openBesideSecrets = /^(?!.*\/(?:realtime|chatkit)\/)/
