import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { isObject, numberOf, objectOf, parseJson, type JsonObject } from '@switchyard/wire'
import { startProvider, type LoadProvider } from '../../bench/processes.ts'
import { repository, TestGateway } from '../tools/gateway.ts'
import { configText, dialectModels, model } from '../tools/stage.ts'
import { serverBars, zeroBar, type Bar } from './bars.ts'
import { callOf, type KeyName, type SoakCall } from './calls.ts'
import { Gauge, serversOf } from './gauge.ts'
import { lameModel } from './manners.ts'
import { minuteOf, type Minute } from './minute.ts'
import { send, type Door } from './send.ts'
import { excessOf, Tally } from './tally.ts'
import { errorsIn, vitalsIn } from './vitals.ts'

export interface SoakOptions {
  readonly minutes: number
  readonly workers: number
  /** Calls a second, whatever became of those before. */
  readonly rate: number
  readonly seed: number
  readonly onMinute: (minute: Minute) => void
}

export interface SoakResult {
  readonly minutes: readonly Minute[]
  readonly bars: readonly Bar[]
  readonly tally: Tally
  readonly warmUpMs: number
}

const providerScript = fileURLToPath(new URL('provider.ts', import.meta.url))
const sampleMs = 1000

const sections: JsonObject = {
  litellm_settings: { num_retries: 1 },
  // Every deployment fails now and then because it is told to.
  router_settings: { disable_cooldowns: true },
  switchyard_settings: { first_byte_timeout: 5, idle_timeout: 4 },
}

const modelsOf = (origin: string): readonly JsonObject[] => [
  ...dialectModels(origin),
  model('pair', `openai/${lameModel}`, { api_base: `${origin}/v1` }),
  model('pair', 'openai/fake-sound', { api_base: `${origin}/v1` }),
]

