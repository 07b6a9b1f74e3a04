import { isGatewayError } from '@switchyard/wire'
import { makeFacts, makeOutcome } from '../../store/for-test.ts'
import { type AttemptFacts, rowId } from '../../store/index.ts'
import type { Money, Permit, Principal } from '../index.ts'
import type { AttemptPlan, CallPlan } from './plan.ts'
import type { Claim, Witness } from './witness.ts'
import type { Process, World } from './world.ts'

interface Scene {
  readonly world: World
  readonly witness: Witness
  readonly process: Process
  readonly money: Money
  readonly principal: Principal
  readonly permitMs: number
  /** Whether an error is one that the world made. */
  readonly isExpected: (error: unknown) => boolean
}

/** One request, from its admission to its last byte. */
export class Client {
  readonly #id: string
  readonly #plan: CallPlan
  readonly #scene: Scene
  #tokens = 0
  #admittedAt = 0
  constructor(id: string, plan: CallPlan, scene: Scene) {
    this.#id = id
    this.#plan = plan
    this.#scene = scene
  }

  async call(): Promise<void> {
    const { world, witness, process, money, principal, isExpected } = this.#scene
    const { nano, tokens } = this.#plan
    const { keyId } = principal.payer
    const admission = witness.asks(keyId, tokens)
    world.note(process.name, `${this.#id} asks for ${nano} nano-USD and ${tokens} tokens of ${keyId}`)
    let permit: Permit
    try {
      permit = await money.permits.admit(principal, { nano, tokens })
    } catch (error) {
      witness.refused(keyId, admission)
      world.note(process.name, `${this.#id} is refused: ${String(error)}`)
      if (!isRefusal(error) && !isExpected(error)) world.violate(`${this.#id} was not admitted: ${String(error)}`)
      return
    }
    world.note(process.name, `${this.#id} is admitted`)
    this.#admittedAt = world.now
    await this.#use(permit, witness.admitted(process, keyId, nano, admission))
  }

  async #use(permit: Permit, claim: Claim): Promise<void> {
    const { attempts, ending } = this.#plan
    for (const [index, attempt] of attempts.entries()) {
      const isLast = index === attempts.length - 1
      const goesOn = await this.#attempt(permit, claim, { attempt, number: index + 1, status: isLast ? ending : 'failure' })
      if (!goesOn) break
    }
    if (ending === 'forgotten') return
    permit.release()
    this.#scene.witness.released(claim, this.#tokens)
  }

  async #attempt(
    permit: Permit,
    claim: Claim,
    step: { readonly attempt: AttemptPlan; readonly number: number; readonly status: CallPlan['ending'] },
  ): Promise<boolean> {
    const { world, witness, process } = this.#scene
    const { attempt, number, status } = step
    const facts = this.#factsOf(number)
    const id = rowId(facts.requestId, facts.attempt)
    let reservation
    try {
      reservation = permit.attempt(facts)
    } catch (error) {
      world.note(process.name, `${id} may not start: ${String(error)}`)
      const isFine = isRefusal(error) || this.#scene.isExpected(error) || this.#hasExpired()
      if (!isFine) world.violate(`${id} may not start: ${String(error)}`)
      return false
    }
    witness.opened(claim, id)
    await world.wait(process, attempt.ms)
    if (status === 'forgotten') return false
    const cost = Math.floor(this.#plan.nano * attempt.costShare)
    const tokens = Math.floor((this.#plan.tokens * attempt.tokenShare) / this.#plan.attempts.length)
    const isLate = this.#hasExpired()
    this.#tokens += tokens
    witness.charged(claim, cost, { isLate, isLast: status !== 'failure', tokens: this.#tokens })
    world.note(process.name, `${id} costs ${cost}: ${status}`)
    const outcome = makeOutcome(cost, { status, totalTokens: tokens, endMs: world.wall(), firstByteMs: null })
    try {
      await reservation.settle(outcome)
    } catch (error) {
      world.note(process.name, `${id} is not acknowledged: ${String(error)}`)
      witness.unwritten(claim, isLate ? 0 : cost)
      return false
    }
    world.note(process.name, `${id} is acknowledged`)
    witness.paid(claim, id, cost, isLate)
    return status === 'failure'
  }

  /** The sweep may have taken its reservation back. */
  #hasExpired(): boolean {
    const { world, permitMs } = this.#scene
    return world.now - this.#admittedAt >= permitMs
  }

  #factsOf(attempt: number): AttemptFacts {
    return makeFacts({ requestId: this.#id, attempt, startMs: this.#scene.world.wall() })
  }
}

const isRefusal = (error: unknown): boolean =>
  isGatewayError(error) && (error.kind === 'over_budget' || error.kind === 'rate_limited' || error.kind === 'unavailable')
