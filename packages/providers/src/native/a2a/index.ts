import type { Provider } from '@switchyard/core'
import { agentProtocol } from './dialect.ts'

/** An agent behind the Agent2Agent protocol, asked as if it were a model. Its address is the whole URL. */
export const a2a: Provider = {
  id: 'a2a',
  name: 'A2A agents',
  keyEnv: ['A2A_API_KEY'],
  keyless: true,
  auth: { kind: 'bearer' },
  baseEnv: ['A2A_API_BASE'],
  endpoints: { chat: [{ shape: 'native', path: '', speaks: agentProtocol }] },
  url: ({ baseUrl }) => baseUrl,
}
