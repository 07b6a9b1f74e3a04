import { testOnBun, testOnNode, type Counts } from './run-tests.ts'

/** The adapters' own tests, which run on Node alone. */
const adapters = ['packages/gateway/src/http/serve-node.test.ts', 'packages/gateway/src/upstream/undici-transport.test.ts']

/** What a runtime could break: both ways of HTTP, processes, the database. What follows from the pipeline runs on Bun only. */
const smoke = [
  'auth',
  'batches',
  'bytes',
  'crash',
  'demo',
  'error-table',
  'faults',
  'faults-replies',
  'faults-usage',
  'hostile-client',
  'hostile-http',
  'keys',
  'raw-http',
  'reload',
  'responses',
  'routing',
  'spend',
  'workers',
].map((name) => `./tests/e2e/${name}.test.ts`)

/** The gateway on Node, the second runtime: the tests themselves run on Bun, the gateways that they start on Node. */
export const testGatewayOnNode = async (): Promise<readonly Counts[]> => [
  await testOnNode(adapters),
  await testOnBun(smoke, { SWITCHYARD_RUNTIME: 'node' }),
]
