import { costOf, RequestBody, type Ask, type Deployment } from '@switchyard/core'
import { isGatewayError, noUsage, type ErrorKind, type NanoUsd, type Usage } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import {
  laterOutcome,
  masterPrincipal,
  principalOf,
  withLimits,
  type Permit,
  type Principal as Payer,
  type Reservation,
} from '../money/index.ts'
import { hostOf } from '../pipeline/admit.ts'
import { callBound, checkPriced, isPricedDeployment } from '../pipeline/bound.ts'
import { requestFacts } from '../pipeline/request-facts.ts'

/** What is passed on, as the books see it. */
export interface Passed {
  /** Undefined: an address of the configuration. */
  readonly deployment: Deployment | undefined
  readonly target: string
  /** The call, where its body and reply are known. */
  readonly ask: Ask | undefined
  /** What the operator says that a request costs. */
  readonly costNano: NanoUsd
  readonly operation: string
  /** It has been done, beside the request itself: nothing is refused or reserved any more. */
  readonly isOver?: true
  /** What it may cost, where the call itself does not say. */
  readonly boundNano?: NanoUsd
  /** The next row of something that has its place among the parallel requests already. */
  readonly further?: number
}

/** What the provider answered to what failed so, for its row. */
export const upstreamStatusOf = (cause: unknown): number | null =>
  isGatewayError(cause) ? (cause.facts.upstreamStatus ?? null) : null

/** A client of a route that needs no key. */
const anonymousPayer: Payer = { ...masterPrincipal, payer: { keyId: 'anonymous', userId: null, teamId: null }, label: 'no key' }

export function payerOf({ principal }: Pick<Context, 'principal'>): Payer {
  if (principal.kind === 'key') return principalOf(principal.record)
  return principal.kind === 'master' ? masterPrincipal : anonymousPayer
}

const unlimited = { budgets: [], gauge: undefined, rates: [] }

const noBody = { body: RequestBody.ofJson({}) }

/** The permit and the ledger row of one request that is passed on. */
export class PassBooks {
  readonly #passed: Passed
  readonly #permit: Permit
  readonly #reservation: Reservation
  #firstByteMs: number | null = null
  #upstreamStatus: number | null = null
  #isClosed = false

  private constructor(context: Context, passed: Passed, permit: Permit) {
    this.#passed = passed
    this.#permit = permit
    const { deployment, ask, operation, target, isOver, further } = passed
    this.#reservation = permit.attempt({
      requestId: context.callId,
      attempt: isOver ? 2 : (further ?? 1),
      callType: operation,
      model: ask?.model ?? '',
      modelGroup: ask?.model ?? '',
      deploymentId: deployment?.id ?? null,
      provider: deployment?.provider.id ?? 'passthrough',
      apiBase: deployment === undefined ? (URL.parse(target)?.host ?? null) : hostOf(deployment),
      startMs: Date.now(),
      ip: context.ip,
      ...requestFacts(context.request.headers, ask ?? noBody),
    })
  }

  static async admit(context: Context, passed: Passed): Promise<PassBooks> {
    const { ask, deployment, costNano, isOver, boundNano, further } = passed
    const caller = payerOf(context)
    const placed = further === undefined ? caller : withLimits(caller, { ...unlimited, budgets: caller.budgets })
    const payer = isOver ? withLimits(caller, unlimited) : placed
    const { unpriced } = context.snapshot.config.switchyard
    if (ask !== undefined && deployment !== undefined && !isOver) checkPriced([deployment], unpriced, payer.budgets.length > 0)
    const bound =
      ask === undefined || deployment === undefined || isOver || boundNano !== undefined
        ? { nano: boundNano ?? costNano, tokens: 0 }
        : callBound({ ask, deployments: [deployment], maxTokens: undefined })
    return new PassBooks(context, passed, await context.gateway.money.permits.admit(payer, bound))
  }

  /** The target's reply has begun. */
  answered(status: number): void {
    this.#firstByteMs ??= Date.now()
    this.#upstreamStatus ??= status
  }

  /** Resolves when the row is durable; the first call counts. */
  async settle(
    status: 'success' | 'failure' | 'cancelled',
    usage: Usage = noUsage,
    errorKind: ErrorKind | null = null,
  ): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const { ask, deployment } = this.#passed
    const isPriced =
      ask === undefined || ask.operation === 'count_tokens' || (deployment !== undefined && isPricedDeployment(deployment))
    try {
      const nano = status === 'failure' && usage === noUsage ? 0 : this.#cost(usage)
      const outcome = laterOutcome({ status, errorKind, upstreamStatus: this.#upstreamStatus, usage, nano })
      await this.#reservation.settle({ ...outcome, firstByteMs: this.#firstByteMs, unpriced: !isPriced })
    } finally {
      this.#permit.release()
    }
  }

  #cost(usage: Usage): NanoUsd {
    const { ask, deployment, costNano } = this.#passed
    if (ask === undefined || ask.operation === 'count_tokens' || deployment?.facts === undefined) return costNano
    const tier = ask.body.field('service_tier')
    return costOf(deployment.facts.prices, usage, {
      nowMs: Date.now(),
      ...(typeof tier === 'string' ? { serviceTier: tier } : {}),
    }).total
  }
}
