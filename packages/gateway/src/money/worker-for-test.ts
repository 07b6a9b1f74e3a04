/** A gateway worker for tests that need processes: `<data dir> <task> <key> <number> [cost]`. */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { isGatewayError } from '@switchyard/wire'
import { makeFacts, makeOutcome, rowIdOf } from '../store/for-test.ts'
import { type Bench, openBench } from './for-test.ts'

const [dataDir = '', task = '', key = '', count = '1', cost = '0'] = process.argv.slice(2)

/** Synchronous, so that what was said before a kill is heard. */
const say = (line: string): void => void writeSync(1, `${line}\n`)

async function spendForEver({ money, principal }: Bench): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const permit = await money.permits.admit(await principal(key), { nano: 1000, tokens: 10 })
    const facts = makeFacts()
    if (turn % 3 === 0) {
      const failed = permit.attempt(facts)
      await failed.settle(makeOutcome(turn % 2, { status: 'failure', errorKind: 'timeout' }))
      say(`settled ${rowIdOf(facts)} ${turn % 2}`)
    }
    const last = turn % 3 === 0 ? { ...facts, attempt: 2 } : facts
    const reservation = permit.attempt(last)
    if (turn % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const spend = 1 + Math.floor(Math.random() * 900)
    await reservation.settle(makeOutcome(spend))
    say(`settled ${rowIdOf(last)} ${spend}`)
    permit.release()
  }
}

/** Many requests at once; answers how many were admitted, and settles them at the given cost. */
async function rush({ money, principal }: Bench): Promise<void> {
  const payer = await principal(key)
  const admitted: Promise<void>[] = []
  const one = async (): Promise<void> => {
    try {
      const permit = await money.permits.admit(payer, { nano: Number(cost), tokens: 1 })
      admitted.push(permit.attempt(makeFacts()).settle(makeOutcome(Number(cost))))
    } catch (error) {
      if (!isGatewayError(error) || (error.kind !== 'over_budget' && error.kind !== 'rate_limited')) throw error
    }
  }
  await Promise.all(Array.from({ length: Number(count) }, one))
  await Promise.all(admitted)
  say(`admitted ${admitted.length}`)
}

async function watchForBlock({ identity }: Bench): Promise<void> {
  while ((await identity.directory.find(key))?.blocked !== true) await new Promise((resolve) => setTimeout(resolve, 2))
  say(`blocked ${Date.now()}`)
}

const bench = await openBench(dataDir)
say('ready')
const lines = createInterface({ input: process.stdin })
if (task === 'spend') await Promise.all(Array.from({ length: Number(count) }, () => spendForEver(bench)))
lines.on('line', (line) => {
  if (line === 'go') void (task === 'rush' ? rush(bench) : watchForBlock(bench))
  if (line !== 'end') return
  lines.close()
  void bench.close()
})
