import { allDialects, measuredOf } from '@switchyard/core'
import { loadCatalog } from './knowledge.ts'
import type { Parts } from './parts.ts'

/** All providers, all dialects, all operations, the whole catalog. */
export const everything: Parts = {
  dialects: allDialects,
  operations: measuredOf,
  providers: () => import('@switchyard/providers').then(({ registry }) => registry),
  catalog: loadCatalog,
}
