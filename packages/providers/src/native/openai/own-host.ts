import type { CallShape, Quirk, Target } from '@switchyard/core'
import { isObject, objectsOf, type JsonObject } from '@switchyard/wire'
import { mapMessages, without } from '../../tuning.ts'
import { tuneOpenAi } from './tune.ts'

/** What OpenAI's own servers, and Azure's, do not take. Other servers of the same language may. */
export function tuneOwnHost(target: Target, call: CallShape): readonly Quirk[] {
  // Only later models let the length of their vectors be chosen (OpenAI's embeddings reference, 2026-11-22).
  if (call.shape === 'openai-embeddings') return target.traits.id.includes('ada-002') ? without(target, call, ['dimensions']) : []
  const quirks = tuneOpenAi(target, call)
  return call.shape === 'openai-chat' ? [...quirks, ...without(target, call, ['thinking']), ...withoutCacheMarks(call)] : quirks
}

/** OpenAI caches by itself and refuses Anthropic's marks, which LiteLLM's callers set whatever the provider. */
const withoutCacheMarks = (call: CallShape): readonly Quirk[] =>
  call.mayContain('"cache_control"') && hasMarks(call) ? [unmark] : []

const hasMarks = (call: CallShape): boolean =>
  objectsOf(call.field('messages')).some((message) => isMarked(message) || objectsOf(message['content']).some(isMarked)) ||
  objectsOf(call.field('tools')).some(isMarked)

const isMarked = (one: JsonObject): boolean => 'cache_control' in one

const unmark: Quirk = {
  do: 'edit',
  name: 'without-cache-marks',
  edit: (body) => ({
    ...mapMessages(body, (message) => unmarked({ ...message, ...unmarkedList('content', message) })),
    ...unmarkedList('tools', body),
  }),
}

/** The list under `name` with every object in it unmarked; nothing where there is no list. */
function unmarkedList(name: string, holder: JsonObject): JsonObject {
  const list = holder[name]
  return Array.isArray(list) ? { [name]: list.map((one: unknown) => (isObject(one) ? unmarked(one) : one)) } : {}
}

function unmarked({ cache_control: _, ...rest }: JsonObject): JsonObject {
  return rest
}
