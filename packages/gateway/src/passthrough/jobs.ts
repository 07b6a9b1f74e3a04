import { measuredOf, RequestBody, type PassedJob, type Provider } from '@switchyard/core'
import { isObject, makeUsage, parseJson, type Usage } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { makeAsk } from '../pipeline/read-ask.ts'
import { PassBooks } from './books.ts'
import { ends } from './ends.ts'
import type { Subpath } from './subpath.ts'
import { passTarget } from './target.ts'

const shelf = 'passed-jobs'
/** Longer than any provider keeps what became of a job. */
const keepMs = 90 * 24 * 3600 * 1000

/** Reads a reply that says how far a job is. Undefined: this request is about none. */
export function jobWatch(
  context: Context,
  provider: Provider,
  { plain }: Subpath,
): ((text: string) => Promise<void>) | undefined {
  const { method } = context.route
  const jobs = provider.passThrough?.jobs ?? []
  const made = method === 'POST' ? jobs.find(({ path }) => ends(plain, path)) : undefined
  const seen = method === 'GET' ? jobs.find(({ path }) => ends(plain, `${path}/{id}`)) : undefined
  const job = made ?? seen
  if (job === undefined) return undefined
  return async (text) => {
    const reply = parseJson(text)
    const told = isObject(reply) ? job.read(reply) : undefined
    if (told === undefined) return
    const id = `${shelf}-${provider.id}-${told.id}`
    const note = { id, keyId: shelf, body: '', expiresAt: Date.now() + keepMs }
    if (made !== undefined) await context.gateway.store.responses.put(note)
    else if (told.usage !== undefined && (await context.gateway.store.responses.delete(id, shelf)))
      await bill(context, { provider, job, model: told.model, usage: makeUsage(told.usage) }, () =>
        context.gateway.store.responses.put(note),
      )
  }
}

interface Done {
  readonly provider: Provider
  readonly job: PassedJob
  readonly model: string
  readonly usage: Usage
}

/** Whoever sees first that the job is done pays for it, in a row beside that of the request. `undo`: it could not be written. */
async function bill(context: Context, { provider, job, model, usage }: Done, undo: () => Promise<void>): Promise<void> {
  const { operation } = job
  const deployment = passTarget(context, provider, model)
  const policy = { dropParams: false, strict: false }
  const ask = makeAsk(
    RequestBody.ofForm({}, []),
    { operation, shape: measuredOf(operation).shape, path: { model, stream: false } },
    policy,
  )
  try {
    const books = await PassBooks.admit(context, {
      deployment,
      target: deployment.baseUrl,
      ask,
      costNano: 0,
      operation,
      isOver: true,
    })
    await books.settle('success', usage)
  } catch (error) {
    await undo()
    throw error
  }
}
