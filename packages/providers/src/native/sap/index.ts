import type { Provider } from '@switchyard/core'
import { keyEnv, sapParams } from './credentials.ts'
import { anyRegion, sapUrl, signSap } from './deployment.ts'
import { orchestration } from './dialect.ts'
import { embedding } from './embed.ts'

/** SAP's Generative AI Hub: models of many houses behind SAP AI Core's orchestration service. */
export const sap: Provider = {
  id: 'sap',
  name: 'SAP Generative AI Hub',
  keyEnv,
  auth: { kind: 'prepare' },
  baseUrl: anyRegion,
  baseEnv: ['AICORE_BASE_URL'],
  // Customers' own programs have other names below the same domain.
  hosts: ['.ml.hana.ondemand.com'],
  params: sapParams,
  endpoints: {
    chat: [{ shape: 'native', path: '/v2/completion', speaks: orchestration }],
    embedding: [{ shape: 'native', path: '/v2/embeddings' }],
  },
  url: sapUrl,
  prepare: signSap,
  codecs: { embedding },
}
