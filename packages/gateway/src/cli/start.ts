import { mkdir } from 'node:fs/promises'
import { Command, InvalidArgumentError } from 'commander'
import { providers } from '@switchyard/providers'
import type { Config } from '../config/config.ts'
import { ConfigError, formatDiagnostic } from '../config/diagnostic.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { openIdentity, PepperTrouble } from '../identity/index.ts'
import { settleMasterKey, WeakMasterKey } from '../master-key.ts'
import { makeLog, type Log } from '../observe/log.ts'
import { Vitals } from '../observe/vitals.ts'
import { openStore } from '../store/index.ts'
import { sharesPorts } from '../runtime.ts'
import { Supervisor, workerVariable } from '../supervisor.ts'
import { readConfiguration, reload, startWorker, type ConfigSource, type RunningWorker } from '../worker.ts'
import { bold, dim } from './colour.ts'
import { exitCodes, exitWith } from './exit.ts'

interface StartOptions {
  readonly config?: string
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly model?: string
  readonly workers?: number
  readonly detailedDebug?: boolean
}

/** Streams that run when the process is told to stop may go on for so long. */
const drainMs = 120_000
/** For load balancers, which ask every second or so (reliability facts P2). Who presses Ctrl-C has none. */
const noticeMs = { SIGTERM: 1000, SIGINT: 0 } as const

export const startCommand = (): Command =>
  new Command('start')
    .description('Run the gateway (the default command).')
    .option('-c, --config <file>', "LiteLLM's config.yaml, as it is", process.env['CONFIG_FILE_PATH'])
    .option('--host <address>', 'address to listen on', process.env['HOST'] ?? '127.0.0.1')
    .option('--port <number>', 'port to listen on', port, Number(process.env['PORT'] ?? 4000))
    .option('--data-dir <dir>', 'where the database and the journal lie', process.env['SWITCHYARD_DATA_DIR'] ?? '.switchyard')
    .option('-m, --model <name>', 'serve this one model, e.g. openai/gpt-4o-mini')
    .option('--workers <number>', 'processes that share the port', whole)
    .option('--detailed-debug', 'log everything that is not a secret or a prompt')
    .action(start)

async function start(options: StartOptions): Promise<void> {
  const log = makeLog(options.detailedDebug ? 'debug' : 'info')
  const loaded = await load(options, log)
  const workers = options.workers ?? loaded.config.switchyard.workers
  const index = process.env[workerVariable]
  if (index !== undefined) return serve({ options, loaded, log, index: Number(index), workers })
  await prepareData(options, loaded.config)
  if (workers > 1 && !sharesPorts) {
    return exitWith(exitCodes.config, 'switchyard: several workers on Node need Linux; use --workers 1 or --runtime bun')
  }
  if (workers > 1) return supervise(workers, log)
  return serve({ options, loaded, log, index: 0, workers: 1 })
}

const sourceOf = ({ config, model }: StartOptions): ConfigSource => ({ file: config, model })

async function load(options: StartOptions, log: Log): Promise<LoadedConfig> {
  try {
    const loaded = await readConfiguration(sourceOf(options))
    for (const warning of loaded.warnings) log.warn(formatDiagnostic(warning))
    return loaded
  } catch (error) {
    if (error instanceof ConfigError) return exitWith(exitCodes.config, error.message)
    throw error
  }
}

/** Makes the data folder and settles the master key, before any worker listens. */
async function prepareData({ dataDir, host, port: number }: StartOptions, config: Config): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const store = await openStore({ dataDir })
  const pepper = config.switchyard.keyPepper?.reveal()
  try {
    const identity = await openIdentity({ store, pepper })
    const { made } = await settleMasterKey(identity, config).finally(() => identity.close())
    welcome(`http://${host}:${number}`, made, config)
  } catch (error) {
    if (error instanceof WeakMasterKey || error instanceof PepperTrouble)
      exitWith(exitCodes.config, `switchyard: ${error.message}`)
    throw error
  } finally {
    await store.close()
  }
}

function welcome(url: string, made: string | undefined, config: Config): void {
  const lines = [`${bold('Switchyard')} on ${url}`]
  if (made !== undefined) lines.push(`Master key (shown once, kept as a hash): ${bold(made)}`)
  if (config.deployments.length === 0) lines.push(...unconfigured(config))
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** What a gateway without a model_list serves, and what would make it serve more. */
function unconfigured(config: Config): readonly string[] {
  const ready = providers.filter((provider) => provider.keyEnv.some((name) => config.environment.get(name) !== undefined))
  if (ready.length > 0)
    return [`Keys found: ${ready.map((provider) => `${provider.id}/*`).join(', ')} and demo/echo can be called.`]
  const examples = ['openai', 'anthropic', 'gemini'].flatMap(
    (id) => providers.find((one) => one.id === id)?.keyEnv.slice(0, 1) ?? [],
  )
  return [
    `No provider key found: ${bold('demo/echo')} answers. Set ${examples.join(', ')} … to reach real models as provider/model.`,
    dim('`switchyard providers` lists all of them with their variables.'),
  ]
}

interface Serving {
  readonly options: StartOptions
  readonly loaded: LoadedConfig
  readonly log: Log
  readonly index: number
  readonly workers: number
}

async function serve({ options, loaded, log, index, workers }: Serving): Promise<void> {
  const { dataDir, host, port: number } = options
  const settings = { source: sourceOf(options), dataDir, host, port: number, index, workers, shared: workers > 1, log }
  const vitals = new Vitals(log)
  onVitals(() => vitals.tell())
  const worker = await startWorker(settings, loaded).catch((error: unknown) => portTaken(error, options))
  log.info('listening', { host, port: worker.listener.port, worker: index, pid: process.pid })
  process.on('SIGHUP', () => reload(worker.gateway))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void leave(worker, log, noticeMs[signal]))
  process.on('unhandledRejection', (error) => log.error('unhandled rejection', { error }))
}

/** Windows has no signal for it. */
function onVitals(tell: () => void): void {
  if (process.platform !== 'win32') process.on('SIGUSR2', tell)
}

/** The one failure to start that people meet every day. */
function portTaken(error: unknown, { host, port: number }: StartOptions): never {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') throw error
  return exitWith(exitCodes.unavailable, `switchyard: ${host}:${number} is taken; choose another with --port`)
}

async function leave(worker: RunningWorker, log: Log, notice: number): Promise<void> {
  log.info('draining')
  try {
    await worker.stop({ noticeMs: notice, drainMs })
  } catch (error) {
    log.error('the worker could not leave in good order; the next start takes its journal over', { error })
    process.exit(exitCodes.internal)
  }
  process.exit(exitCodes.ok)
}

function supervise(count: number, log: Log): void {
  const supervisor = new Supervisor(count, log)
  supervisor.start()
  process.on('SIGHUP', () => supervisor.signal('SIGHUP'))
  onVitals(() => supervisor.signal('SIGUSR2'))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void supervisor.stop(signal).then(() => process.exit(exitCodes.ok)))
  }
}

function whole(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 256) return value
  throw new InvalidArgumentError('a whole number from 1 to 256')
}

function port(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value
  throw new InvalidArgumentError('a port from 0 to 65535')
}
