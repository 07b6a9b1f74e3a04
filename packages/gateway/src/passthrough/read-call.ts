import { measuredOf, RequestBody, type Ask, type FormFile, type PassedCall } from '@switchyard/core'
import { objectOf, parseJson, type JsonObject } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { formBody } from '../http/form-body.ts'
import { readPassedBody, readRaw } from '../http/read-body.ts'
import { makeAsk } from '../pipeline/read-ask.ts'
import type { KnownCall } from './known-call.ts'

/** The body of a known call, and the call as the books see it. */
export interface ReadCall {
  /** What goes to the provider. */
  readonly bytes: Uint8Array
  /** Undefined: it names no model, so that nothing can be said of what it costs. */
  readonly ask: Ask | undefined
}

export async function readCall(context: Context, known: KnownCall, query: URLSearchParams): Promise<ReadCall> {
  const { operation, endpoint, model, stream, passed } = known
  const { body, bytes } = await readInputs(context, known)
  const counted = passed === undefined ? body : asked(passed, body, query)
  if (passed !== undefined && model === undefined && typeof counted.field('model') !== 'string') return { bytes, ask: undefined }
  const path = { ...(model === undefined ? {} : { model }), ...(stream === undefined ? {} : { stream }) }
  const ask = makeAsk(counted, { operation, shape: endpoint.shape, path }, { dropParams: false, strict: false })
  return { bytes, ask }
}

const asked = (passed: PassedCall, body: RequestBody, query: URLSearchParams): RequestBody =>
  RequestBody.ofForm(passed.asked(body.json, query), body.files ?? [])

interface Inputs {
  readonly body: RequestBody
  readonly bytes: Uint8Array
}

async function readInputs({ request, snapshot }: Context, { operation, passed }: KnownCall): Promise<Inputs> {
  const limits = snapshot.config.switchyard
  const measured = measuredOf(operation)
  const kind = passed === undefined ? (measured?.isForm === true ? 'form' : undefined) : passed.body
  if (kind === undefined) {
    const body = await readPassedBody(request, limits)
    return { body, bytes: body.bytes }
  }
  const bytes = await readRaw(request, limits)
  const type = request.headers.get('content-type') ?? ''
  if (/^multipart\/form-data\b/i.test(type)) return { body: formBody(bytes, type, measured?.types ?? {}), bytes }
  return { body: rawBody(bytes, type), bytes }
}

/** A recording as it is, or JSON that tells where it is. */
function rawBody(bytes: Uint8Array, contentType: string): RequestBody {
  if (contentType.includes('json')) return RequestBody.ofJson(jsonIn(bytes))
  const file: FormFile = { field: 'file', filename: '', contentType, bytes }
  return RequestBody.ofForm({}, [file])
}

const jsonIn = (bytes: Uint8Array): JsonObject => objectOf(parseJson(new TextDecoder().decode(bytes))) ?? {}
