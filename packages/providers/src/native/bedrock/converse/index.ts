import type { ProviderDialect } from '@switchyard/wire'
import { readError } from '../../../aws/errors.ts'
import { allFamilies, type Family, familyOf } from './families.ts'
import { writesOf } from './fidelity.ts'
import { ConverseReader } from './reader.ts'
import { readReply } from './reply.ts'
import { writeRequest } from './write-request.ts'

const dialectFor = (family: Family): ProviderDialect => ({
  writes: writesOf(family),
  writeRequest,
  readReply,
  reader: (sink, undo) => new ConverseReader(sink, undo),
  readError,
})

/** Converse, as each family of models keeps what it is told. */
export const converseOf: ReadonlyMap<string, ProviderDialect> = new Map(
  allFamilies.map((family) => [family.name, dialectFor(family)]),
)

export const converseFamily = (model: string): string => familyOf(model).name
