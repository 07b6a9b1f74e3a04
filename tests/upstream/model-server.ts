import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, repository } from '../tools/gateway.ts'
import { until } from '../tools/until.ts'

const environment = join(repository, '.venv')
const python = join(environment, 'bin', 'python')
const packages = ['llama-cpp-python[server]', 'gguf', 'numpy']

function must(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stderr}`)
}

/** Python packages in .venv, once; llama.cpp is compiled then, which takes some minutes. */
export function install(): void {
  if (!existsSync(python)) must('python3', ['-m', 'venv', environment])
  const check = 'import gguf, llama_cpp.server.app, numpy'
  if (spawnSync(python, ['-c', check]).status === 0) return
  must(python, ['-m', 'pip', 'install', '--quiet', ...packages])
}

/** A real inference server with a model of half a megabyte. */
export class ModelServer {
  readonly origin: string
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #output: string[] = []

  private constructor(port: number, folder: string, model: string) {
    this.origin = `http://127.0.0.1:${port}`
    this.#folder = folder
    this.#child = spawn(
      python,
      [
        '-m',
        'llama_cpp.server',
        '--model',
        model,
        '--n_ctx',
        '16384',
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
        '--n_threads',
        '1',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', HOME: folder } },
    )
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (bytes: Buffer) => this.#output.push(bytes.toString()))
  }

  static async start(): Promise<ModelServer> {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-model-'))
    const model = join(folder, 'tiny.gguf')
    must(python, [join(repository, 'tests', 'tools', 'make-tiny-gguf.py'), model])
    const server = new ModelServer(await freePort(), folder, model)
    try {
      await until(async () => (await fetch(`${server.origin}/v1/models`).catch(() => undefined))?.status === 200, 60_000)
    } catch (cause) {
      await server.stop()
      throw new Error(`the model server did not start:\n${server.#output.join('')}`, { cause })
    }
    return server
  }

  /** Hundredths of a second of CPU that the server has used. */
  get cpuTicks(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await until(() => this.#child.exitCode !== null || this.#child.signalCode !== null)
    await rm(this.#folder, { recursive: true, force: true })
  }
}
