import type { Outgoing } from '@switchyard/core'
import { arrayOf, fieldValue, findField, isString, objectOf, scanObject, splice, type JsonObject } from '@switchyard/wire'

/**
 * Flags of Anthropic's own platform. Bedrock refuses a request that names one with "invalid beta flag", without saying which
 * (github.com/coder/aibridge issue 221, read 2026-11-22), so what it has no feature for is left out; structured outputs need
 * none there (Bedrock user guide, "Get validated JSON results from models").
 */
const foreign =
  /^(?:claude-code|oauth|files-api|mcp-client|code-execution|skills|web-fetch|web-search|prompt-caching-scope|fast-mode|advisor-tool|structured-outputs)-/

/** Bedrock has two flags for what is one on Anthropic's platform (Bedrock user guide, "Tool use" of Claude's Messages API). */
const renamed: Readonly<Record<string, readonly string[]>> = {
  'advanced-tool-use-2025-11-20': ['tool-search-tool-2025-10-19', 'tool-examples-2025-10-29'],
}

const header = 'anthropic-beta'

/** Bedrock takes beta flags in the body: the header's are put there, and no other byte changes. */
export function moveBetas(outgoing: Outgoing): void {
  const { headers, body, url } = outgoing
  const flags = (headers[header] ?? '').split(',').flatMap((flag) => bedrockFlags(flag.trim()))
  delete headers[header]
  if (flags.length === 0 || body === undefined) return
  const scan = scanObject(body)
  const inside = /\/converse(?:-stream)?$/.test(url) ? 'additionalModelRequestFields' : undefined
  const field = findField(scan, inside ?? bodyField)
  const old = field === undefined ? undefined : fieldValue(body, field)
  const value = inside === undefined ? joined(old, flags) : withBetas(objectOf(old) ?? {}, flags)
  outgoing.body = splice(body, scan, [{ do: 'set', key: inside ?? bodyField, json: JSON.stringify(value) }])
}

const bodyField = 'anthropic_beta'

/** The flag as Bedrock knows it. */
export function bedrockFlags(flag: string): readonly string[] {
  return renamed[flag] ?? (flag === '' || foreign.test(flag) ? [] : [flag])
}

const joined = (old: unknown, flags: readonly string[]): readonly string[] => [
  ...new Set([...arrayOf(old).filter(isString), ...flags]),
]

const withBetas = (fields: JsonObject, flags: readonly string[]): JsonObject => ({
  ...fields,
  [bodyField]: joined(fields[bodyField], flags),
})
