import type { KeptKind } from '@switchyard/core'
import { compact, fail } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { jsonResponse } from '../../http/reply.ts'
import { ownerOf } from '../response-store.ts'
import { refOf, type Sealed } from './sealed-id.ts'

/**
 * A vector store of the configuration, by the provider's own id: every key may read and search it, as with LiteLLM
 * (vector_store_deny_by_default is false there, 2026-11-22); the operator alone changes it.
 */
export function registeredStore(context: Context, kind: KeptKind, id: string): Sealed | undefined {
  const { snapshot, route, params, principal, gateway } = context
  const keeper = kind === 'vector_stores' ? snapshot.vectorStores.get(id) : undefined
  if (keeper === undefined) return undefined
  const isReading = route.method === 'GET' || (route.method === 'POST' && params['rest'] === 'search')
  if (!isReading && principal.kind !== 'master') {
    throw fail('forbidden', `The vector store "${id.slice(0, 60)}" is the operator's: keys may read and search it.`)
  }
  return { deploymentRef: refOf(gateway, keeper.id), ownerRef: refOf(gateway, ownerOf(context)), upstreamId: id, note: '' }
}

/** GET /v1/vector_store/list: the stores of the configuration. */
export function listRegisteredStores({ snapshot }: Context): Response {
  const data = snapshot.config.vectorStores.map(({ storeId, provider, modelName, description }) =>
    compact({
      vector_store_id: storeId,
      custom_llm_provider: provider,
      vector_store_name: modelName,
      vector_store_description: description,
      is_config: true,
    }),
  )
  return jsonResponse({ object: 'list', data, total_count: data.length, current_page: 1, total_pages: 1 })
}
