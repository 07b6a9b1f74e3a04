import { readKept, type Deployment } from '@switchyard/core'
import { stringOf, type JsonObject } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { jsonResponse } from '../../http/reply.ts'
import { ownerOf } from '../response-store.ts'
import { keepFile } from '../batches/own-files.ts'
import { ownKeeper } from '../batches/own-ids.ts'
import { askKeeper } from './ask-keeper.ts'
import { firstModel, writeRows } from './batch-file.ts'
import { readFormStream, type SpooledForm } from './form-stream.ts'
import { withOwnIds } from './ids.ts'
import { remember } from './remembered.ts'
import { findKeepers, wishOf } from './owned.ts'
import { refOf } from './sealed-id.ts'
import type { Spool } from './spool.ts'

const ours: ReadonlySet<string> = new Set(['target_model_names', 'custom_llm_provider', 'model'])

/**
 * POST /v1/files: the file waits on the disk until all of the form is known, then goes to whoever shall keep it. What no provider
 * keeps, or makes batches of, the gateway does itself.
 */
export async function createFile(context: Context): Promise<Response> {
  const { request, snapshot, gateway } = context
  const { maxFileBytes } = snapshot.config.switchyard.kept
  const place = { spool: () => gateway.shelf.spool(), mostBytes: maxFileBytes }
  const form = await readFormStream(request.body ?? nothing(), request.headers.get('content-type') ?? '', place)
  try {
    const isBatch = form.fields.get('purpose') === 'batch'
    const wish = wishOf(context, (name) => form.fields.get(name))
    const first =
      isBatch && wish.models.length === 0 && wish.provider === undefined ? await firstModel(form.file.spool) : undefined
    const keepers =
      wish.provider === ownKeeper
        ? [undefined]
        : findKeepers(
            context,
            isBatch ? ['files', 'batches'] : ['files'],
            first === undefined ? wish : { ...wish, models: [first] },
          )
    let made: JsonObject = {}
    for (const keeper of new Set(keepers.toReversed()))
      made = keeper === undefined ? await keepFile(context, form) : await upload(context, form, keeper, isBatch)
    return jsonResponse(made)
  } finally {
    await form.file.spool.close()
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}

async function upload(context: Context, form: SpooledForm, keeper: Deployment, isBatch: boolean): Promise<JsonObject> {
  const { gateway } = context
  const rows = isBatch ? await gateway.shelf.spool() : undefined
  try {
    const note = rows === undefined ? '' : String(await writeRows(context, form.file.spool, rows, keeper))
    const { pieces, length, contentType } = written(form, rows ?? form.file.spool)
    const headers = { 'content-type': contentType, 'content-length': String(length) }
    const reply = await readKept(
      await askKeeper(context, keeper, { kind: 'files', method: 'POST', path: '', pieces, headers }),
      keeper,
      'files',
    )
    const place = { deploymentRef: refOf(gateway, keeper.id), ownerRef: refOf(gateway, ownerOf(context)) }
    const own = withOwnIds(context, reply, place, new Map([[stringOf(reply['id']) ?? '', note]]))
    await remember(context, 'files', own)
    return own
  } finally {
    await rows?.close()
  }
}

interface Written {
  readonly pieces: AsyncIterable<Uint8Array>
  readonly length: number
  readonly contentType: string
}

/** The form as the provider gets it: without the gateway's fields, of a length that is known. */
function written({ fields, file }: SpooledForm, spool: Spool): Written {
  const boundary = `switchyard-${crypto.randomUUID()}`
  const texts = [...fields]
    .filter(([name]) => !ours.has(name))
    .map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`)
  const disposition = `Content-Disposition: form-data; name="file"; filename="${quoted(file.filename)}"`
  const type = file.contentType.replace(/[\r\n]/g, ' ')
  const head = Buffer.from(`${texts.join('')}--${boundary}\r\n${disposition}\r\nContent-Type: ${type}\r\n\r\n`)
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  async function* pieces(): AsyncGenerator<Uint8Array, void, void> {
    yield head
    yield* spool.read()
    yield tail
  }
  return {
    pieces: pieces(),
    length: head.length + spool.size + tail.length,
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}

const quoted = (name: string): string => name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')
