import type { Deployment, Incoming, KeptQuestion } from '@switchyard/core'
import { isGatewayError } from '@switchyard/wire'
import type { Context } from '../../http/context.ts'
import { PassBooks, upstreamStatusOf } from '../../passthrough/books.ts'
import { askKeeper } from './ask-keeper.ts'

/** What reaches a provider stands in the ledger, whether it costs something or not. */
export async function inBooks(context: Context, keeper: Deployment, ask: () => Promise<Incoming>): Promise<Incoming> {
  const passed = { deployment: keeper, target: '', ask: undefined, costNano: 0, operation: 'passthrough' }
  const books = await PassBooks.admit(context, passed)
  try {
    const incoming = await ask()
    books.answered(incoming.status)
    await books.settle('success')
    return incoming
  } catch (error) {
    const status = upstreamStatusOf(error)
    if (status !== null) books.answered(status)
    if (context.request.signal.aborted) await books.settle('cancelled', undefined, 'client_closed')
    else await books.settle('failure', undefined, isGatewayError(error) ? error.kind : 'bad_gateway')
    throw error
  }
}

export const booked = (context: Context, keeper: Deployment, question: KeptQuestion): Promise<Incoming> =>
  inBooks(context, keeper, () => askKeeper(context, keeper, question))
