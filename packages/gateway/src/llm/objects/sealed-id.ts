import { isString, parseJson } from '@switchyard/wire'
import type { Gateway } from '../../gateway.ts'

/** What an id of ours says: whose object it is, where it is kept, and what it is called there. */
export interface Sealed {
  readonly deploymentRef: string
  readonly ownerRef: string
  readonly upstreamId: string
  /** What the gateway has to remember of the object: the worst cost of a batch's rows, the row that a batch is billed in. */
  readonly note: string
}

type Hasher = Pick<Gateway, 'identity'>

const macLength = 32
const sealed = /^([a-z]{1,12}[-_])sy([\w-]+)([0-9a-f]{32})$/

/** A short name that tells nobody whose it is. */
export const refOf = ({ identity }: Hasher, text: string): string => identity.directory.hash(`ref:${text}`).slice(0, 16)

const macOf = ({ identity }: Hasher, text: string): string => identity.directory.hash(`sealed-id:${text}`).slice(0, macLength)

/** Every request can be routed by the id alone, and nobody can make an id that was not given out. */
export function seal(gateway: Hasher, { deploymentRef, ownerRef, upstreamId, note }: Sealed): string {
  const prefix = /^([a-z]{1,12}[-_])/.exec(upstreamId)?.[1] ?? 'id-'
  const text = Buffer.from(JSON.stringify([deploymentRef, ownerRef, upstreamId, note])).toString('base64url')
  return `${prefix}sy${text}${macOf(gateway, prefix + text)}`
}

export const isSealed = (id: string): boolean => sealed.test(id)

/** Undefined: not an id of ours. */
export function unseal(gateway: Hasher, id: string): Sealed | undefined {
  const [, prefix, text, mac] = sealed.exec(id) ?? []
  if (prefix === undefined || text === undefined || mac !== macOf(gateway, prefix + text)) return undefined
  const value = parseJson(Buffer.from(text, 'base64url').toString())
  if (!Array.isArray(value) || !value.every(isString)) return undefined
  const [deploymentRef = '', ownerRef = '', upstreamId = '', note = ''] = value
  return { deploymentRef, ownerRef, upstreamId, note }
}
