import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { diffPrices, formatPriceChanges, loadCatalog } from '@switchyard/core'
import { exitCodes, exitWith } from './exit.ts'

export function pricesCommand(): Command {
  const prices = new Command('prices').description('The price catalog.')
  prices
    .command('diff <file>')
    .description("Show what an update would change: a file of model facts (JSON lines) or of LiteLLM's price map.")
    .action(async (file: string) => {
      const text = await readFile(file, 'utf8').catch((error: Error) =>
        exitWith(exitCodes.unavailable, `switchyard: ${error.message}`),
      )
      console.log(formatPriceChanges(diffPrices(await loadCatalog(), text)))
    })
  return prices
}
