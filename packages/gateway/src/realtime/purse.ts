import { allDialects, priceBound, RequestBody, type Ask, type Deployment, type Outcome } from '@switchyard/core'
import { fail, type GatewayError } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { masterPrincipal, principalOf, withLimits, type Bound, type Principal as Payer } from '../money/index.ts'
import { AdmittedCall } from '../pipeline/admit.ts'

/** Input that is reserved beyond what was said: some minutes of audio, so that not every piece of it asks anew. */
const marginTokens = 2048
/** Output that is reserved when the catalog names no limit: that of OpenAI's models. */
const usualMaxOutput = 4096
const switchingProtocols = 101

interface Spare {
  readonly call: AdmittedCall
  /** Input tokens that it pays for. */
  readonly covers: number
}

/** Without a status: the provider had opened the session. */
export type Ending = Pick<Outcome, 'status' | 'error' | 'usage' | 'providerId'> & Partial<Pick<Outcome, 'upstreamStatus'>>

/** One claim on the purse, from its start to its row. */
export interface Claim {
  settle(ending: Ending): Promise<void>
}

/**
 * The money of one session. A permit without money holds its place among the parallel requests; each response has a permit of
 * its own, reserved before the provider can begin it.
 */
export class Purse {
  readonly #context: Context
  readonly #ask: Ask
  readonly #candidates: readonly Deployment[]
  readonly #payer: Payer
  readonly #spares: Spare[] = []
  #session: AdmittedCall | undefined
  #attempt = 0

  private constructor(context: Context, model: string, candidates: readonly Deployment[]) {
    this.#context = context
    this.#ask = askFor(model)
    this.#candidates = candidates
    this.#payer = payerOf(context)
  }

  /** Takes a place and reserves a first response. Throws what `Permits.admit` throws. */
  static async open(context: Context, model: string, candidates: readonly Deployment[]): Promise<Purse> {
    const purse = new Purse(context, model, candidates)
    const { rates } = purse.#payer
    const place: Payer = { ...purse.#payer, budgets: [], rates: rates.filter(({ unit }) => unit === 'requests') }
    purse.#session = await purse.#admit(place, { nano: 0, tokens: 0 })
    try {
      await purse.reserve(0)
    } catch (error) {
      purse.close()
      throw error
    }
    return purse
  }

  get spares(): number {
    return this.#spares.length
  }

  /** Is every spare large enough for so much input? */
  covers(inputTokens: number): boolean {
    return this.#spares.every(({ covers }) => this.#capped(inputTokens) <= covers)
  }

  /** Reserves one more response that reads so much. */
  async reserve(inputTokens: number): Promise<void> {
    const covers = this.#capped(inputTokens + marginTokens)
    const { budgets, rates } = this.#payer
    const payer = withLimits(this.#payer, { budgets, gauge: undefined, rates: rates.filter(({ unit }) => unit === 'tokens') })
    const call = await this.#admit(payer, this.#boundOf(covers, payer))
    if (this.#session !== undefined) return void this.#spares.push({ call, covers })
    call.release()
    throw fail('client_closed', 'The session ended while a response was being reserved.')
  }

  /** Exchanges the spares for such as cover so much input. */
  async enlarge(inputTokens: number): Promise<void> {
    const wanted = this.#spares.length
    this.#releaseSpares()
    for (let made = 0; made < wanted; made++) await this.reserve(inputTokens)
  }

  /** An attempt to open the session; it stays open as the session's own row. */
  session(deployment: Deployment): Claim {
    if (this.#session === undefined) throw fail('internal', 'The session has given its place back.')
    return this.#claim(this.#session, deployment)
  }

  /** A response that the provider has begun. Undefined when none is reserved. */
  response(deployment: Deployment): Claim | undefined {
    const spare = this.#spares.pop()
    return spare === undefined ? undefined : this.#claimOnce(spare.call, deployment)
  }

  /** What the provider did besides its responses, charged when it is known. */
  async extra(deployment: Deployment): Promise<Claim> {
    const payer = withLimits(this.#payer, { budgets: this.#payer.budgets, gauge: undefined, rates: [] })
    return this.#claimOnce(await this.#admit(payer, { nano: 0, tokens: 0 }), deployment)
  }

  /** How the client is told of a failure. */
  told(error: GatewayError): GatewayError {
    return this.#session?.toldAs(error) ?? error
  }

  /** Gives everything back that is not claimed. */
  close(): void {
    this.#releaseSpares()
    this.#session?.release()
    this.#session = undefined
  }

  #releaseSpares(): void {
    for (const { call } of this.#spares.splice(0)) call.release()
  }

  async #admit(payer: Payer, bound: Bound): Promise<AdmittedCall> {
    const permit = await this.#context.gateway.money.permits.admit(payer, bound)
    return new AdmittedCall(this.#context, this.#ask, permit, undefined)
  }

  /** The permit goes back with the row. */
  #claimOnce(call: AdmittedCall, deployment: Deployment): Claim {
    const claim = this.#claim(call, deployment)
    call.release()
    return claim
  }

  #claim(call: AdmittedCall, deployment: Deployment): Claim {
    const startedMs = Date.now()
    const reservation = call.reserve({ deployment, attempt: ++this.#attempt })
    return {
      settle: async (ending) => {
        await reservation.settle({
          upstreamStatus: switchingProtocols,
          ...ending,
          startedMs,
          firstByteMs: undefined,
          endedMs: Date.now(),
        })
      },
    }
  }

  #capped(inputTokens: number): number {
    const limits = this.#candidates.map(({ facts }) => facts?.maxInput ?? Number.POSITIVE_INFINITY)
    return Math.min(inputTokens, Math.max(0, ...limits))
  }

  #boundOf(inputTokens: number, { rates }: Payer): Bound {
    const nano = this.#candidates.map(({ facts }) =>
      facts === undefined ? 0 : priceBound(facts.prices, { inputTokens, maxOutputTokens: facts.maxOutput ?? usualMaxOutput }),
    )
    // A guess of ours must not be what breaks a token limit.
    const tokens = Math.min(inputTokens + usualMaxOutput, ...rates.map(({ limit }) => limit))
    return { nano: Math.max(0, ...nano), tokens }
  }
}

const payerOf = ({ principal }: Context): Payer => (principal.kind === 'key' ? principalOf(principal.record) : masterPrincipal)

/** What the books of a call ask of a request; a session has no body. */
const askFor = (model: string): Ask => ({
  operation: 'realtime',
  measured: undefined,
  shape: 'native',
  body: RequestBody.ofJson({}),
  path: {},
  model,
  stream: true,
  chat: () => {
    throw fail('internal', 'A realtime session is no chat.')
  },
  dialects: allDialects,
  dropParams: false,
  strict: false,
})
