import type { PassThrough } from '@switchyard/core'
import type { DialectId } from '@switchyard/wire'
import type { Context } from './context.ts'

/** Who may call: anyone, the holder of a valid key, or the operator (master key). */
export type AuthClass = 'public' | 'key' | 'admin'

/** `call`: money and rate are reserved and a ledger row is written; `free`: nothing that costs reaches a provider. */
export type MeterClass = 'call' | 'free'

/** Where guardrails look, on routes that carry prompts or answers. */
export type GuardPoint = 'input' | 'output'

/**
 * One line of the manifest. What it does not name does not exist; a line without auth, meter and guards does not compile.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'PATCH'
  /** `{name}` matches one segment, `{name:path}` any number of them. */
  readonly path: string
  readonly auth: AuthClass
  readonly meter: MeterClass
  readonly guards: readonly GuardPoint[]
  /** The dialect in which errors are printed. */
  readonly dialect: DialectId
  /** Called by a provider's own client programs: the key comes as that provider takes it, and errors go as it writes them. */
  readonly ofProvider?: PassThrough
  /** One line for the API description. */
  readonly summary: string
  readonly serve: (context: Context) => Response | Promise<Response>
}
