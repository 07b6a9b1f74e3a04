import type { Gateway } from '../../gateway.ts'
import { refOf, seal, type Sealed } from '../objects/sealed-id.ts'

type Hasher = Pick<Gateway, 'identity'>

/** Where ids of ours say that an object is kept which no provider keeps. */
export const ownKeeper = 'gateway'

export const isOwn = (gateway: Hasher, { deploymentRef }: Pick<Sealed, 'deploymentRef'>): boolean =>
  deploymentRef === refOf(gateway, ownKeeper)

/** The id that the owner of an object knows it by. */
export const sealOwn = (gateway: Hasher, owner: string, id: string): string =>
  seal(gateway, { deploymentRef: refOf(gateway, ownKeeper), ownerRef: refOf(gateway, owner), upstreamId: id, note: '' })
