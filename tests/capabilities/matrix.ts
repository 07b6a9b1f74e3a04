import { loadCatalog, type Provider } from '@switchyard/core'
import { providers } from '@switchyard/providers'
import { prove, type Verdict } from './prove.ts'
import { chatProofs, operationProofs, type Proof } from './requests.ts'
import { deploymentFor } from './setup.ts'

/** A provider, and what was found of each feature and operation that it has endpoints for. */
export interface Row {
  readonly provider: Provider
  readonly model: string
  readonly verdicts: ReadonlyMap<string, Verdict>
}

/** Every provider's every operation, run through the core; sorted by id. */
export async function matrix(): Promise<readonly Row[]> {
  const catalog = await loadCatalog()
  const sorted = providers.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return Promise.all(
    sorted.map(async (provider) => {
      const deployment = deploymentFor(provider, catalog)
      const proofs = [...chatProofs, ...operationProofs].filter(({ operation }) => serves(provider, operation))
      const found = await Promise.all(
        proofs.map(async (proof) => {
          const own = deploymentFor(provider, catalog, proof.operation)
          return [proof.feature, await prove(provider, own, proof)] as const
        }),
      )
      return { provider, model: deployment.model, verdicts: new Map(found) }
    }),
  )
}

const serves = ({ endpoints }: Provider, operation: Proof['operation']): boolean => endpoints[operation] !== undefined
