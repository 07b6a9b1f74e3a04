import type { PassedCall, SocketCounter, WrittenError } from '@switchyard/core'
import { numberOf, objectOf, stringOf, type GatewayError, type JsonObject } from '@switchyard/wire'

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

/** Texts that a client sends to be spoken, in a field `text`. */
export class SpokenCharacters implements SocketCounter {
  readonly #type: string | undefined
  amount = 0

  /** `type`: of the messages whose text is spoken, where there are others. */
  constructor(type?: string) {
    this.#type = type
  }

  sent({ type, text }: JsonObject): void {
    if (this.#type === undefined || type === this.#type) this.amount += (stringOf(text) ?? '').length
  }
}
