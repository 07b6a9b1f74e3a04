import type { Context } from '../http/context.ts'
import { readRaw } from '../http/read-body.ts'
import { jsonResponse } from '../http/reply.ts'

/**
 * POST /api/event_logging/batch: Claude Code reports what it did to its base URL and tries again where nobody takes it. It is the
 * vendor's and none of ours, so it is read and thrown away; the answer is LiteLLM's (2026-11-22).
 */
export async function discardEvents({ request, snapshot }: Context): Promise<Response> {
  await readRaw(request, snapshot.config.switchyard)
  return jsonResponse({ status: 'ok' })
}
