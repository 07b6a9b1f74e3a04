import {
  costOf,
  measuredOf,
  type Ask,
  type Bound,
  type CallHost,
  type Deployment,
  type Outcome,
  type Reservation,
} from '@switchyard/core'
import type { GatewayError, NanoUsd } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { masterPrincipal, principalOf, type Permit, type Principal as Payer, type Reservation as Claim } from '../money/index.ts'
import { Seldom } from '../observe/seldom.ts'
import type { AttemptFacts } from '../store/index.ts'
import { callBound, checkPriced, deploymentsOf, isPricedDeployment, namedMaxTokens } from './bound.ts'
import { requestFacts } from './request-facts.ts'
import { isCredentialTrouble, toldError } from './told-error.ts'

/**
 * Reserves money and rate for a call; the host that it answers lets the core make attempts within that. `fallbacks`: the
 * client's own.
 */
export async function admit(context: Context, ask: Ask, fallbacks: readonly string[] = []): Promise<AdmittedCall> {
  const { gateway, snapshot, principal } = context
  const payer = principal.kind === 'key' ? principalOf(principal.record) : masterPrincipal
  const deployments = deploymentsOf(ask, snapshot, fallbacks)
  checkPriced(deployments, snapshot.config.switchyard.unpriced, payer.budgets.length > 0)
  const named = namedMaxTokens(ask)
  const maxTokens = named ?? (await fundedTokens(context, ask, deployments, payer))
  const bound = callBound({ ask, deployments, maxTokens })
  const permit = await gateway.money.permits.admit(payer, named === undefined ? withinRate(bound, payer) : bound)
  return new AdmittedCall(context, ask, permit, named === undefined ? maxTokens : undefined)
}

/** The largest output that the budget still pays for, when that is less than the model's own limit. */
async function fundedTokens(
  context: Context,
  ask: Ask,
  deployments: readonly Deployment[],
  payer: Payer,
): Promise<number | undefined> {
  // A compaction takes no limit of its output.
  if (payer.budgets.length === 0 || ask.operation === 'compaction') return undefined
  const worst = callBound({ ask, deployments, maxTokens: undefined }).nano
  const funds = await context.gateway.money.permits.fundable(payer)
  if (worst <= funds) return undefined
  let [low, high] = [0, Math.max(1, ...deployments.map((one) => one.facts?.maxOutput ?? 4096))]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (callBound({ ask, deployments, maxTokens: middle }).nano <= funds) low = middle
    else high = middle
  }
  // Too little for a sentence: the admission refuses the full bound and says why.
  return low < leastTokens ? undefined : low
}

const leastTokens = 16

/** A guess of ours must not be what breaks a token limit. */
function withinRate(bound: { nano: NanoUsd; tokens: number }, payer: Payer): { nano: NanoUsd; tokens: number } {
  const limits = payer.rates.filter((rate) => rate.unit === 'tokens').map((rate) => rate.limit)
  return { ...bound, tokens: Math.min(bound.tokens, ...limits) }
}

/** The permit of one call as the core sees it. Released when the call is over and its last attempt is settled. */
export class AdmittedCall implements CallHost {
  readonly #context: Context
  readonly #ask: Ask
  readonly #permit: Permit
  readonly #maxTokens: number | undefined
  #open = 0
  #over = false

  constructor(context: Context, ask: Ask, permit: Permit, maxTokens: number | undefined) {
    this.#context = context
    this.#ask = ask
    this.#permit = permit
    this.#maxTokens = maxTokens
  }

  hasRoom(deployment: Deployment): boolean {
    return this.#context.snapshot.throughput.hasRoom(deployment)
  }

  toldAs(error: GatewayError): GatewayError {
    const { gateway, callId, principal } = this.#context
    const { model } = this.#ask
    if (isCredentialTrouble(error) && alarms.isTime(model))
      gateway.log.error('a provider does not accept our credential', { callId, model, why: error.message })
    return toldError(error, principal.kind === 'master')
  }

  reserve(bound: Bound): Reservation {
    const { deployment } = bound
    const claim = this.#permit.attempt(this.#factsOf(bound))
    this.#open++
    this.#context.snapshot.throughput.began(deployment)
    return {
      ...(this.#maxTokens === undefined ? {} : { maxTokens: this.#maxTokens }),
      settle: (outcome) => this.#settle(claim, deployment, outcome),
    }
  }

  /** The core will make no further attempt; a stream may still be running. */
  release(): void {
    this.#over = true
    if (this.#open === 0) this.#permit.release()
  }

  async #settle(claim: Claim, deployment: Deployment, outcome: Outcome): Promise<NanoUsd> {
    const { usage, error } = outcome
    try {
      this.#context.snapshot.throughput.used(deployment, usage.input + usage.output)
      const isUnused = usage.input + usage.output === 0 && usage.units === undefined
      const isFree = this.#ask.operation === 'count_tokens' || isUnused
      const cost =
        isFree || deployment.facts === undefined ? 0 : costOf(deployment.facts.prices, usage, this.#costOptions(outcome)).total
      if (outcome.status === 'success' && measuredOf(this.#ask.operation)?.startsJob) {
        await claim.expire(outcome.endedMs, cost)
        return cost
      }
      await claim.settle({
        status: outcome.status,
        errorKind: error?.kind ?? null,
        providerRequestId: outcome.providerId ?? null,
        upstreamStatus: outcome.upstreamStatus ?? null,
        endMs: outcome.endedMs,
        firstByteMs: outcome.firstByteMs ?? null,
        inputTokens: usage.input,
        outputTokens: usage.output,
        cacheReadTokens: usage.cacheRead,
        cacheWriteTokens: usage.cacheWrite,
        reasoningTokens: usage.reasoning,
        totalTokens: usage.input + usage.output,
        estimated: usage.estimated ?? false,
        unpriced: !isFree && !isPricedDeployment(deployment),
        spendNano: cost,
      })
      return cost
    } finally {
      this.#open--
      if (this.#over && this.#open === 0) this.#permit.release()
    }
  }

  #costOptions(outcome: Outcome): { nowMs: number; serviceTier?: string } {
    const tier = this.#ask.body.field('service_tier')
    return { nowMs: outcome.endedMs, ...(typeof tier === 'string' ? { serviceTier: tier } : {}) }
  }

  #factsOf({ deployment, attempt }: Bound): AttemptFacts {
    const { callId, ip, request } = this.#context
    const ask = this.#ask
    return {
      requestId: callId,
      attempt,
      callType: ask.operation,
      model: ask.model,
      modelGroup: deployment.modelName,
      deploymentId: deployment.id,
      provider: deployment.provider.id,
      apiBase: hostOf(deployment),
      startMs: Date.now(),
      ip,
      ...requestFacts(request.headers, ask),
    }
  }
}

/** A provider that refuses us refuses every call: once a minute and model is enough (reliability facts L6). */
const alarms = new Seldom(60_000)

const hosts = new WeakMap<Deployment, string | null>()

/** What of a base URL may stand in rows that many may read. */
export function hostOf(deployment: Deployment): string | null {
  let host = hosts.get(deployment)
  if (host === undefined) {
    host = URL.parse(deployment.baseUrl)?.host ?? null
    hosts.set(deployment, host)
  }
  return host
}
