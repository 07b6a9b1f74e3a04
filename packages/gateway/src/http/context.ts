import type { Gateway } from '../gateway.ts'
import type { Principal } from '../pipeline/identify.ts'
import type { Snapshot } from '../snapshot.ts'
import type { HttpRequest } from './listener.ts'
import type { Route } from './route.ts'

/** One request on its way: what the pipeline's steps and the handlers may look at. */
export interface Context {
  readonly gateway: Gateway
  /** The configuration that this request is served by, whatever is loaded meanwhile. */
  readonly snapshot: Snapshot
  readonly route: Route
  readonly request: HttpRequest
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** UUIDv7: the id of the request in headers, ledger and logs. */
  readonly callId: string
  readonly ip: string | null
  readonly principal: Principal
  readonly startedMs: number
}
