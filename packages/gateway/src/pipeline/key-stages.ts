import type { Ask } from '@switchyard/core'
import type { Snapshot } from '../snapshot.ts'
import type { KeyRecord } from '../store/index.ts'
import { aliased, requireModel } from './access.ts'
import type { Principal } from './identify.ts'

/** What one setting of a key does to its calls, before anything is reserved. */
export interface KeyStage {
  readonly name: 'aliases' | 'models'
  apply(ask: Ask, snapshot: Snapshot): Ask
}

/** The stages of a caller in their order. A key without aliases and restrictions has none. */
export function keyStages(principal: Principal): readonly KeyStage[] {
  if (principal.kind === 'master') return none
  if (principal.kind === 'anonymous') return [accessStage(principal)]
  const { record } = principal
  let stages = known.get(record)
  if (stages === undefined) known.set(record, (stages = compiled(principal, record)))
  return stages
}

const none: readonly KeyStage[] = []

/** Compiled once for each cached record. */
const known = new WeakMap<KeyRecord, readonly KeyStage[]>()

const compiled = (principal: Principal, { aliases, models }: KeyRecord): readonly KeyStage[] => [
  ...(Object.keys(aliases).length === 0 ? [] : [aliasStage(principal)]),
  ...(models.length === 0 ? [] : [accessStage(principal)]),
]

const aliasStage = (principal: Principal): KeyStage => ({
  name: 'aliases',
  apply(ask) {
    const model = aliased(principal, ask.model)
    return model === ask.model ? ask : { ...ask, model }
  },
})

const accessStage = (principal: Principal): KeyStage => ({
  name: 'models',
  apply(ask, snapshot) {
    requireModel(principal, ask.model, snapshot)
    return ask
  },
})
