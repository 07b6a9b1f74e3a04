import { joinUrl } from '../../url.ts'

/** The model stands in the query: the session is made before the first event (OpenAI's realtime guide, 2026-11-22). */
export const realtimeUrl = (base: string, model: string): string =>
  `${joinUrl(base, '/realtime')}?model=${encodeURIComponent(model)}`
