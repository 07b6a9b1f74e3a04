import { destinationFields, type Ask } from '@switchyard/core'
import { fail, isObject, isString } from '@switchyard/wire'
import type { RequestHeaders } from '../http/listener.ts'

/** A beta of Anthropic's: a refused request goes on to others of its models (its documentation, 2026-11-22). */
const betaFlag = /(?:^|,)\s*server-side-fallback-/

/**
 * The ask, whose `fallbacks` travel where they mean the provider's and not ours. `mayUse`: may this key use a model of that name? The
 * provider knows nothing of keys, so it must not be asked for one that this key may not have.
 */
export function withProviderFallbacks(ask: Ask, headers: RequestHeaders, mayUse: (model: string) => boolean): Ask {
  const { body, shape } = ask
  if (shape !== 'anthropic-messages' || !body.has('fallbacks')) return ask
  const value = body.field('fallbacks')
  if (!isString(value) && !betaFlag.test(headers.get('anthropic-beta') ?? '')) return ask
  for (const entry of Array.isArray(value) ? value : []) checkEntry(entry, mayUse)
  return { ...ask, travels: fallbacksOnly }
}

const fallbacksOnly: ReadonlySet<string> = new Set(['fallbacks'])

function checkEntry(entry: unknown, mayUse: (model: string) => boolean): void {
  const param = { param: 'fallbacks' }
  if (!isObject(entry) || !isString(entry['model'])) {
    throw fail(
      'bad_request',
      'Entries of "fallbacks" must be objects with a "model", as the beta that the request names has it.',
      param,
    )
  }
  if (destinationFields.some((field) => field in entry)) {
    throw fail('bad_request', '"fallbacks" may name models only, without an address or a key.', param)
  }
  if (mayUse(entry['model'])) return
  throw fail('forbidden', `This key may not use the model "${entry['model'].slice(0, 200)}", which "fallbacks" names.`, {
    ...param,
    type: 'key_model_access_denied',
    code: '403',
  })
}
