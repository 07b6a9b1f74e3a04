import {
  allDialects,
  askOf,
  measuredOf,
  prepare,
  RequestBody,
  runCall,
  type Ask,
  type CallHost,
  type CallResult,
  type Deployment,
  type Endpoint,
  type Incoming,
  type Outgoing,
  type Provider,
} from '@switchyard/core'
import { formatLosses, isObject, objectOf, parseJson, type JsonObject, type Undo } from '@switchyard/wire'
import { incomingOf, repliesOf, type Reply } from './fixtures.ts'
import type { Proof } from './requests.ts'
import { engineFor } from './setup.ts'

/**
 * `proven`: a fixture went through the core and arrived; `refused`: the call fails before anything is sent; `listed`: it was
 * answered without what was asked, and the client is told so; `absent`: the provider's protocol has no word for it; `wrong`: it was
 * answered, and something was lost in silence; `unproven`: nobody wrote the provider's reply.
 */
export type Verdict =
  | { readonly is: 'proven'; readonly by: string }
  | { readonly is: 'refused' | 'wrong' | 'listed'; readonly why: string }
  | { readonly is: 'absent' | 'unproven' }

const host: CallHost = { reserve: () => ({ settle: () => Promise.resolve(0) }), hasRoom: () => true }

/** Runs one request of the matrix through the real core against the fixture that its endpoint answers with. */
export async function prove(provider: Provider, deployment: Deployment, proof: Proof): Promise<Verdict> {
  const ask = askFor(deployment, proof)
  let replies: readonly Reply[]
  try {
    const { endpoint, undo } = prepare(ask, deployment, undefined)
    replies = repliesOf(provider, proof.operation, endpoint, whatAnswers(proof, endpoint, undo))
  } catch (error) {
    return { is: 'refused', why: error instanceof Error ? error.message : String(error) }
  }
  if (provider.answer !== undefined) return answered({ deployment, proof, ask, replies: [] })
  return replies.length === 0 ? { is: 'unproven' } : answered({ deployment, proof, ask, replies })
}

/** Where a schema stands as a tool, the answer is a call of it. */
function whatAnswers({ operation, reply }: Proof, { shape }: Endpoint, { jsonTool }: Undo): string {
  if (jsonTool !== undefined) return 'schema'
  return shape === 'native' || operation === 'chat' ? reply : 'answer'
}

function askFor({ model }: Deployment, { operation, shape, body, file }: Proof): Ask {
  const json = { ...body, model }
  const form =
    file === undefined ? undefined : { field: file, filename: 'a.png', contentType: 'image/png', bytes: new Uint8Array(8) }
  const read = form === undefined ? RequestBody.ofJson(json) : RequestBody.ofForm(json, [form])
  const of = {
    operation,
    measured: measuredOf(operation),
    shape,
    path: {},
    model,
    stream: body['stream'] === true,
    dialects: allDialects,
  }
  return askOf(read, of, { dropParams: false, strict: false })
}

interface Run {
  readonly deployment: Deployment
  readonly proof: Proof
  readonly ask: Ask
  /** None where the provider answers itself. */
  readonly replies: readonly Reply[]
}

async function answered(run: Run): Promise<Verdict> {
  const { proof, ask } = run
  const { deployment, answer, sent } = wired(run)
  const call = { id: 'probe', ask, signal: AbortSignal.timeout(5000), forwarded: {}, fallbacks: [] }
  try {
    const { body, losses } = await runCall(call, engineFor(deployment, answer), host)
    const bytes = await bytesOf(body)
    if (proof.sent === undefined || sent.some(proof.sent)) return verdictOf(run, bytes)
    const lost = losses.find(({ feature, field }) => [feature, field].some((name) => proof.asks?.includes(name ?? '')))
    return lost === undefined ? { is: 'wrong', why: 'the request lost it' } : { is: 'listed', why: formatLosses([lost]) }
  } catch (error) {
    return { is: 'wrong', why: error instanceof Error ? error.message : String(error) }
  }
}

function verdictOf({ deployment, proof, replies }: Run, bytes: Uint8Array): Verdict {
  const text = new TextDecoder().decode(bytes)
  if (proof.got(objectOf(parseJson(text)) ?? {}, eventsOf(text), bytes.length)) {
    return { is: 'proven', by: replies[0]?.file ?? `packages/providers/src/native/${deployment.provider.id}/index.ts` }
  }
  const said = replies.length === 0 ? text : replies.map((reply) => Buffer.from(reply.bytes).toString('latin1')).join('\n')
  const isTold = proof.told === undefined || proof.told.test(said)
  return isTold ? { is: 'wrong', why: `the reply lost it: ${text.slice(0, 300)}` } : { is: 'absent' }
}

interface Wired {
  readonly deployment: Deployment
  readonly answer: (outgoing: Outgoing) => Incoming
  /** Bodies as Latin-1: they may hold raw bytes. */
  readonly sent: readonly string[]
}

/** The provider's end of the wire. */
function wired({ deployment, replies }: Run): Wired {
  const sent: string[] = []
  const note = ({ body }: Outgoing): void => void sent.push(Buffer.from(body ?? []).toString('latin1'))
  const waiting = [...replies]
  const answer = (outgoing: Outgoing): Incoming => {
    note(outgoing)
    const beside = besides.find(([path]) => path.test(new URL(outgoing.url).pathname))
    if (beside !== undefined) return incomingOf(jsonReply(beside[1]))
    const reply = waiting.length > 1 ? waiting.shift() : waiting[0]
    if (reply === undefined) throw new Error('nothing answers')
    return incomingOf(reply)
  }
  const { provider } = deployment
  if (provider.answer === undefined) return { deployment, answer, sent }
  const noting: typeof provider.answer = (outgoing, target, signal) => {
    note(outgoing)
    return provider.answer?.(outgoing, target, signal) ?? Promise.reject(new Error('nothing answers'))
  }
  return { deployment: { ...deployment, provider: { ...provider, answer: noting } }, answer, sent }
}

/** What some providers want done first: a credential is bought, a picture uploaded. */
const besides: readonly (readonly [path: RegExp, reply: JsonObject])[] = [
  [/\/token$/, { token: 'probe', access_token: 'probe', expires_in: 3600, expires_at: 4_102_444_800 }],
  [/\/files$/, { id: 'file-probe' }],
]

const jsonReply = (json: JsonObject): Reply => ({
  file: '',
  contentType: 'application/json',
  bytes: new TextEncoder().encode(JSON.stringify(json)),
})

async function bytesOf(body: CallResult['body']): Promise<Uint8Array> {
  return body instanceof Uint8Array ? body : Buffer.concat(await Array.fromAsync(body))
}

const eventsOf = (text: string): readonly JsonObject[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => parseJson(line.slice(6)))
    .filter(isObject)
