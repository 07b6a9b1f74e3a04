import { providers } from '@switchyard/providers'
import type { Route } from '../../http/route.ts'
import {
  cancelMessageBatch,
  createMessageBatch,
  deleteMessageBatch,
  getMessageBatch,
  listMessageBatches,
  messageBatchResults,
} from './message-batches.ts'

const dialect = 'anthropic-messages'

/** Where clients of the dialect look for batches: behind /v1, and behind the names of providers who have them there. */
const roots = [
  '',
  '/v1',
  ...providers
    .filter(({ batches, endpoints }) => batches !== undefined && endpoints.chat?.some(({ shape }) => shape === dialect))
    .map(({ id }) => `/${id}/v1`),
]

const line = (method: Route['method'], path: string, summary: string, serve: Route['serve']): readonly Route[] =>
  roots.map((root) => ({
    method,
    path: `${root}/messages/batches${path}`,
    auth: 'key',
    meter: 'call',
    guards: ['input'],
    dialect,
    summary,
    serve,
  }))

/** Batches as Anthropic's clients make them. */
export const messageBatchRoutes: readonly Route[] = [
  ...line('POST', '', 'Make a batch of messages', createMessageBatch),
  ...line('GET', '', 'Batches of messages of the caller', listMessageBatches),
  ...line('GET', '/{id}', 'One batch of messages', getMessageBatch),
  ...line('POST', '/{id}/cancel', 'Cancel a batch of messages', cancelMessageBatch),
  ...line('GET', '/{id}/results', 'The results of a batch of messages', messageBatchResults),
  ...line('DELETE', '/{id}', 'Delete a batch of messages', deleteMessageBatch),
]
