import { Command } from 'commander'
import { providers } from '@switchyard/providers'
import { formatTable } from './table.ts'

export const providersCommand = (): Command =>
  new Command('providers').description('List the providers: key variables, base URLs, operations.').action(() => {
    const rows = providers.map((provider) => [
      provider.id,
      provider.keyEnv.join(' '),
      provider.baseUrl ?? '(of the deployment)',
      Object.keys(provider.endpoints).join(' '),
    ])
    console.log(formatTable(['provider', 'key', 'base URL', 'operations'], rows))
  })
