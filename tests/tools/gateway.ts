import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isObject, type JsonObject } from '@switchyard/wire'
import { until } from './until.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))
export const masterKey = 'sk-master-of-the-tests-0123456789'

export interface GatewayOptions {
  /** The whole config.yaml; the master key is given by the environment. Undefined: no file at all. */
  readonly config: string | undefined
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** A data directory that outlives this gateway; otherwise it has its own and takes it along. */
  readonly dataDir?: string
  /** Start without a master key. */
  readonly keyless?: true
  /** How many files and sockets each of its processes may have open (RLIMIT_NOFILE). */
  readonly openFiles?: number
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly json: JsonObject
  readonly text: string
}

/** On which runtime the gateways of the tests run, where it is not the default. */
const { SWITCHYARD_RUNTIME } = process.env
const runtimeChoice = SWITCHYARD_RUNTIME === undefined ? {} : { SWITCHYARD_RUNTIME }
export const runsOnNode = SWITCHYARD_RUNTIME === 'node'

/** The real server in a process of its own, as `npm start` runs it. */
export class TestGateway {
  readonly url: string
  readonly masterKey = masterKey
  readonly dataDir: string
  readonly configFile: string
  readonly #child: ChildProcess
  readonly #output: string[]
  readonly #folder: string

  private constructor(parts: {
    url: string
    dataDir: string
    configFile: string
    child: ChildProcess
    output: string[]
    folder: string
  }) {
    this.url = parts.url
    this.dataDir = parts.dataDir
    this.configFile = parts.configFile
    this.#child = parts.child
    this.#output = parts.output
    this.#folder = parts.folder
  }

  static async start(options: GatewayOptions): Promise<TestGateway> {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-test-'))
    const configFile = join(folder, 'config.yaml')
    const dataDir = options.dataDir ?? join(folder, 'data')
    if (options.config !== undefined) await writeFile(configFile, options.config)
    const port = await freePort()
    const { openFiles } = options
    const child = spawn(
      openFiles === undefined ? 'node' : 'sh',
      [
        ...(openFiles === undefined ? [] : ['-c', 'ulimit -n "$0" && exec node "$@"', String(openFiles)]),
        join(repository, 'bin', 'switchyard.js'),
        'start',
        ...(options.config === undefined ? [] : ['--config', configFile]),
        '--port',
        String(port),
        '--host',
        '127.0.0.1',
        '--data-dir',
        dataDir,
        ...(options.args ?? []),
      ],
      {
        cwd: folder,
        // A group of its own, so that kill9 reaches the workers too.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'] ?? '',
          ...runtimeChoice,
          HOME: folder,
          ...(options.keyless ? {} : { LITELLM_MASTER_KEY: masterKey }),
          ...options.env,
        },
      },
    )
    const output: string[] = []
    child.stdout.on('data', (bytes: Buffer) => output.push(bytes.toString()))
    child.stderr.on('data', (bytes: Buffer) => output.push(bytes.toString()))
    const gateway = new TestGateway({ url: `http://127.0.0.1:${port}`, dataDir, configFile, child, output, folder })
    await gateway.#ready()
    return gateway
  }

  /** Everything that the process printed. */
  get output(): string {
    return this.#output.join('')
  }

  get pid(): number {
    const { pid } = this.#child
    if (pid === undefined) throw new Error('the gateway has no process')
    return pid
  }

  async #ready(): Promise<void> {
    try {
      await until(async () => {
        if (this.#child.exitCode !== null) throw new Error(`the gateway ended with ${this.#child.exitCode}`)
        const reply = await fetch(`${this.url}/health/readiness`).catch(() => undefined)
        return reply?.status === 200
      }, 20_000)
    } catch (cause) {
      const { output } = this
      await this.kill9()
      throw new Error(`the gateway did not start:\n${output}`, { cause })
    }
  }

  /** A JSON call with the master key, or with the key that is given. */
  async call(
    method: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'PATCH',
    path: string,
    body?: JsonObject | string,
    key: string | null = masterKey,
  ): Promise<Reply> {
    const reply = await this.#fetch(path, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await reply.text()
    return { status: reply.status, headers: reply.headers, text, json: jsonOf(text) }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(this.url + path, init)
    } catch (cause) {
      const { exitCode, signalCode } = this.#child
      throw new Error(`no reply from the gateway (exit ${exitCode ?? signalCode ?? 'none'}), which printed:\n${this.output}`, {
        cause,
      })
    }
  }

  /** A virtual key with LiteLLM's parameters. */
  async newKey(params: JsonObject = {}): Promise<string> {
    const { status, json, text } = await this.call('POST', '/key/generate', params)
    const { key } = json
    if (status !== 200 || typeof key !== 'string') throw new Error(`no key: ${status} ${text}`)
    return key
  }

  /** The ledger's rows of a key, waited for until there are as many. */
  async spendRows(key: string, atLeast: number): Promise<readonly JsonObject[]> {
    let rows: readonly JsonObject[] = []
    await until(async () => {
      const { text } = await this.call('GET', `/spend/logs?api_key=${key}`)
      const value: unknown = JSON.parse(text)
      rows = Array.isArray(value) ? value.filter(isObject) : []
      return rows.length >= atLeast
    })
    return rows
  }

  /** The one row of a call that was attempted once. */
  async rowOf({ headers }: Reply): Promise<JsonObject> {
    const { text } = await this.call('GET', `/spend/logs?request_id=${headers.get('x-litellm-call-id')}`)
    const rows: unknown = JSON.parse(text)
    const [row] = Array.isArray(rows) ? rows.filter(isObject) : []
    if (row === undefined || !Array.isArray(rows) || rows.length > 1) throw new Error(`not one row: ${text}`)
    return row
  }

  /** Ends in good order. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) process.kill(this.pid, 'SIGINT')
    await this.#ended(15_000)
    await rm(this.#folder, { recursive: true, force: true })
    return this.#child.exitCode
  }

  /** Ends launcher and workers at once, as a power cut would. The data directory stays. */
  async kill9(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) process.kill(-this.pid, 'SIGKILL')
    await this.#ended(5000)
  }

  #ended(ms: number): Promise<void> {
    return until(() => this.#child.exitCode !== null || this.#child.signalCode !== null, ms)
  }
}

function jsonOf(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
