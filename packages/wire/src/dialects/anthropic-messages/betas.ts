import { arrayOf, isString, objectOf, objectsOf, type JsonObject } from '../../json.ts'

/** The `anthropic-beta` value that a type of tool needs, by its beginning (native-wire facts §1, 2026-11-22). */
const toolBetas: readonly (readonly [prefix: string, beta: string])[] = [
  ['computer_20250124', 'computer-use-2025-01-24'],
  ['computer_20251124', 'computer-use-2025-11-24'],
  ['computer_20241022', 'computer-use-2024-10-22'],
  ['code_execution_20250522', 'code-execution-2025-05-22'],
  ['code_execution_', 'code-execution-2025-08-25'],
  ['web_fetch_', 'web-fetch-2025-09-10'],
  ['tool_search_tool_', 'advanced-tool-use-2025-11-20'],
  ['memory_', 'context-management-2025-06-27'],
  ['advisor_', 'advisor-tool-2026-03-01'],
]

/** The beta headers without which the API would refuse the body that we wrote. */
export function betasFor(body: JsonObject): readonly string[] {
  const betas = new Set<string>()
  for (const tool of objectsOf(body.tools)) addToolBetas(tool, betas)
  for (const part of promptParts(body)) {
    if (part.type === 'container_upload' || objectOf(part.source)?.type === 'file') betas.add('files-api-2025-04-14')
  }
  if (arrayOf(body.mcp_servers).length > 0) betas.add('mcp-client-2025-04-04')
  if (body.output_format !== undefined) betas.add('structured-outputs-2025-11-13')
  if (body.speed === 'fast') betas.add('fast-mode-2026-02-01')
  if (arrayOf(objectOf(body.container)?.skills).length > 0) betas.add('skills-2025-10-02')
  const edits = objectsOf(objectOf(body.context_management)?.edits)
  if (edits.some((edit) => edit.type === 'compact_20260112')) betas.add('compact-2026-01-12')
  if (edits.some((edit) => edit.type !== 'compact_20260112')) betas.add('context-management-2025-06-27')
  return [...betas]
}

function addToolBetas(tool: JsonObject, betas: Set<string>): void {
  const { type } = tool
  const row = isString(type) ? toolBetas.find(([prefix]) => type.startsWith(prefix)) : undefined
  if (row !== undefined) betas.add(row[1])
  if (tool.input_examples !== undefined || tool.allowed_callers !== undefined || tool.defer_loading !== undefined) {
    betas.add('advanced-tool-use-2025-11-20')
  }
}

/** All content parts of the messages, those inside tool results too. */
function* promptParts(body: JsonObject): Generator<JsonObject> {
  for (const message of objectsOf(body.messages)) {
    for (const part of objectsOf(message.content)) {
      yield part
      if (part.type === 'tool_result') yield* objectsOf(part.content)
    }
  }
}
