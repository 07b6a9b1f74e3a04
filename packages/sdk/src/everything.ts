import { allDialects } from '@switchyard/core'
import { loadCatalog } from './knowledge.ts'
import type { Parts } from './parts.ts'

/** All providers, all dialects, the whole catalog. */
export const everything: Parts = {
  dialects: allDialects,
  providers: () => import('@switchyard/providers').then(({ registry }) => registry),
  catalog: loadCatalog,
}
