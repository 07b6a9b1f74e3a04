import { Command } from 'commander'
import { formatUsd, nanoFromUsd } from '@switchyard/wire'
import { dateAfter, parseDuration } from '../config/duration.ts'
import { openIdentity, pepperVariable, statusOf, type Identity, type KeyRecord } from '../identity/index.ts'
import { exitCodes, exitWith } from './exit.ts'
import { withStore } from './open.ts'
import { formatTable } from './table.ts'

interface NewOptions {
  readonly dataDir: string
  readonly alias?: string
  readonly models?: string
  readonly maxBudget?: string
  readonly budgetDuration?: string
  readonly rpm?: string
  readonly tpm?: string
  readonly duration?: string
}

const by = 'cli'

/** Works on the database itself, so it needs no running gateway; one that runs learns of the change within a second. */
export function keyCommand(): Command {
  const key = new Command('key').description('Make, list and block virtual keys.')
  key
    .command('new')
    .description('Make a key. It is printed once and kept only as a hash.')
    .option('--data-dir <dir>', 'where the database lies', process.env['SWITCHYARD_DATA_DIR'] ?? '.switchyard')
    .option('--alias <name>', 'a name for people')
    .option('--models <names>', 'models that it may use, separated by commas (default: all)')
    .option('--max-budget <usd>', 'what it may spend')
    .option('--budget-duration <duration>', 'after which the spend starts anew: 1d, 7d, 30d …')
    .option('--rpm <n>', 'requests a minute')
    .option('--tpm <n>', 'tokens a minute')
    .option('--duration <duration>', 'after which it expires')
    .action((options: NewOptions) => withIdentity(options.dataDir, (identity) => makeKey(identity, options)))
  key
    .command('list')
    .description('List the keys.')
    .option('--data-dir <dir>', 'where the database lies', process.env['SWITCHYARD_DATA_DIR'] ?? '.switchyard')
    .action((options: { dataDir: string }) => withIdentity(options.dataDir, listKeys))
  for (const [name, blocked] of [
    ['block', true],
    ['unblock', false],
  ] as const) {
    key
      .command(`${name} <key>`)
      .description(`${blocked ? 'Refuse' : 'Accept'} a key${blocked ? '' : ' again'}, given as itself or by its token id.`)
      .option('--data-dir <dir>', 'where the database lies', process.env['SWITCHYARD_DATA_DIR'] ?? '.switchyard')
      .action((reference: string, options: { dataDir: string }) =>
        withIdentity(options.dataDir, async ({ keys }) => {
          const record = blocked ? await keys.blockKey(reference, by) : await keys.unblockKey(reference, by)
          console.log(`${record.name} is ${record.blocked ? 'blocked' : 'accepted'}`)
        }),
      )
  }
  return key
}

const withIdentity = (dataDir: string, work: (identity: Identity) => Promise<void>): Promise<void> =>
  withStore(dataDir, async (store) => {
    const identity = await openIdentity({ store, pepper: process.env[pepperVariable] || undefined })
    await work(identity)
    identity.close()
  })

async function makeKey({ keys }: Identity, options: NewOptions): Promise<void> {
  const { alias, models, maxBudget, budgetDuration, rpm, tpm, duration } = options
  const { key, record } = await keys.createKey(
    {
      ...(alias === undefined ? {} : { alias }),
      ...(models === undefined ? {} : { models: models.split(',').map((name) => name.trim()) }),
      ...(maxBudget === undefined ? {} : { maxBudgetNano: nanoFromUsd(number(maxBudget, '--max-budget')) }),
      ...(budgetDuration === undefined ? {} : { budgetDuration: checkedDuration(budgetDuration, '--budget-duration') }),
      ...(rpm === undefined ? {} : { rpmLimit: number(rpm, '--rpm') }),
      ...(tpm === undefined ? {} : { tpmLimit: number(tpm, '--tpm') }),
      ...(duration === undefined ? {} : { expiresAt: expiry(duration) }),
    },
    by,
  )
  console.log(key)
  process.stderr.write(`${record.name}: shown once; the token id is ${record.id}\n`)
}

async function listKeys({ keys }: Identity): Promise<void> {
  const rows: string[][] = []
  for (let offset = 0, total = 1; offset < total; offset += 100) {
    const page = await keys.listKeys({ offset, limit: 100 })
    total = page.total
    rows.push(...page.keys.map(rowOf))
  }
  console.log(formatTable(['key', 'alias', 'spend', 'budget', 'models', 'status', 'token id'], rows))
}

const rowOf = (record: KeyRecord): string[] => [
  record.name,
  record.alias ?? '',
  formatUsd(record.spendNano),
  record.maxBudgetNano === null ? '' : formatUsd(record.maxBudgetNano),
  record.models.join(','),
  statusOf(record, Date.now()),
  record.id,
]

function number(text: string, option: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value >= 0) return value
  return exitWith(exitCodes.usage, `switchyard: ${option} must be a number that is not negative, not "${text}"`)
}

function checkedDuration(text: string, option: string): string {
  if (parseDuration(text) !== undefined) return text
  return exitWith(exitCodes.usage, `switchyard: ${option} must be a duration such as 12h, 7d or 1mo, not "${text}"`)
}

function expiry(text: string): number {
  const parsed = parseDuration(text)
  if (parsed === undefined)
    return exitWith(exitCodes.usage, `switchyard: --duration must be a duration such as 12h or 30d, not "${text}"`)
  return dateAfter(parsed, new Date()).getTime()
}
