import { initial } from './0001-initial.ts'
import { objects } from './0002-objects.ts'
import { upstreamStatus } from './0003-upstream-status.ts'
import { batches } from './0004-batches.ts'
import { idempotency } from './0005-idempotency.ts'

export interface Migration {
  readonly version: number
  readonly sql: string
}

/** Forward only: a step that has shipped never changes, and a later one may only add (expand, then contract). */
export const migrations: readonly Migration[] = [
  { version: 1, sql: initial },
  { version: 2, sql: objects },
  { version: 3, sql: upstreamStatus },
  { version: 4, sql: batches },
  { version: 5, sql: idempotency },
]

/** The steps that a database at `version` still needs; throws when it was written by a newer Switchyard. */
export function pendingMigrations(version: number): readonly Migration[] {
  const newest = migrations.at(-1)?.version ?? 0
  if (version > newest) {
    throw new Error(
      `the database has schema version ${version}, but this Switchyard knows only versions up to ${newest}: ` +
        'start the newer Switchyard that wrote it, or restore a backup from before the upgrade',
    )
  }
  return migrations.filter((step) => step.version > version)
}
