import { compact } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { jsonResponse } from '../http/reply.ts'

/** GET /v1/search/tools: what POST /v1/search/{tool} can be asked for. */
export function listSearchTools({ snapshot }: Context): Response {
  const data = snapshot.config.searchTools.map(({ modelName, engine, description }) =>
    compact({ object: 'search_tool', search_tool_name: modelName, search_provider: engine, description }),
  )
  return jsonResponse({ object: 'list', data })
}
