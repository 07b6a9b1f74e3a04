import { isObject, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import { TestGateway } from '../../tools/gateway.ts'
import { configText } from '../../tools/stage.ts'
import type { Check } from '../check.ts'
import { javascriptFolder, pythonFolder, pythonWith } from '../install.ts'
import { runProgram } from '../run-program.ts'
import { FakeVendor } from './fake-vendor.ts'
import { vendors, type Sessions, type Vendor } from './vendors.ts'

/** The columns of the report. */
export const vendorKinds = ['calls', 'streams', 'errors', 'ledger', 'keys'] as const

/** The vendors' own client programs, each against a fake of its vendor behind one gateway. `only`: their modules. */
export async function checkVendors(only: readonly string[] = []): Promise<readonly Check[]> {
  const isChosen = (client: string): boolean => only.length === 0 || only.includes(client)
  const chosen = vendors.filter(({ clients }) => clients.some(isChosen))
  const stages = await Promise.all(
    chosen.map(async (vendor) => ({ vendor, fake: await FakeVendor.start(vendor.api), sessions: vendor.sessions?.() })),
  )
  const config = configText(
    stages.flatMap(({ vendor, fake, sessions }) => vendor.models?.(fake.origin, sessions?.origin ?? '') ?? []),
    { router_settings: { num_retries: 0 }, switchyard_settings: { egress: { allow_private: true } } },
  )
  const env: Record<string, string> = {}
  for (const { vendor, fake } of stages) Object.assign(env, vendor.env(fake.origin))
  const gateway = await TestGateway.start({ config, env })
  try {
    const checks: Check[] = []
    for (const stage of stages)
      for (const client of stage.vendor.clients.filter(isChosen)) checks.push(...(await checkClient(gateway, stage, client)))
    return checks
  } finally {
    await gateway.stop()
    await Promise.all(stages.map(({ fake, sessions }) => Promise.all([fake.stop(), sessions?.stop()])))
  }
}

interface Stage {
  readonly vendor: Vendor
  readonly fake: FakeVendor
  readonly sessions: Sessions | undefined
}

/** LangChain's clients disagree with the vendors' own about the versions of those. */
function runnerOf(client: string): { readonly program: string; readonly script: string; readonly cwd: string } {
  if (client.endsWith('_js')) return { program: 'node', script: 'vendor.mjs', cwd: javascriptFolder() }
  const environment = client.startsWith('langchain_') ? 'langchain' : 'vendors'
  return { program: pythonWith(environment), script: 'vendor.py', cwd: pythonFolder }
}

async function checkClient(gateway: TestGateway, stage: Stage, client: string): Promise<readonly Check[]> {
  stage.fake.requests.length = 0
  const key = await gateway.newKey({ key_alias: client })
  const keys = { url: gateway.url, key, unknown: 'sk-unknown-0123456789' }
  const { program, script, cwd } = runnerOf(client)
  const { code, output, errors } = await runProgram(program, [script, client], {
    cwd,
    env: { STAGE: JSON.stringify(keys), PYTHONDONTWRITEBYTECODE: '1', HOME: gateway.dataDir },
    timeoutMs: 120_000,
  })
  const [head, ...results] = output.split('\n').map(parseJson).filter(isObject)
  const version = [stringOf(head?.['package']) ?? 'HTTP', stringOf(head?.['version'])].join(' ').trim()
  const of = { client, version }
  const checks = [...results.map((line) => ({ ...of, ...checkIn(line) })), { ...of, ...keysKept(stage, key) }]
  if (code === 0) return checks
  return [...checks, { ...of, kind: 'calls', what: 'the run', problem: `ended with ${code}: ${errors.slice(-500)}` }]
}

const checkIn = (line: JsonObject): Pick<Check, 'kind' | 'what' | 'problem'> => ({
  kind: stringOf(line['check']) ?? '',
  what: stringOf(line['model']) ?? '',
  problem: stringOf(line['problem']),
})

/** No request that the vendor saw held the client's key; that it held the vendor's own, the fake asks of every request. */
function keysKept({ fake: { requests }, sessions }: Stage, key: string): Pick<Check, 'kind' | 'what' | 'problem'> {
  const seen = [
    ...requests.map(({ headers, path, query, bytes }) =>
      [path, query.toString(), JSON.stringify(headers), bytes.toString('latin1')].join(' '),
    ),
    ...(sessions?.seen ?? []).map(({ url, headers }) => `${url} ${JSON.stringify([...headers])}`),
  ]
  const leaked = seen.find((text) => text.includes(key))
  const problem =
    seen.length === 0 ? 'the vendor was never asked' : leaked && `the client's key came with ${leaked.slice(0, 100)}`
  return { kind: 'keys', what: `${seen.length} requests`, problem }
}
