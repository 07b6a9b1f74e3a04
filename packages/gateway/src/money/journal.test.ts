import assert from 'node:assert/strict'
import { appendFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { crc32 } from 'node:zlib'
import { isGatewayError } from '@switchyard/wire'
import { makeFacts, makeOutcome, makeRow } from '../store/for-test.ts'
import { type Bench, makeDataDir, openBench, until, withBench } from './for-test.ts'
import { Journal } from './journal.ts'
import { decodeRecord, encodeRecord, type JournalEntry, segmentName } from './journal-format.ts'
import { readChunk } from './journal-reader.ts'
import { realMachine } from './machine.ts'

const settled = (spend: number): JournalEntry => ({ kind: 'settled', row: makeRow('k', spend), charges: [], leased: [] })

const options = (directory: string) =>
  ({ directory, worker: 'w', sync: 'fdatasync', maxSegmentBytes: 1e6, retryMs: 20, machine: realMachine }) as const

const folder = (directory: string) => ({ files: realMachine.files, directory, worker: 'w' })

async function spend({ money, principal }: Bench, key: string, nano: number): Promise<void> {
  const permit = await money.permits.admit(await principal(key), { nano, tokens: 1 })
  await permit.attempt(makeFacts()).settle(makeOutcome(nano))
}

const journalFiles = async ({ dataDir }: Bench): Promise<string[]> =>
  (await readdir(join(dataDir, 'journal'))).filter((name) => name.endsWith('.journal'))

describe('journal', () => {
  it('reads back what was appended, in order, whatever the text', async () => {
    const directory = await makeDataDir()
    const journal = new Journal(options(directory))
    const entries = Array.from({ length: 50 }, (_, i) => ({ ...settled(i), charges: [`b\n"ü€😀${i}`] }))
    await Promise.all(entries.map((entry) => journal.append(entry)))
    const chunk = await readChunk(folder(directory), { segment: 1, offset: 0 })
    assert.deepEqual(
      chunk.records,
      entries.map((entry, index) => ({ sequence: index + 1, entry })),
    )
    assert.equal(chunk.to.offset, journal.durable.offset)
    await journal.close()
    await rm(directory, { recursive: true })
  })

  it('notices every changed byte', () => {
    const line = Buffer.from(encodeRecord({ sequence: 1, entry: settled(5) }).trimEnd())
    assert.notEqual(decodeRecord(line), undefined)
    for (let at = 0; at < line.length; at += 1) {
      const broken = Buffer.from(line)
      broken[at] = (broken[at] ?? 0) ^ 1
      assert.equal(decodeRecord(broken), undefined, `byte ${at}`)
      assert.equal(decodeRecord(line.subarray(0, at)), undefined, `cut at ${at}`)
    }
  })

  it('reads what was written before rows said what the provider answered', () => {
    const { upstreamStatus: _, ...row } = makeRow('k', 5)
    const json = JSON.stringify({ sequence: 1, entry: { kind: 'settled', row, charges: [], leased: [] } })
    const record = decodeRecord(Buffer.from(`${crc32(json).toString(16).padStart(8, '0')} ${json}`))
    assert.deepEqual(record, {
      sequence: 1,
      entry: { kind: 'settled', row: { ...row, upstreamStatus: null }, charges: [], leased: [] },
    })
  })

  it('ignores a torn tail at every length', async () => {
    const directory = await makeDataDir()
    const whole = encodeRecord({ sequence: 1, entry: settled(1) })
    const second = encodeRecord({ sequence: 2, entry: settled(2) })
    for (let cut = 0; cut < second.length; cut += 7) {
      await writeFile(join(directory, segmentName('w', 1)), whole + second.slice(0, cut))
      const chunk = await readChunk(folder(directory), { segment: 1, offset: 0 })
      assert.deepEqual([chunk.records.length, chunk.unreadable.length, chunk.to.offset, chunk.atEnd], [1, 0, whole.length, true])
    }
    await rm(directory, { recursive: true })
  })

  it('refuses on a full disk, and writes what it refused when there is space again', async () => {
    const directory = await makeDataDir()
    await symlink('/dev/full', join(directory, segmentName('w', 1)))
    const journal = new Journal(options(directory))
    journal.appendLazy(settled(1))
    const refused = (error: unknown): boolean =>
      isGatewayError(error) && error.status === 503 && error.type === 'ledger_unavailable'
    await assert.rejects(journal.append(settled(2)), refused)
    assert.equal(journal.healthy, false)
    await assert.rejects(journal.append(settled(3)), refused)
    await until(() => journal.healthy, 'healthy again')
    await journal.append(settled(4))
    const chunk = await readChunk(folder(directory), { segment: 2, offset: 0 })
    assert.deepEqual(
      chunk.records.map((record) => 'sequence' in record && record.sequence),
      [1, 2, 3, 4],
    )
    await journal.close()
    await rm(directory, { recursive: true })
  })
})

describe('journal and ledger', () => {
  it('admits nobody while the disk is full, and loses nothing', () =>
    withBench(async (bench) => {
      const { key } = await bench.identity.keys.createKey({ maxBudgetNano: 1000 }, null)
      const [worker] = await bench.store.workers.list()
      const link = join(bench.dataDir, 'journal', segmentName(worker?.id ?? '', 1))
      await symlink('/dev/full', link)
      await assert.rejects(spend(bench, key, 10), (error) => isGatewayError(error) && error.status === 503)
      await rm(link)
      assert.equal(bench.money.healthy, false)
      await assert.rejects(spend(bench, key, 10), (error) => isGatewayError(error) && error.type === 'ledger_unavailable')
      await until(() => bench.money.healthy, 'healthy again')
      await spend(bench, key, 7)
      await bench.money.ship()
      const audit = await bench.money.audit()
      assert.deepEqual([audit.rows, audit.gap, audit.problems], [2, 0, []])
      assert.equal((await bench.identity.keys.infoOf(key))?.spendNano, 17)
    }))

  it('rotates, carries what is open along, and deletes what is shipped', () =>
    withBench(
      async (bench) => {
        const { key } = await bench.identity.keys.createKey({}, null)
        const payer = await bench.principal(key)
        const permit = await bench.money.permits.admit(payer, { nano: 0, tokens: 0 })
        const long = permit.attempt(makeFacts())
        for (let i = 0; i < 100; i++) await spend(bench, key, 1)
        await bench.money.ship()
        const files = await journalFiles(bench)
        assert.equal(files.length, 1)
        assert.ok(!files[0]?.includes('000001'))
        const audit = await bench.money.audit()
        assert.deepEqual([audit.rows, audit.open, audit.gap], [100, 1, 0])
        await long.settle(makeOutcome(5))
        await bench.money.ship()
        assert.equal((await bench.identity.keys.infoOf(key))?.spendNano, 105)
        assert.equal((await bench.money.audit()).gap, 0)
      },
      { maxSegmentBytes: 20_000 },
    ))

  it('reports damage in the middle of a dead worker journal, and ships the rest', async () => {
    const dataDir = await makeDataDir()
    const bench = await openBench(dataDir)
    const { key } = await bench.identity.keys.createKey({}, null)
    const directory = join(dataDir, 'journal')
    await mkdir(directory, { recursive: true })
    const { id } = { id: 'dead-worker' }
    await bench.store.workers.register({ id, host: 'h', pid: 1, startedAt: 0, heartbeatAt: 0 })
    const lines = [1, 2, 3].map((sequence) => encodeRecord({ sequence, entry: settled(sequence) }))
    const path = join(directory, segmentName(id, 1))
    await writeFile(path, `${lines[0]}${lines[1]?.replace('"spendNano":2', '"spendNano":9')}`)
    await appendFile(path, `${lines[2]}0000`)
    assert.ok((await readFile(path, 'utf8')).includes('"spendNano":9'))
    await until(async () => (await bench.store.workers.list()).length === 1, 'wound up')
    const audit = await bench.money.audit()
    assert.equal(audit.rows, 2)
    assert.match(audit.problems.join(), /unreadable record of worker dead-worker, segment 1, at \d+: checksum mismatch/)
    assert.notEqual(await bench.identity.keys.infoOf(key), undefined)
    await bench.close()
    await rm(dataDir, { recursive: true })
  })
})
