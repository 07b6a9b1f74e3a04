import {
  askOf,
  prepare,
  RequestBody,
  runCall,
  type Ask,
  type CallHost,
  type CallResult,
  type Deployment,
  type Incoming,
  type Outgoing,
  type Provider,
} from '@switchyard/core'
import { isObject, objectOf, parseJson, type JsonObject } from '@switchyard/wire'
import { incomingOf, replyOf, type Reply } from './fixtures.ts'
import type { Proof } from './requests.ts'
import { engineFor } from './setup.ts'

/**
 * `proven`: a fixture went through the core and arrived; `refused`: the call fails before anything is sent; `wrong`: it was
 * answered, and something was lost; `unproven`: nobody wrote the provider's reply.
 */
export type Verdict =
  | { readonly is: 'proven'; readonly by: string }
  | { readonly is: 'refused' | 'wrong'; readonly why: string }
  | { readonly is: 'unproven' }

const host: CallHost = { reserve: () => ({ settle: () => Promise.resolve(0) }), hasRoom: () => true }

/** Runs one request of the matrix through the real core against the fixture that its endpoint answers with. */
export async function prove(provider: Provider, deployment: Deployment, proof: Proof): Promise<Verdict> {
  const ask = askFor(deployment, proof)
  let reply: Reply | undefined
  try {
    const { endpoint, undo } = prepare(ask, deployment, undefined)
    // The schema stands as a tool: the answer would be a call of it, and no fixture is one.
    if (undo.jsonTool !== undefined) return { is: 'unproven' }
    const what = endpoint.shape === 'native' || proof.operation === 'chat' ? proof.reply : 'answer'
    reply = replyOf(provider, proof.operation, endpoint, what)
  } catch (error) {
    return { is: 'refused', why: error instanceof Error ? error.message : String(error) }
  }
  return reply === undefined ? { is: 'unproven' } : run({ deployment, proof, ask, reply })
}

function askFor({ model }: Deployment, { operation, shape, body, file }: Proof): Ask {
  const json = { ...body, model }
  const form =
    file === undefined ? undefined : { field: file, filename: 'a.png', contentType: 'image/png', bytes: new Uint8Array(8) }
  const read = form === undefined ? RequestBody.ofJson(json) : RequestBody.ofForm(json, [form])
  const of = { operation, shape, path: {}, model, stream: body['stream'] === true }
  return askOf(read, of, { dropParams: false, strict: false })
}

interface Run {
  readonly deployment: Deployment
  readonly proof: Proof
  readonly ask: Ask
  readonly reply: Reply
}

async function run({ deployment, proof, ask, reply }: Run): Promise<Verdict> {
  const sent: string[] = []
  const answer = ({ body }: Outgoing): Incoming => {
    sent.push(new TextDecoder().decode(body))
    return incomingOf(reply)
  }
  const call = { id: 'probe', ask, signal: AbortSignal.timeout(5000), forwarded: {}, fallbacks: [] }
  try {
    const bytes = await bytesOf(await runCall(call, engineFor(deployment, answer), host))
    if (proof.sent !== undefined && !sent.some(proof.sent)) return { is: 'wrong', why: 'the request lost it' }
    const text = new TextDecoder().decode(bytes)
    const got = proof.got(objectOf(parseJson(text)) ?? {}, eventsOf(text), bytes.length)
    return got ? { is: 'proven', by: reply.file } : { is: 'wrong', why: `the reply lost it: ${text.slice(0, 300)}` }
  } catch (error) {
    return { is: 'wrong', why: error instanceof Error ? error.message : String(error) }
  }
}

async function bytesOf({ body }: CallResult): Promise<Uint8Array> {
  return body instanceof Uint8Array ? body : Buffer.concat(await Array.fromAsync(body))
}

const eventsOf = (text: string): readonly JsonObject[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => parseJson(line.slice(6)))
    .filter(isObject)
