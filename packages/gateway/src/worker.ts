import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Health, loadCatalog } from '@switchyard/core'
import { loadConfig, type LoadedConfig } from './config/load-config.ts'
import { Gateway } from './gateway.ts'
import { connectionShares } from './descriptors.ts'
import { handle } from './http/handle.ts'
import type { RoomLimits } from './http/connection-room.ts'
import type { Listener } from './http/listener.ts'
import { Router } from './http/router.ts'
import { routes } from './http/routes.ts'
import { openIdentity, type Identity } from './identity/index.ts'
import { openMoney, type Money } from './money/index.ts'
import { FileShelf } from './llm/batches/file-shelf.ts'
import { BatchRunner } from './llm/batches/runner.ts'
import { watchBatches } from './llm/objects/open-batches.ts'
import { watchVideos } from './llm/videos-jobs.ts'
import type { Log } from './observe/log.ts'
import { Seldom } from './observe/seldom.ts'
import { loadRuntime } from './runtime.ts'
import { openStore, type Store } from './store/index.ts'

export interface WorkerOptions {
  readonly source: ConfigSource
  readonly dataDir: string
  readonly host: string
  readonly port: number
  /** Counts from 0 among the workers of one gateway. */
  readonly index: number
  readonly shared: boolean
  /** How many workers there are in all. */
  readonly workers: number
  readonly log: Log
}

/** Where the configuration comes from: a file, one model named on the command line, or nothing. */
export interface ConfigSource {
  readonly file: string | undefined
  readonly model: string | undefined
}

/** Reads the configuration. `--model NAME` stands for a file with that one model; without either the defaults hold. */
export function readConfiguration({ file, model }: ConfigSource): Promise<LoadedConfig> {
  if (file !== undefined) return loadConfig(file, process.env, (path) => readFile(path, 'utf8'))
  // A JSON string is a YAML string too.
  const name = JSON.stringify(model)
  const text = model === undefined ? '' : `model_list:\n  - model_name: ${name}\n    litellm_params: {model: ${name}}\n`
  return loadConfig(model === undefined ? '(defaults)' : '(--model)', process.env, () => Promise.resolve(text))
}

export interface Farewell {
  /** Who sends requests here shall read in `/health/readiness` that it is over, before connections are refused. */
  readonly noticeMs: number
  /** How long what runs may go on. */
  readonly drainMs: number
}

export interface RunningWorker {
  readonly gateway: Gateway
  readonly listener: Listener
  /** Finishes what runs, then leaves in good order. */
  stop(farewell: Farewell): Promise<void>
}

/** One process that serves. Everything that it needs is opened here, in order, and closed in the opposite one. */
export async function startWorker(options: WorkerOptions, loaded: LoadedConfig): Promise<RunningWorker> {
  const { dataDir, host, port, shared, log, source } = options
  const { switchyard } = loaded.config
  const [runtime, store, catalog] = await Promise.all([loadRuntime(), openStore({ dataDir, serves: true }), loadCatalog()])
  const identity = await openIdentity({ store, pepper: switchyard.keyPepper?.reveal() })
  const trouble = (task: string, error: unknown): void => log.warn(`money: could not ${task}`, { error })
  const money = await openMoney({ dataDir, store, workerId: `w${options.index}`, sync: switchyard.journalSync, trouble })
  const parts = {
    router: new Router(routes),
    log,
    store,
    shelf: await FileShelf.open(dataDir, store),
    identity,
    money,
    catalog,
    health: new Health(undefined, (refusal) => log.warn('left out for an hour: the provider refuses it by name', { ...refusal })),
    transport: runtime.transport,
    makeResponse: runtime.makeResponse,
    workers: options.workers,
  }
  const gateway = Gateway.start({ ...parts, loadConfig: () => readConfiguration(source) }, loaded)
  await store.feed.subscribe((changes) => {
    // Of its own reload a worker hears too.
    if (changes?.some(({ topic, id }) => topic === 'config' && id !== money.worker)) reload(gateway)
  })
  const listener = await runtime.listen({
    host,
    port,
    shared,
    maxBodyBytes: Math.max(switchyard.maxBodyBytes, switchyard.maxFormBytes),
    isDraining: () => gateway.draining,
    room: roomFor(switchyard.maxConnections, log),
    handle: (request, ip, isExtra) => handle(gateway, request, ip, isExtra),
  })
  const batches = new BatchRunner(gateway)
  const watches = options.index === 0 ? [watchBatches(gateway), watchVideos(gateway)] : []
  const stop = (farewell: Farewell): Promise<void> => {
    for (const watch of watches) clearInterval(watch)
    return stopWorker({ gateway, listener, batches, money, identity, store }, farewell)
  }
  return { gateway, listener, stop }
}

const crowdedLogMs = 10_000

/** For how many clients there is room: as many as there are descriptors for, or fewer if the operator says so. */
function roomFor(wanted: number | undefined, log: Log): RoomLimits {
  const { clients, extra } = connectionShares
  const most = Math.min(clients, wanted ?? clients)
  const seldom = new Seldom(crowdedLogMs)
  const full = (): void => {
    if (seldom.isTime('crowded')) log.warn('too many clients are connected: further calls are a 503', { most })
  }
  return { most, extra, full }
}

/** A broken file changes nothing, and the log says why. */
export function reload(gateway: Gateway): void {
  gateway.reload().catch((error: unknown) => gateway.log.error('the configuration was not changed', { error }))
}

interface Stopping {
  readonly gateway: Gateway
  readonly listener: Listener
  readonly batches: BatchRunner
  readonly money: Money
  readonly identity: Identity
  readonly store: Store
}

/** Streams that were cut are settled for what they produced, in this time. */
const settleMs = 2000

async function allSettled({ permits }: Money): Promise<void> {
  for (const end = performance.now() + settleMs; permits.size > 0 && performance.now() < end;) await sleep(10)
}

/** Waits for the work, but no longer than this; no timer stays behind. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  const timer = sleep(ms, undefined, { signal: over.signal, ref: false }).catch(() => undefined)
  try {
    await Promise.race([work, timer])
  } finally {
    over.abort()
  }
}

async function stopWorker({ gateway, listener, batches, money, identity, store }: Stopping, farewell: Farewell): Promise<void> {
  gateway.draining = true
  await sleep(farewell.noticeMs)
  await within(farewell.drainMs, Promise.all([listener.stop(), batches.leave()]))
  listener.kill()
  await batches.end()
  await allSettled(money)
  identity.close()
  await money.close()
  await store.close()
}
