import {
  fail,
  isGatewayError,
  type Echo,
  type EventSink,
  type GatewayError,
  type Loss,
  type NanoUsd,
  type Usage,
} from '@switchyard/wire'
import { attempt } from './attempt.ts'
import type { Cancellation } from './cancellation.ts'
import type { ProviderEnv, ReplyHeaders, Timeouts, Transport } from './contracts.ts'
import type { Deployment } from './deployment.ts'
import type { FetchMedia } from './inline-media.ts'
import type { Ask } from './ask.ts'
import type { Mode } from './prepare.ts'
import { fallbacksFor, mayFallBack, nothingLeft, pickDeployment, retryDelay } from './router/index.ts'
import type { Health, ModelGroup, ModelTable, RouterSettings } from './router/index.ts'

/** What lives as long as a snapshot, and what runs its calls. */
export interface Engine {
  readonly models: Pick<ModelTable, 'find'>
  readonly settings: RouterSettings
  readonly health: Health
  readonly transport: Transport
  readonly env: ProviderEnv
  readonly random: () => number
}

/** One call of a client. */
export interface Call {
  /** A UUID: the request's id in headers, ledger and logs. */
  readonly id: string
  readonly ask: Ask
  readonly signal: Cancellation
  /** The client's headers that may travel to the provider, lower-case. */
  readonly forwarded: Readonly<Record<string, string>>
  /** Those that mean something only where the provider is spoken to in the client's own dialect (beta flags). */
  readonly dialectHeaders?: Readonly<Record<string, string>>
  readonly retries?: number
  readonly timeouts?: Partial<Timeouts>
  /** The client's own fallbacks, already checked against what it may use. */
  readonly fallbacks: readonly string[]
  /** No fallback at all, not even a configured one. */
  readonly noFallbacks?: boolean
  /** Fetches media for providers that take no URLs; without it such URLs travel as they are. */
  readonly fetchMedia?: FetchMedia
  /** Reads the reply's hub events along with the client (the SDK's result, stored responses). */
  readonly also?: EventSink
  /** Keeps a whole reply before it is paid for, so that what is paid for cannot be lost. */
  readonly keep?: (reply: Uint8Array) => Promise<void>
}

/** An attempt that is about to be made. */
export interface Bound {
  readonly deployment: Deployment
  /** Counts from 1 over the whole call. */
  readonly attempt: number
}

/** How an attempt ended: the facts of one ledger row. */
export interface Outcome {
  readonly status: 'success' | 'failure' | 'cancelled'
  readonly error: GatewayError | undefined
  readonly usage: Usage
  readonly providerId: string | undefined
  /** What the provider answered, whatever the client was told; undefined: nothing. */
  readonly upstreamStatus: number | undefined
  readonly startedMs: number
  readonly firstByteMs: number | undefined
  readonly endedMs: number
}

/** Money and rate set aside for one attempt. Settled exactly once. */
export interface Reservation {
  /** Output tokens that are funded, when the client named none and the worst case is not. */
  readonly maxTokens?: number
  /** Durable when resolved. Answers the cost. */
  settle(outcome: Outcome): Promise<NanoUsd>
}

/** The caller of the core: nothing reaches a provider without its reservation. */
export interface CallHost {
  reserve(bound: Bound): Reservation | Promise<Reservation>
  /** Has the deployment room under its own rpm and tpm? */
  hasRoom(deployment: Deployment): boolean
  /** How the host's own client is told of a failure; the books, retries and fallbacks go by the error as it is. */
  toldAs?(error: GatewayError): GatewayError
}

export interface CallResult {
  readonly body: Uint8Array | AsyncGenerator<Uint8Array, void, void>
  readonly isStream: boolean
  /** Of the body, where it is neither JSON nor the events of the client's dialect. */
  readonly contentType?: string
  readonly deployment: Deployment
  readonly group: string
  readonly attempts: number
  readonly fallbacks: number
  readonly mode: Mode
  readonly losses: readonly Loss[]
  /** Flags of the request that were not sent, because this upstream refuses them. */
  readonly leftOut: readonly string[]
  /** The provider's reply headers. */
  readonly upstreamHeaders: ReplyHeaders
  readonly upstreamMs: number
  /** Known when the reply was whole. */
  readonly costNano?: NanoUsd
  readonly usage?: Usage
}

