import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { explain } from '../explain.ts'
import { exitCodes, exitWith } from './exit.ts'
import { withStore } from './open.ts'

interface ExplainOptions {
  readonly config?: string
  readonly dataDir: string
  readonly key?: string
  readonly route: string
  readonly body?: string
}

/** `switchyard explain MODEL`: what would happen to a request, without sending anything. */
export const explainCommand = (): Command =>
  new Command('explain')
    .description('Say what would happen to a request: who, which limits, which deployment, which translation, which price bound.')
    .argument('<model>', 'the model that the client would name')
    .option('-c, --config <file>', "LiteLLM's config.yaml", process.env['CONFIG_FILE_PATH'])
    .option('--data-dir <dir>', 'where the database lies', process.env['SWITCHYARD_DATA_DIR'] ?? '.switchyard')
    .option('--key <key>', 'the virtual key or its token id (default: the master key)')
    .option('--route <path>', 'the route that the client would call', '/v1/chat/completions')
    .option('--body <file>', 'a JSON file with the request body')
    .action(async (model: string, options: ExplainOptions) => {
      const { body: file, dataDir, config, key, route } = options
      const body =
        file === undefined
          ? undefined
          : await readFile(file).catch((error: Error) => exitWith(exitCodes.unavailable, error.message))
      await withStore(dataDir, async (store) => {
        const lines = await explain({ store, model, route, configFile: config, key, body })
        console.log(lines.join('\n'))
      })
    })
