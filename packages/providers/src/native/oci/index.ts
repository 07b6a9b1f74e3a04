import type { Endpoint, Provider } from '@switchyard/core'
import type { ProviderDialect } from '@switchyard/wire'
import { CohereReader, readReply as readCohereReply } from './cohere/reply.ts'
import { writeRequest as writeCohereRequest } from './cohere/request.ts'
import { ociParam, ociParams } from './credentials.ts'
import { embedding } from './embed.ts'
import { enveloped } from './envelope.ts'
import { readError } from './errors.ts'
import { writesCohere, writesGeneric } from './fidelity.ts'
import { GenericReader, readReply } from './generic/reply.ts'
import { writeRequest } from './generic/request.ts'
import { sign } from './sign.ts'

const generic: ProviderDialect = {
  writes: writesGeneric,
  writeRequest,
  readReply,
  reader: (sink, undo) => new GenericReader(sink, undo),
  readError,
}

const cohere: ProviderDialect = {
  writes: writesCohere,
  writeRequest: writeCohereRequest,
  readReply: readCohereReply,
  reader: (sink) => new CohereReader(sink),
  readError,
}

const path = '/20231130/actions/chat'
const genericEndpoint: Endpoint = { shape: 'native', path, speaks: generic, modelInPath: true }
const cohereEndpoint: Endpoint = { shape: 'native', path, speaks: cohere, modelInPath: true }

const hostOf = (region: string): string => `https://inference.generativeai.${region}.oci.oraclecloud.com`

/** Stands for "no address was named": every region has a host of its own. */
const anyRegion = hostOf('us-ashburn-1')

/** Oracle's Generative AI service: Cohere's models in one format, all others in another. */
export const oci: Provider = {
  id: 'oci',
  name: 'Oracle Cloud Infrastructure (OCI)',
  keyEnv: [],
  auth: { kind: 'prepare' },
  baseUrl: anyRegion,
  baseEnv: ['OCI_API_BASE'],
  hosts: ['.oci.oraclecloud.com'],
  params: ociParams,
  endpoints: {
    chat: [genericEndpoint, cohereEndpoint],
    embedding: [{ shape: 'native', path: '/20231130/actions/embedText' }],
  },
  endpointFor: (operation, _client, { id }) =>
    operation !== 'embedding' && id.startsWith('cohere.') ? cohereEndpoint : undefined,
  url: (target, endpoint) => {
    const region = ociParam(target, 'region')
    const base = target.baseUrl === anyRegion && region !== undefined ? hostOf(region) : target.baseUrl
    return base.endsWith(endpoint.path) ? base : base + endpoint.path
  },
  tune: (target, { operation }) => (operation === 'embedding' ? [] : [enveloped(target)]),
  prepare: sign,
  codecs: { embedding },
}
