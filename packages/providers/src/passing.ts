import type { PassedCall, WrittenError } from '@switchyard/core'
import { numberOf, objectOf, type GatewayError } from '@switchyard/wire'

/** Cohere's rerank at this path, or one that takes the same request. */
export const passedRerank = (path: string): PassedCall => ({ path, operation: 'rerank', asked: (body) => body })

/** Errors of which the provider's clients read one field. */
export const errorIn =
  (field: 'detail' | 'error' | 'message') =>
  ({ message }: GatewayError): WrittenError => ({ body: { [field]: message } })

/** Embeddings whose reply says its tokens in a field of its own. */
export const passedEmbedding = (path: string, field: string): PassedCall => ({
  path,
  operation: 'embedding',
  asked: ({ model, input }) => ({ model, input }),
  usage: (reply) => {
    const tokens = numberOf(objectOf(reply)?.[field])
    return tokens === undefined ? undefined : { input: tokens }
  },
})
