import { spawn } from 'node:child_process'

export interface ProgramOptions {
  readonly cwd: string
  /** All of it, besides PATH: nothing of the caller's own settings reaches the program. */
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

export interface ProgramResult {
  /** -1 when it was ended because it took too long. */
  readonly code: number
  readonly output: string
  readonly errors: string
}

export function runProgram(command: string, args: readonly string[], options: ProgramOptions): Promise<ProgramResult> {
  const { cwd, env, timeoutMs } = options
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output: Buffer[] = []
    const errors: Buffer[] = []
    child.stdout.on('data', (bytes: Buffer) => output.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => errors.push(bytes))
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? -1, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() })
    })
  })
}
