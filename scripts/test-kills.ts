// Kills gateways under load and counts what the ledger lost: bun scripts/test-kills.ts --kills 100 --workers 2
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { isObject, type JsonObject } from '@switchyard/wire'
import { FakeProvider } from '../tests/tools/fake-provider.ts'
import { repository, TestGateway } from '../tests/tools/gateway.ts'
import { configText, dialectModels } from '../tests/tools/stage.ts'
import { until } from '../tests/tools/until.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, workers: { type: 'string', default: '2' } },
})
const kills = Number(values.kills)
if (!Number.isSafeInteger(kills) || kills < 1) throw new Error('--kills is a whole number')

const clients = 20
/** The least that is answered between two kills. */
const callsARound = 30

const dataDir = await mkdtemp(join(tmpdir(), 'switchyard-kills-'))
const provider = await FakeProvider.start()
const options = { config: configText(dialectModels(provider.origin)), dataDir, args: ['--workers', values.workers] }
/** The ids of calls whose clients had their last byte. */
const answered = new Set<string>()
const begun = performance.now()
let key = ''

try {
  for (let killed = 0; killed < kills; killed += 1) {
    await killUnderLoad()
    if ((killed + 1) % 10 === 0) console.log(`${killed + 1} kills, ${answered.size} calls answered`)
  }
  const gateway = await TestGateway.start(options)
  await until(async () => (await audit())['open'] === 0, 30_000)
  await gateway.stop()
  await report()
} finally {
  await provider.stop()
  await rm(dataDir, { recursive: true, force: true })
}

async function killUnderLoad(): Promise<void> {
  const gateway = await TestGateway.start(options)
  if (key === '') key = await gateway.newKey({ max_budget: 100 })
  const enough = answered.size + callsARound
  let isDead = false
  const load = Array.from({ length: clients }, async (_, client) => {
    while (!isDead) await call(gateway, client)
  })
  await until(() => answered.size > enough, 30_000)
  await sleep(Math.random() * 100)
  isDead = true
  await gateway.kill9()
  await Promise.all(load)
}

async function call(gateway: TestGateway, client: number): Promise<void> {
  const stream = client % 2 === 0
  // Some are in the middle of a stream, whenever the kill comes.
  if (client % 4 === 0) provider.next({ paceMs: 5 })
  const body = { model: 'chat', stream, max_tokens: 20, messages: [{ role: 'user', content: 'count 10' }] }
  const reply = await gateway.call('POST', '/v1/chat/completions', body, key).catch(() => undefined)
  const id = reply?.headers.get('x-switchyard-call-id')
  if (reply?.status !== 200 || id === undefined || id === null) return
  if (!stream || reply.text.endsWith('[DONE]\n\n')) answered.add(id)
}

/** What `switchyard audit` says; it exits with 1 when something is wrong, and says what all the same. */
function audit(): Promise<JsonObject> {
  const args = [join(repository, 'bin', 'switchyard.js'), 'audit', '--data-dir', dataDir, '--json']
  return new Promise((resolve, reject) => {
    execFile('node', args, (error, stdout) => {
      if (stdout === '') return reject(error ?? new Error('the audit says nothing'))
      const value: unknown = JSON.parse(stdout)
      if (isObject(value)) resolve(value)
      else reject(new Error(stdout))
    })
  })
}

async function report(): Promise<void> {
  const db = new DatabaseSync(join(dataDir, 'switchyard.db'), { readOnly: true })
  const rows = db.prepare(`SELECT request_id, status, count(*) AS count FROM ledger GROUP BY request_id, attempt`).all()
  const leases = db.prepare('SELECT count(*) AS count FROM leases').get()
  db.close()
  const written = new Set(rows.filter((row) => row['status'] !== 'lost').map((row) => row['request_id']))
  const lost = [...answered].filter((id) => !written.has(id)).length
  const double = rows.filter((row) => row['count'] !== 1).length
  const { gap, problems, rows: total } = await audit()
  const seconds = Math.round((performance.now() - begun) / 1000)
  const open = rows.filter((row) => row['status'] === 'lost').length
  console.log(
    `${kills} kills -9 of ${values.workers} worker(s) in ${seconds} s: ${answered.size} calls answered, ${String(total)} rows`,
  )
  console.log(`(${open} of them of calls that the kill cut)`)
  const result = { lost, double, gap, reservations: leases?.['count'], problems }
  console.log(JSON.stringify(result))
  const isGood =
    lost === 0 && double === 0 && gap === 0 && leases?.['count'] === 0 && Array.isArray(problems) && problems.length === 0
  process.exitCode = isGood ? 0 : 1
}
