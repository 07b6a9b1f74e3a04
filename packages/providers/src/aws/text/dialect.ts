import { numberOf, objectOf, type ProviderDialect } from '@switchyard/wire'
import { textDialect as dialectOf, type TextService } from '../../text/dialect.ts'
import type { TextModel } from '../../text/text-model.ts'
import { readError } from '../errors.ts'
import { exceptionEvent } from '../event-stream.ts'

/** Where the service itself counts: in the last chunk of a stream, and (put there by us) beside a whole reply's text. */
export const metricsName = 'amazon-bedrock-invocationMetrics'

const service: TextService = {
  readError,
  failureOf: (name, chunk) => (name === exceptionEvent ? readError(0, chunk) : undefined),
  counts: (reply) => {
    const metrics = objectOf(reply[metricsName])
    return { input: numberOf(metrics?.['inputTokenCount']), output: numberOf(metrics?.['outputTokenCount']) }
  },
}

/** InvokeModel with a text model's own body. */
export const textDialect = (model: TextModel): ProviderDialect => dialectOf(model, service)
