import { Command } from 'commander'
import { auditCommand } from './cli/audit.ts'
import { checkCommand } from './cli/check.ts'
import { explainCommand } from './cli/explain.ts'
import { keyCommand } from './cli/key.ts'
import { pricesCommand } from './cli/prices.ts'
import { providersCommand } from './cli/providers.ts'
import { startCommand } from './cli/start.ts'
import { version } from './version.ts'

// Whatever is written (database, journal, locks) is for the owner alone, in a folder that was there before too.
process.umask(0o077)

// The composition root: the only file that knows every command. `start` is the default.
const program = new Command('switchyard')
  .description('An AI gateway: every LLM provider behind one OpenAI-compatible interface.')
  .version(version, '-v, --version')
  .configureHelp({ sortSubcommands: true, sortOptions: true })
  .addHelpText('after', '\nEvery command takes --runtime node (>= 22.19) or bun, the default; or SWITCHYARD_RUNTIME says it.')
  .showHelpAfterError('(run with --help for the options)')

program.addCommand(startCommand(), { isDefault: true })
for (const make of [checkCommand, keyCommand, auditCommand, explainCommand, pricesCommand, providersCommand])
  program.addCommand(make())

await program.parseAsync()
