import { existsSync, readFileSync } from 'node:fs'

/** How many sockets of the descriptors that a process may have are for what. What is left is for files, media and DNS. */
export interface ConnectionShares {
  /** Clients that are served. */
  readonly clients: number
  /** Clients that are told in order that there are too many of them. */
  readonly extra: number
  /** Connections to providers: a call needs one, as it needs one of a client. */
  readonly upstream: number
}

const unlimited: ConnectionShares = {
  clients: Number.POSITIVE_INFINITY,
  extra: 0,
  upstream: Number.POSITIVE_INFINITY,
}

/** A worker at rest has 17 open (Bun 1.4.5, 2026-11-22); journal segments, uploads and result files come and go. */
const fewestKept = 64
const keptShare = 1 / 8
const fewest = { connections: 16, extra: 8 }
const extraShare = 1 / 8

/** `limit`: of open files; undefined where nobody knows it. */
export function sharesOf(limit: number | undefined): ConnectionShares {
  if (limit === undefined) return unlimited
  const kept = Math.max(fewestKept, Math.ceil(limit * keptShare))
  const half = Math.max(fewest.connections, Math.floor((limit - kept) / 2))
  const extra = Math.max(fewest.extra, Math.ceil(half * extraShare))
  return { clients: half - extra, extra, upstream: half }
}

/** The limit that holds (proc(5), limits); both runtimes raise it to the highest allowed when they start. */
export function openFilesIn(limits: string): number | undefined {
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? undefined : Number(soft)
}

const limitsFile = '/proc/self/limits'

/** Of this process. Only Linux says it. */
export const connectionShares: ConnectionShares = sharesOf(
  existsSync(limitsFile) ? openFilesIn(readFileSync(limitsFile, 'utf8')) : undefined,
)
