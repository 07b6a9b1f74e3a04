import type { Endpoint, Provider } from '@switchyard/core'
import { keyScheme } from '../../key-scheme.ts'
import { textDialect } from '../../text/dialect.ts'
import type { TextModel } from '../../text/text-model.ts'
import { exchange } from './exchange.ts'
import { families, type Family } from './families.ts'
import { readPrediction, service } from './prediction.ts'
import { predictionsUrl, versionOf } from './url.ts'

const modelOf = ({ id, inputOf, keeps, lacks }: Family): TextModel => ({
  name: id,
  write: (prompt) => ({ input: { ...inputOf(prompt), ...prompt.unknown }, ...(prompt.stream ? { stream: true } : {}) }),
  read: readPrediction,
  stops: new Map([['succeeded', 'stop']]),
  keeps,
  lacks,
})

const endpointOf = (family: Family): Endpoint => ({
  shape: 'native',
  path: '/predictions',
  modelInPath: true,
  speaks: textDialect(modelOf(family), service),
})

const endpoints = families.map((family) => ({ models: family.models, endpoint: endpointOf(family) }))

export const replicate: Provider = {
  id: 'replicate',
  name: 'Replicate',
  keyEnv: ['REPLICATE_API_KEY', 'REPLICATE_API_TOKEN'],
  ...keyScheme('Token'),
  baseUrl: 'https://api.replicate.com/v1',
  baseEnv: ['REPLICATE_API_BASE'],
  endpoints: { chat: endpoints.map(({ endpoint }) => endpoint) },
  endpointFor: (_operation, _client, { id }) => endpoints.find(({ models }) => models.test(id))?.endpoint,
  url: ({ baseUrl, model }) => predictionsUrl(baseUrl, model),
  tune: ({ model }) => {
    const version = versionOf(model)
    return version === undefined ? [] : [{ do: 'set', field: 'version', value: version }]
  },
  exchange,
  passThrough: {
    open: /^\/v1\/(?:predictions(?:\/|$)|models(?:\/|$)|collections(?:\/|$)|deployments\/[^/]+\/[^/]+\/predictions$)/,
    links: ['/predictions', '/predictions/{id}', '/predictions/{id}/cancel'].flatMap((path) => [
      { path, field: 'get' },
      { path, field: 'cancel' },
    ]),
    writeError: ({ message, status }) => ({ body: { title: 'Refused by the gateway', detail: message, status } }),
  },
}
