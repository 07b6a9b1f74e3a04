// `npm run test:node`: the gateway on the Node that runs npm. Refuses when that is too old.
import { testGatewayOnNode } from './gateway-on-node.ts'
import { finish, whyNotOnNode } from './run-tests.ts'

const why = await whyNotOnNode()
if (why !== undefined) {
  console.error(`The gateway cannot be tested on Node: ${why}.`)
  process.exit(1)
}
finish(await testGatewayOnNode(), [])
