import type { Ask, CallHost, CallResult } from '@switchyard/core'
import { fail, isGatewayError, type GatewayError } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { ownerOf } from '../../llm/response-store.ts'
import type { CallClaim, EarlierCall, KeptAnswer } from '../../store/index.ts'
import { ChargeWatch } from './charge-watch.ts'
import { fingerprintOf } from './read-key.ts'

/** A day, as others keep such keys (reliability facts C10). */
const keepMs = 24 * 3600 * 1000

/** The longest answer that is kept: larger ones would be the store's burden, not its content. */
const longestAnswer = 256 * 1024

/** What came of a call under a key: it was run now, or it is answered as it was before. */
export type Once =
  | { readonly kind: 'run'; readonly result: CallResult }
  | { readonly kind: 'replay'; readonly callId: string; readonly answer: KeptAnswer }

/** How a call is run; its host has to be watched. */
export type Run = (watch: (host: CallHost) => CallHost) => Promise<CallResult>

/**
 * Runs a call that no other call of its caller, route and key has been before, on any worker. Only what was neither charged nor
 * answered may be run again.
 */
export async function once(context: Context, { key, ask }: { readonly key: string; readonly ask: Ask }, run: Run): Promise<Once> {
  const claim = claimOf(context, key, ask)
  const earlier = await take(context, claim)
  if (earlier === undefined) return { kind: 'run', result: await runClaimed(context, claim, run) }
  if (earlier.fingerprint !== claim.fingerprint) throw otherRequest(earlier)
  if (earlier.state === 'answered') return { kind: 'replay', callId: earlier.callId, answer: earlier.answer }
  throw earlier.state === 'running' ? stillRuns(earlier) : notKept(earlier)
}

const claimOf = (context: Context, name: string, ask: Ask): CallClaim => ({
  owner: ownerOf(context),
  route: context.route.path,
  name,
  fingerprint: fingerprintOf(ask),
  callId: context.callId,
  worker: context.gateway.money.worker,
  expiresAt: Date.now() + keepMs,
})

async function take({ gateway }: Context, claim: CallClaim): Promise<EarlierCall | undefined> {
  try {
    return await gateway.store.idempotency.claim(claim, Date.now())
  } catch (cause) {
    if (isGatewayError(cause)) throw cause
    gateway.log.error('an Idempotency-Key could not be claimed', { callId: claim.callId, error: cause })
    const message = 'The database cannot be written, so that the call cannot be made under an Idempotency-Key. Try again.'
    throw fail('unavailable', message, { type: 'ledger_unavailable', retryAfterMs: 1000 }, { cause })
  }
}

async function runClaimed(context: Context, claim: CallClaim, run: Run): Promise<CallResult> {
  const charges = new ChargeWatch()
  let result: CallResult
  try {
    result = await run(charges.watch)
  } catch (error) {
    await finish(context, claim, charges)
    throw error
  }
  const answer = answerOf(result)
  if (answer !== undefined) await record(context, claim, ({ idempotency }) => idempotency.finish(claim, answer))
  // What is still to come decides; the client need not wait for it.
  else void finish(context, claim, charges)
  return result
}

function answerOf({ body, isStream, contentType = 'application/json' }: CallResult): KeptAnswer | undefined {
  if (isStream || !(body instanceof Uint8Array) || body.length > longestAnswer) return undefined
  return { contentType, body }
}

/** The end of a call without an answer to keep. */
async function finish(context: Context, claim: CallClaim, charges: ChargeWatch): Promise<void> {
  const wasCharged = await charges.wasCharged()
  await record(context, claim, ({ idempotency }) => (wasCharged ? idempotency.finish(claim, undefined) : idempotency.free(claim)))
}

/** The answer stands whatever the store says; a key whose end is not written stays taken. */
async function record(
  { gateway }: Context,
  { callId }: CallClaim,
  write: (store: Context['gateway']['store']) => Promise<void>,
): Promise<void> {
  try {
    await write(gateway.store)
  } catch (error) {
    gateway.log.error('the end of a call under an Idempotency-Key could not be written', { callId, error })
  }
}

type Earlier = Pick<EarlierCall, 'callId'>

const stillRuns = ({ callId }: Earlier): GatewayError =>
  fail('conflict', `The first request with this Idempotency-Key still runs (call ${callId}); this one was not sent. Try again.`, {
    type: 'idempotency_conflict',
    code: 'idempotency_key_in_use',
    retryAfterMs: 1000,
  })

const notKept = ({ callId }: Earlier): GatewayError =>
  fail(
    'conflict',
    `The request with this Idempotency-Key was made before (call ${callId}), and its answer was not kept: it was a stream, larger ` +
      'than 256 kB, or failed when it had cost something. Take a new key to make the request anew.',
    { type: 'idempotency_conflict', code: 'idempotent_answer_not_kept' },
  )

const otherRequest = ({ callId }: Earlier): GatewayError =>
  fail(
    'unprocessable',
    `This Idempotency-Key belongs to a request with another body (call ${callId}). Take a new key for a new request.`,
    { type: 'idempotency_mismatch', code: 'idempotency_key_reused', param: 'Idempotency-Key' },
  )
