import type { Deployment } from '@switchyard/core'
import { RequestBody, type Operation, type Shape } from '@switchyard/core'
import { fail, isObject, objectOf, parseJson, stringOf, type JsonObject, type NanoUsd } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { payerOf } from '../../passthrough/books.ts'
import { aliased, requireModel } from '../../pipeline/access.ts'
import { callBound, checkPriced, namedMaxTokens } from '../../pipeline/bound.ts'
import { makeAsk } from '../../pipeline/read-ask.ts'
import type { Spool } from './spool.ts'

const longestLine = 16 * 1024 * 1024
const newLine = 10

/** The lines of a file, without their ends. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  /** The beginning of a line whose end has not come: copies, for a piece is good until the next one is asked for. */
  let begun: Buffer[] = []
  let length = 0
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    let start = 0
    for (let end = bytes.indexOf(newLine); end >= 0; end = bytes.indexOf(newLine, start)) {
      const last = bytes.subarray(start, end)
      yield (begun.length === 0 ? last : Buffer.concat([...begun, last])).toString('utf8')
      begun = []
      length = 0
      start = end + 1
    }
    if (start === bytes.length) continue
    begun.push(Buffer.from(bytes.subarray(start)))
    length += bytes.length - start
    if (length > longestLine) throw fail('bad_request', 'A line of the batch file is too long.', { param: 'file' })
  }
  if (length > 0) yield Buffer.concat(begun).toString('utf8')
}

/** The model of the first row: where nobody says so, it decides who keeps the file. */
export async function firstModel(spool: Spool): Promise<string | undefined> {
  for await (const line of linesOf(spool.read())) {
    if (line.trim() !== '') return stringOf(objectOf(objectOf(parseJson(line))?.['body'])?.['model'])
  }
  return undefined
}

interface Kind {
  readonly operation: Operation
  readonly shape: Shape
}

/** The endpoints whose rows a batch may hold. */
const kinds: Readonly<Record<string, Kind>> = {
  '/v1/chat/completions': { operation: 'chat', shape: 'openai-chat' },
  '/v1/responses': { operation: 'chat', shape: 'openai-responses' },
  '/v1/completions': { operation: 'completion', shape: 'openai-completions' },
  '/v1/embeddings': { operation: 'embedding', shape: 'openai-embeddings' },
}

/** Writes the rows for one deployment: models under its names, each permitted and priced. Answers the most that they may cost. */
export async function writeRows(context: Context, from: Spool, to: Spool, deployment: Deployment): Promise<NanoUsd> {
  let bound = 0
  let number = 0
  let rows = 0
  for await (const line of linesOf(from.read())) {
    number++
    if (line.trim() === '') continue
    rows++
    const row = parseJson(line)
    const body = isObject(row) ? objectOf(row['body']) : undefined
    const kind = isObject(row) ? kinds[stringOf(row['url']) ?? ''] : undefined
    if (!isObject(row) || body === undefined || kind === undefined) throw badRow(number)
    const served = modelFor(context, stringOf(body['model']) ?? '', deployment)
    bound += rowBound(context, body, kind, served)
    await to.write(Buffer.from(`${JSON.stringify({ ...row, body: { ...body, model: upstreamName(served) } })}\n`))
  }
  if (rows === 0) throw fail('bad_request', 'The batch file is empty.', { param: 'file' })
  return bound
}

const badRow = (number: number): Error =>
  fail(
    'bad_request',
    `Line ${number} of the batch file is not {"custom_id", "method": "POST", "url": "/v1/chat/completions", "body": {…}}.`,
    {
      param: 'file',
    },
  )

const upstreamName = ({ provider, model }: Deployment): string => provider.modelName?.(model) ?? model

/** What one of them keeps, the other one finds: the same credential at the same address. */
export const sameKeeper = (one: Deployment, other: Deployment): boolean =>
  one.provider === other.provider && one.baseUrl === other.baseUrl && one.key?.reveal() === other.key?.reveal()

/** The deployment of the row's model that this one's credential reaches. */
function modelFor(context: Context, name: string, keeper: Deployment): Deployment {
  const { snapshot, principal } = context
  const model = aliased(principal, name)
  requireModel(principal, model, snapshot)
  const reached = snapshot.models.find(model)?.deployments.find((one) => sameKeeper(one, keeper))
  if (reached !== undefined) return reached
  if (snapshot.models.find(model) !== undefined)
    throw fail('bad_request', `The model "${name.slice(0, 100)}" is not served where this file is kept.`, { param: 'file' })
  return snapshot.ofProvider(keeper.provider, model)
}

/** The most that a row may cost at the price of batches. Throws where there has to be a price and is none. */
export function rowBound(
  context: Pick<Context, 'snapshot' | 'principal'>,
  body: JsonObject,
  { operation, shape }: Kind,
  deployment: Deployment,
): NanoUsd {
  const { unpriced } = context.snapshot.config.switchyard
  checkPriced([deployment], unpriced, payerOf(context).budgets.length > 0)
  const ask = makeAsk(
    RequestBody.ofJson({ ...body, service_tier: 'batch' }),
    { operation, shape, path: { stream: false } },
    { dropParams: false, strict: false },
  )
  return callBound({ ask, deployments: [deployment], maxTokens: namedMaxTokens(ask) }).nano
}
