import type { Ask } from '@switchyard/core'
import { arrayOf, isObject, isString, objectOf, stringOf } from '@switchyard/wire'
import type { AttemptFacts } from '../store/index.ts'
import type { RequestHeaders } from '../http/listener.ts'

type Facts = Pick<AttemptFacts, 'endUser' | 'sessionId' | 'tags' | 'metadata'>

/** Rows are kept for years: what a client writes into them is bounded. */
const maxText = 256
const maxTags = 32

/** What the client says about its call: end user, session and tags, from LiteLLM's headers and fields (facts §4.5, §4.6). */
export function requestFacts(headers: RequestHeaders, { body }: Pick<Ask, 'body'>): Facts {
  const metadata = body.has('metadata') ? objectOf(body.field('metadata')) : undefined
  const own = body.has('litellm_metadata') ? objectOf(body.field('litellm_metadata')) : undefined
  const user =
    headers.get('x-litellm-end-user-id') ??
    headers.get('x-litellm-customer-id') ??
    stringOf(body.has('user') ? body.field('user') : metadata?.['user_id'])
  const session =
    headers.get('x-litellm-session-id') ??
    headers.get('x-litellm-trace-id') ??
    headers.get('x-claude-code-session-id') ??
    headers.get('x-session-id')
  return {
    endUser: cut(user) ?? null,
    sessionId: cut(session ?? (body.has('litellm_session_id') ? stringOf(body.field('litellm_session_id')) : undefined)) ?? null,
    tags: tagsOf(headers.get('x-litellm-tags'), [
      body.has('tags') ? body.field('tags') : undefined,
      metadata?.['tags'],
      own?.['tags'],
    ]),
    metadata: spendMetadata(headers.get('x-litellm-spend-logs-metadata')),
  }
}

const cut = (text: string | null | undefined): string | undefined => text?.slice(0, maxText)

function tagsOf(header: string | null, lists: readonly unknown[]): readonly string[] {
  if (header === null && lists.every((list) => list === undefined)) return noTags
  const named = header === null ? [] : header.split(',').map((tag) => tag.trim())
  const tags = [...named, ...lists.flatMap((list) => arrayOf(list)).filter(isString)]
  return [...new Set(tags.filter((tag) => tag !== '').map((tag) => tag.slice(0, maxText)))].slice(0, maxTags)
}

const noTags: readonly string[] = []

/** A header that is not a JSON object is the client's note to nobody: it is left out. */
function spendMetadata(header: string | null): Facts['metadata'] {
  if (header === null || header.length > maxMetadata) return {}
  try {
    const value: unknown = JSON.parse(header)
    return isObject(value) ? value : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

const maxMetadata = 4096
