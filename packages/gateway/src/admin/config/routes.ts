import { fail } from '@switchyard/wire'
import { ConfigError, formatDiagnostic } from '../../config/diagnostic.ts'
import type { Context } from '../../http/context.ts'
import { jsonResponse } from '../../http/reply.ts'

/** POST /config/reload: all workers take the new file, or none does. */
export async function reload({ gateway }: Context): Promise<Response> {
  try {
    const { warnings } = await gateway.reload()
    await gateway.store.feed.publish({ topic: 'config', id: gateway.money.worker })
    return jsonResponse({ status: 'success', revision: gateway.snapshot.revision, warnings: warnings.map(formatDiagnostic) })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const findings = error.diagnostics.map(formatDiagnostic).join('; ')
    throw fail('bad_request', `The configuration was not changed: ${findings}`, { code: 'invalid_config' })
  }
}