/** Runs the gateway under mixed load for so many minutes, and says what it kept within. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-soak-'))
  const provider = await startProvider(undefined, providerScript)
  try {
    const gateway = await TestGateway.start({
      config: configText(modelsOf(provider.origin), sections),
      dataDir: join(folder, 'data'),
      args: ['--workers', String(options.workers)],
      env: { BUN_OPTIONS: '--expose-gc' },
    })
    try {
      return await new SoakRun(options, gateway, provider).run()
    } finally {
      await gateway.stop()
    }
  } finally {
    provider.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

class SoakRun {
  readonly #options: SoakOptions
  readonly #gateway: TestGateway
  readonly #provider: LoadProvider
  readonly #tally = new Tally()
  readonly #gauges: readonly Gauge[]
  readonly #minutes: Minute[] = []
  readonly #warmUpMs: number
  #auditGap = 0
  readonly #auditTroubles: string[] = []
  #startMs = 0

  constructor(options: SoakOptions, gateway: TestGateway, provider: LoadProvider) {
    this.#options = options
    this.#gateway = gateway
    this.#provider = provider
    this.#gauges = serversOf(gateway.pid, options.workers).map((pid) => new Gauge(pid))
    this.#warmUpMs = (options.minutes * 60_000) / 6
  }

  async run(): Promise<SoakResult> {
    const rpm = Math.ceil(this.#options.rate * 5)
    const keys = await makeKeys(this.#gateway, rpm)
    const door: Door = { url: this.#gateway.url, keyOf: (call) => keys[call.key] }
    this.#startMs = performance.now()
    await Promise.all([this.#load(door), this.#watch()])
    await this.#audit()
    const bars = await this.#bars(keys.exact, rpm)
    return { minutes: this.#minutes, bars, tally: this.#tally, warmUpMs: this.#warmUpMs }
  }

  get #elapsedMs(): number {
    return performance.now() - this.#startMs
  }

  /** Calls leave when the clock says so. */
  async #load(door: Door): Promise<void> {
    const { minutes, rate, seed } = this.#options
    const running = new Set<Promise<void>>()
    const total = Math.round(minutes * 60 * rate)
    for (let number = 0; number < total;) {
      const due = Math.min(total, Math.floor((this.#elapsedMs / 1000) * rate) + 1)
      for (; number < due; number++) {
        const one = this.#make(door, callOf(seed, number))
        running.add(one)
        void one.finally(() => running.delete(one))
      }
      await sleep(2)
    }
    await Promise.all(running)
  }

  async #make(door: Door, call: SoakCall): Promise<void> {
    try {
      this.#tally.add(call, await send(door, call))
    } catch (error) {
      this.#tally.broke(call, error)
    }
  }

  async #watch(): Promise<void> {
    const endMs = this.#options.minutes * 60_000
    let asked = false
    for (let told = 0; this.#elapsedMs < endMs;) {
      await sleep(Math.min(sampleMs, Math.max(1, endMs - this.#elapsedMs)))
      for (const gauge of this.#gauges) gauge.read(this.#elapsedMs)
      if (!asked && this.#elapsedMs >= this.#warmUpMs) {
        // The first time starts the clock of the event loop.
        asked = true
        this.#askVitals()
      }
      if (this.#elapsedMs >= Math.min(endMs, (told + 1) * 60_000)) await this.#tellMinute(++told)
    }
  }

  async #tellMinute(number: number): Promise<void> {
    if (this.#elapsedMs > this.#warmUpMs) this.#askVitals()
    await this.#audit()
    const fromMs = (number - 1) * 60_000
    const minute = minuteOf({
      number,
      fromMs,
      gauges: this.#gauges,
      vitals: vitalsIn(this.#gateway.output),
      done: this.#tally.takeMinute(),
      auditGap: this.#auditGap,
    })
    this.#minutes.push(minute)
    this.#options.onMinute(minute)
  }

  #askVitals(): void {
    process.kill(this.#gateway.pid, 'SIGUSR2')
  }

  /** `switchyard audit`, beside the running gateway. The largest gap counts; one that did not run is told at the end. */
  async #audit(): Promise<void> {
    try {
      this.#auditGap = Math.max(this.#auditGap, await auditGap(this.#gateway.dataDir))
    } catch (error) {
      this.#auditTroubles.push(String(error))
    }
  }

  async #bars(exactKey: string, rpm: number): Promise<readonly Bar[]> {
    const { output } = this.#gateway
    const vitals = vitalsIn(output)
    const errors = errorsIn(output)
    const { total, wrongs, exactNano, rated } = this.#tally
    return [
      ...this.#gauges.flatMap((gauge, worker) =>
        serverBars(gauge, vitals, this.#warmUpMs).map((bar) => ({ ...bar, name: `worker ${worker}: ${bar.name}` })),
      ),
      zeroBar('wrong replies', total.wrong, wrongs[0]?.slice(0, 200)),
      zeroBar('errors that the gateway logged', errors.length, errors[0]?.slice(0, 200)),
      zeroBar('audit gap', this.#auditGap, 'largest of all minutes'),
      zeroBar('audits that did not run', this.#auditTroubles.length, this.#auditTroubles[0]?.slice(0, 200)),
      zeroBar('nano-USD off on the exact key', await this.#offOf(exactKey, exactNano), `of ${exactNano}`),
      zeroBar('calls above the rate limit', excessOf(rated, rpm), `${rated.length} calls, ${rpm} a minute`),
      zeroBar('provider died', this.#provider.hasEnded() ? 1 : 0),
    ]
  }

  /** The ledger follows the journal by a moment. */
  async #offOf(key: string, nano: number): Promise<number> {
    let off = Number.NaN
    for (let tries = 0; tries < 50 && off !== 0; tries++) {
      await sleep(100)
      const { json } = await this.#gateway.call('GET', '/key/info', undefined, key)
      off = Math.abs(Math.round((numberOf(objectOf(json['info'])?.['spend']) ?? Number.NaN) * 1e9) - nano)
    }
    return off
  }
}

async function makeKeys(gateway: TestGateway, rpm: number): Promise<Readonly<Record<KeyName, string>>> {
  return {
    open: await gateway.newKey({ max_budget: 1_000_000, rpm_limit: 10_000_000 }),
    exact: await gateway.newKey({ max_budget: 1_000_000 }),
    rated: await gateway.newKey({ rpm_limit: rpm }),
    narrow: await gateway.newKey({ max_parallel_requests: 2 }),
    poor: await gateway.newKey({ max_budget: 0.003, budget_duration: '30s' }),
  }
}

const auditGap = (dataDir: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const args = [join(repository, 'bin', 'switchyard.js'), 'audit', '--json', '--data-dir', dataDir]
    execFile('node', args, { encoding: 'utf8' }, (error, stdout) => {
      // Its exit code says only whether there is a gap; without its line it could not run.
      const result = parseJson(stdout)
      const gap = isObject(result) ? numberOf(result['gap']) : undefined
      const problems = isObject(result) && Array.isArray(result['problems']) ? result['problems'].length : 0
      if (gap === undefined) reject(error ?? new Error(`the audit printed ${stdout}`))
      else resolve(Math.max(gap, problems))
    })
  })
