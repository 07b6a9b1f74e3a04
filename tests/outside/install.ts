import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repository } from '../tools/gateway.ts'

/** Everything that is installed for these tests, out of git. */
const folder = join(repository, '.venv-clients')
const python = (environment: string): string => join(folder, environment, 'bin', 'python')

export const pythonFolder = join(repository, 'tests', 'outside', 'python')
export const agentFolder = join(folder, 'agents')

/** The interpreter with the packages of `python/<name>.txt`: several, because the clients disagree about their `openai`. */
export function pythonWith(name: 'pinned' | 'newest' | 'suites' | 'vendors' | 'langchain'): string {
  const requirements = join(pythonFolder, `${name}.txt`)
  once(name, readFileSync(requirements, 'utf8'), () => {
    const uv = join(folder, 'uv', 'bin', 'uv')
    if (!existsSync(uv)) {
      must('python3', ['-m', 'venv', join(folder, 'uv')])
      must(python('uv'), ['-m', 'pip', 'install', '--quiet', 'uv'])
    }
    must(uv, ['venv', '--quiet', '--clear', join(folder, name)])
    must(uv, ['pip', 'install', '--quiet', '--python', python(name), '--requirement', requirements])
  })
  return python(name)
}

/** The source of a client library with its own tests, which know one key: it is made ours. */
export async function suiteSource(of: { readonly package: string; readonly version: string }, key: string): Promise<string> {
  const name = `${of.package}-${of.version}`
  const source = join(folder, 'sources', name)
  once(name, name, () => {
    const [pip, sources] = [python('uv'), join(folder, 'sources')]
    must(pip, [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      '--no-binary',
      of.package,
      '--dest',
      sources,
      `${of.package}==${of.version}`,
    ])
    must('tar', ['-xzf', join(sources, `${name}.tar.gz`), '-C', sources])
  })
  const settings = join(source, 'tests', 'conftest.py')
  const text = await readFile(settings, 'utf8')
  await writeFile(settings, text.replace(/^api_key = .*$/m, `api_key = ${JSON.stringify(key)}`))
  return source
}

/** The drivers of JavaScript clients, in a folder beside the packages of `javascript/packages.txt`, so that they find them. */
export function javascriptFolder(): string {
  const [home, sources] = [join(folder, 'javascript'), join(repository, 'tests', 'outside', 'javascript')]
  const packages = readFileSync(join(sources, 'packages.txt'), 'utf8').trim().split('\n')
  once('javascript', packages.join('\n'), () => installPackages(home, packages))
  cpSync(sources, join(home, 'drivers'), { recursive: true })
  return join(home, 'drivers')
}

function installPackages(home: string, packages: readonly string[]): void {
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
  must('npm', ['install', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund', ...packages])
}

/** Coding agents as npm has them. Their install scripts do not run: the programs themselves come as packages. */
export function installAgents(packages: readonly string[]): void {
  once('agents', packages.join('\n'), () => installPackages(agentFolder, packages))
}

/** Runs an installation unless the same list was installed before. */
function once(name: string, list: string, install: () => void): void {
  const stamp = join(folder, `${name}.installed`)
  const wanted = createHash('sha256').update(list).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  mkdirSync(folder, { recursive: true })
  console.log(`installing ${list.trim().replaceAll('\n', ', ')}`)
  install()
  writeFileSync(stamp, wanted)
}

function must(command: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
}
