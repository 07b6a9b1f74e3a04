import type { CacheMark, ChatRequest, JsonObject, ModelTraits } from '@switchyard/wire'
import { keepsAnHour } from './families.ts'

/** The block that says "cache up to here"; undefined where the model has no prompt cache. */
export function cachePoint(mark: CacheMark | undefined, client: ChatRequest, { supports }: ModelTraits): JsonObject | undefined {
  if (mark === undefined || !supports.has('prompt_caching')) return undefined
  return { cachePoint: { type: 'default', ...(mark.ttl === '1h' && keepsAnHour(client) ? { ttl: '1h' } : {}) } }
}
