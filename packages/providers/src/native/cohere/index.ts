import type { Asked, Endpoint, Operation, PassedCall, Provider, Shape } from '@switchyard/core'
import { numberOf, objectOf, type ModelTraits, type ProviderDialect } from '@switchyard/wire'
import { errorIn, passedRerank } from '../../passing.ts'
import { cohereLikeRerank } from '../../rerank.ts'
import { embedding } from './embed.ts'
import { readError } from './errors.ts'
import { writes, writesV1 } from './fidelity.ts'
import { CohereReframer } from './framing.ts'
import { CohereReader } from './reader.ts'
import { readReply } from './reply.ts'
import { writeRequest } from './request.ts'
import { CohereV1Reader, readReply as readV1Reply } from './v1/reply.ts'
import { writeRequest as writeV1Request } from './v1/request.ts'

const v2: ProviderDialect = { writes, writeRequest, readReply, reader: (sink) => new CohereReader(sink), readError }
const v1: ProviderDialect = {
  writes: writesV1,
  writeRequest: writeV1Request,
  readReply: readV1Reply,
  reader: (sink) => new CohereV1Reader(sink),
  readError,
}

const reframer = (): CohereReframer => new CohereReframer()
const chatEndpoint: Endpoint = { shape: 'native', path: '/v2/chat', speaks: v2, reframer }
const v1Endpoint: Endpoint = { shape: 'native', path: '/v1/chat', speaks: v1, reframer }
const embedEndpoint: Endpoint = { shape: 'native', path: '/v2/embed' }
const rerankEndpoint: Endpoint = { shape: 'native', path: '/v2/rerank' }
/** Fields of documents and chunks are of the first version alone (native-wire facts §5, 2026-11-22). */
const v1RerankEndpoint: Endpoint = { shape: 'native', path: '/v1/rerank' }
const v1RerankFields = ['rank_fields', 'max_chunks_per_doc'] as const

/** LiteLLM's mark of models that are asked in the older protocol. */
const v1Mark = /^v1\//

function cohereEndpoint(operation: Operation, _client: Shape, { id }: ModelTraits, asked?: Asked): Endpoint | undefined {
  if (operation === 'rerank') {
    const isV1 = v1RerankFields.some((name) => (asked?.field(name) ?? undefined) !== undefined)
    return isV1 ? v1RerankEndpoint : rerankEndpoint
  }
  return operation !== 'embedding' && v1Mark.test(id) ? v1Endpoint : undefined
}

const passedEmbed = (path: string): PassedCall => ({
  path,
  operation: 'embedding',
  asked: ({ model, texts }) => ({ model, input: texts }),
  usage: (reply) => {
    const billed = objectOf(objectOf(objectOf(reply)?.['meta'])?.['billed_units'])
    const tokens = numberOf(billed?.['input_tokens'])
    return tokens === undefined ? undefined : { input: tokens + (numberOf(billed?.['image_tokens']) ?? 0) }
  },
})

const rootOf = (baseUrl: string): string => baseUrl.replace(/(?:\/v[12](?:\/(?:chat|embed|rerank))?)?\/*$/, '')

const common = {
  keyEnv: ['COHERE_API_KEY', 'CO_API_KEY'],
  auth: { kind: 'bearer' },
  baseUrl: 'https://api.cohere.com',
  baseEnv: ['COHERE_API_BASE'],
  hosts: ['api.cohere.ai'],
  endpoints: { chat: [chatEndpoint, v1Endpoint], embedding: [embedEndpoint], rerank: [rerankEndpoint] },
  endpointFor: cohereEndpoint,
  /** Bases are given with and without the version and the route. */
  url: ({ baseUrl }, endpoint) => rootOf(baseUrl) + endpoint.path,
  modelName: (model) => model.replace(v1Mark, ''),
  codecs: { embedding, rerank: cohereLikeRerank },
} as const satisfies Partial<Provider>

export const cohere: Provider = {
  ...common,
  id: 'cohere',
  name: 'Cohere',
  passThrough: {
    url: ({ baseUrl }, path) => rootOf(baseUrl) + path,
    calls: [...['/v1/embed', '/v2/embed'].map(passedEmbed), passedRerank('/v1/rerank'), passedRerank('/v2/rerank')],
    writeError: errorIn('message'),
  },
}

/** LiteLLM's name for the chat models alone. */
export const cohereChat: Provider = { ...common, id: 'cohere_chat', name: 'Cohere chat' }
