// `npm test`: everything that needs no service. Ends with the plain line "N passed, N failed"; exit 1 when one failed.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { testGatewayOnNode } from './gateway-on-node.ts'
import { finish, testOnBun, testOnNode, whyNotOnNode } from './run-tests.ts'

const skipped: string[] = []
const clientPackages = ['openai', '@anthropic-ai/sdk', '@google/genai', 'ai', '@ai-sdk/openai-compatible']

function missingClients(): readonly string[] {
  const { resolve } = createRequire(join(process.cwd(), 'tests', 'package.json'))
  return clientPackages.filter((name) => {
    const folders = resolve.paths(name) ?? []
    return !folders.some((folder) => existsSync(join(folder, name, 'package.json')))
  })
}

const missing = missingClients()
const paths = ['./packages', './tests/e2e', './tests/clients', './tests/capabilities', './tests/soak']
if (missing.length > 0) {
  skipped.push(`tests/clients and tests/e2e: ${missing.join(', ')} not installed, npm ci does that`)
  paths.splice(1)
}
skipped.push('tests/upstream: it installs a model server, npm run test:upstream')
skipped.push('tests/outside: it installs client libraries and coding agents, npm run test:clients')

const runs = [await testOnBun(paths)]
const why = await whyNotOnNode()
if (why === undefined) {
  // The SDK and what it stands on must run on Node too, and the gateway can.
  runs.push(await testOnNode(['packages/{wire,core,providers,sdk}/src/**/*.test.ts']), ...(await testGatewayOnNode()))
} else skipped.push(`the SDK under node --test, and the gateway on Node (npm run test:node): ${why}`)
finish(runs, skipped)
