import { Command } from 'commander'
import { checkConfig } from '../config/check.ts'
import { formatDiagnostic } from '../config/diagnostic.ts'
import { green, red } from './colour.ts'

export const checkCommand = (): Command =>
  new Command('check')
    .description('Check a configuration file: every problem with its place and what to do. Exit code 1 when there are errors.')
    .argument('<config>', 'the config.yaml')
    .action(async (file: string) => {
      const { diagnostics, exitCode } = await checkConfig(file)
      for (const diagnostic of diagnostics) console.log(formatDiagnostic(diagnostic))
      const errors = diagnostics.filter((one) => one.severity === 'error').length
      const warnings = diagnostics.length - errors
      const verdict = exitCode === 0 ? green('would start') : red('would not start')
      console.log(`${file}: ${verdict} (${errors} errors, ${warnings} warnings)`)
      process.exit(exitCode)
    })
