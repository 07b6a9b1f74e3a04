import type { Deployment } from '@switchyard/core'
import { compact, stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { deploymentOf } from './objects/owned.ts'
import { refOf, seal, type Sealed } from './objects/sealed-id.ts'

/** What the id of a video remembers of it. */
export interface VideoNote {
  /** Of the ledger's row in which it is billed. */
  readonly requestId: string
  readonly attempt: number
  readonly seconds: string
  readonly size: string
  /** The model as clients call it: some deployments are found by it only. */
  readonly group: string
}

/** The group stands last, for it may have spaces. */
export const writeNote = ({ requestId, attempt, seconds, size, group }: VideoNote): string =>
  [requestId, attempt, seconds.replaceAll(' ', ''), size.replaceAll(' ', ''), group].join(' ')

export function readNote(text: string): VideoNote {
  const [requestId = '', attempt = '', seconds = '', size = '', ...group] = text.split(' ')
  return { requestId, attempt: Number(attempt), seconds, size, group: group.join(' ') }
}

/** The deployment that made a video. */
export function keeperOf(scene: Pick<Context, 'snapshot' | 'gateway'>, { deploymentRef, note }: Sealed): Deployment {
  const group = scene.snapshot.engine.models.find(readNote(note).group)
  const named = group?.deployments.find(({ id }) => refOf(scene.gateway, id) === deploymentRef)
  return named ?? deploymentOf(scene, deploymentRef)
}

/** A video with ids of ours. */
export function ownVideo({ gateway }: Pick<Context, 'gateway'>, reply: JsonObject, sealed: Sealed): JsonObject {
  const { requestId, ...note } = readNote(sealed.note)
  const source = stringOf(reply['remixed_from_video_id'])
  return {
    // Some providers tell these once, and some never.
    ...compact({ created_at: madeAt(requestId), seconds: note.seconds || undefined, size: note.size || undefined }),
    ...reply,
    id: seal(gateway, sealed),
    // What it was made of is billed in a row of its own, which is over.
    ...(source === undefined
      ? {}
      : {
          remixed_from_video_id: seal(gateway, { ...sealed, upstreamId: source, note: writeNote({ ...note, requestId: '-' }) }),
        }),
  }
}

/** Ids of requests begin with their time (UUIDv7), in milliseconds. */
function madeAt(requestId: string): number | undefined {
  const seconds = Math.floor(Number.parseInt(requestId.replaceAll('-', '').slice(0, 12), 16) / 1000)
  return Number.isNaN(seconds) ? undefined : seconds
}
