import { Command } from 'commander'
import { describeProviders } from '../llm/providers.ts'
import { formatTable } from './table.ts'

export const providersCommand = (): Command =>
  new Command('providers')
    .description('List the providers: key variables, base URLs, and what fixtures prove of each.')
    .option('--json', 'print what GET /public/providers?capabilities=true answers')
    .action(({ json }: { readonly json?: true }) => {
      const data = describeProviders()
      const rows = data.map(({ id, key_env: keys, api_base: base, proven, refused }) => [
        id,
        keys.join(' '),
        base ?? '(of the deployment)',
        proven.join(', '),
        refused.join(', '),
      ])
      console.log(
        json ? JSON.stringify({ data }, null, 2) : formatTable(['provider', 'key', 'base URL', 'proved', 'refused'], rows),
      )
    })
