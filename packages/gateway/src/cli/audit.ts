import { Command } from 'commander'
import { audit } from '../money/index.ts'
import { green, red } from './colour.ts'
import { exitCodes } from './exit.ts'
import { withStore } from './open.ts'

export const auditCommand = (): Command =>
  new Command('audit')
    .description('Prove the books: requests = permits = rows = rollups. Exit code 1 when something does not add up.')
    .option('--data-dir <dir>', 'where the database lies', process.env['SWITCHYARD_DATA_DIR'] ?? '.switchyard')
    .option('--json', 'print JSON')
    .action((options: { dataDir: string; json?: boolean }) =>
      withStore(options.dataDir, async (store) => {
        const result = await audit(store, options.dataDir)
        if (options.json) console.log(JSON.stringify(result))
        else {
          const { requests, permits, rows, rollups, open, gap, problems } = result
          console.log(`requests ${requests}\npermits  ${permits}\nrows     ${rows}\nrollups  ${rollups}\nopen     ${open}`)
          for (const problem of problems) console.log(red(problem))
          console.log(gap === 0 ? green('gap 0: the books add up') : red(`gap ${gap}`))
        }
        if (result.gap !== 0 || result.problems.length > 0) process.exitCode = exitCodes.problems
      }),
    )