export type { Echo }

/** Runs a call to its reply or to the error that the client shall see: retries, then fallbacks, all before the first content. */
export async function runCall(call: Call, engine: Engine, host: CallHost): Promise<CallResult> {
  const { settings, models } = engine
  const queue: string[] = [call.ask.model]
  const visited = new Set<string>()
  let groups = 0
  let attempts = 0
  let error: GatewayError | undefined
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const group = models.find(name)
    visited.add(name)
    if (group === undefined) {
      error ??= unknownModel(name)
      continue
    }
    groups++
    const result = await runGroup({ call, engine, host, group, attemptsBefore: attempts })
    attempts = result.attempts
    if (result.ok) return { ...result.result, fallbacks: groups - 1 }
    error = result.error
    if (call.noFallbacks || call.signal.aborted || !mayFallBack(error) || groups > settings.maxFallbacks) break
    for (const next of fallbacksFor(name, error, settings, visited.size === 1 ? call.fallbacks : [])) {
      if (!visited.has(next) && !queue.includes(next)) queue.push(next)
    }
  }
  const last = error ?? unknownModel(call.ask.model)
  throw host.toldAs?.(last) ?? last
}

export const unknownModel = (name: string): GatewayError =>
  fail('bad_request', `There is no model "${name}" here. GET /v1/models lists the names that this key may use.`, {
    param: 'model',
    code: 'model_not_found',
  })

interface GroupRun {
  readonly call: Call
  readonly engine: Engine
  readonly host: CallHost
  readonly group: ModelGroup
  readonly attemptsBefore: number
}

type GroupResult =
  | { readonly ok: true; readonly attempts: number; readonly result: Omit<CallResult, 'fallbacks'> }
  | { readonly ok: false; readonly attempts: number; readonly error: GatewayError }

async function runGroup(run: GroupRun): Promise<GroupResult> {
  const { call, engine, host, group } = run
  const { health, settings, random } = engine
  const alone = group.deployments.length === 1
  const tried = new Set<string>()
  const repeated = new Set<string>()
  health.retries.earn()
  let attempts = run.attemptsBefore
  let error: GatewayError | undefined
  const hasRoom = (deployment: Deployment): boolean => host.hasRoom(deployment)
  for (;;) {
    const deployment = pickDeployment(group, { health, tried, hasRoom, random, prefers: call.ask.prefers })
    if (deployment === undefined) return { ok: false, attempts, error: error ?? nothingLeft(group, health) }
    attempts++
    try {
      const done = await attempt({ call, engine, host, deployment, number: attempts, group, alone })
      return { ok: true, attempts, result: { ...done, attempts, group: group.name } }
    } catch (cause) {
      error = toError(cause)
    }
    if (error.facts.refusedFlags !== undefined && !repeated.has(deployment.id)) {
      repeated.add(deployment.id)
      continue
    }
    tried.add(deployment.id)
    const othersLeft = group.deployments.some((other) => !tried.has(other.id) && !health.isCooling(other.id))
    const inGroup = attempts - run.attemptsBefore
    const wanted = call.retries ?? deployment.retries
    const waitMs = retryDelay({ error, group: group.name, attempts: inGroup, wanted, othersLeft, random }, settings)
    if (waitMs === undefined || !(othersLeft || health.retries.take(error))) return { ok: false, attempts, error }
    if (!(await sleep(waitMs, call.signal))) return { ok: false, attempts, error }
  }
}

const toError = (cause: unknown): GatewayError =>
  isGatewayError(cause) ? cause : fail('internal', 'The gateway failed on this call.', { code: 'gateway_bug' }, { cause })

/** False when the client went away meanwhile. */
function sleep(ms: number, signal: Cancellation): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  if (ms <= 0) return Promise.resolve(true)
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve(!signal.aborted)
    }
    const timer = setTimeout(wake, ms)
    signal.addEventListener('abort', wake, { once: true })
  })
}
