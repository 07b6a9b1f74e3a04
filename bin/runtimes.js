import { findBun } from './find-bun.js'

/** Node reads TypeScript by itself from 22.18 on, and undici 8 asks for this. */
const oldestNode = [22, 19]

/** Takes `--runtime NAME` out of the arguments; SWITCHYARD_RUNTIME says it for all of them. */
export function splitRuntime(args) {
  const rest = []
  let runtime = process.env.SWITCHYARD_RUNTIME || 'bun'
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]
    if (arg === '--runtime') runtime = args[++index] ?? ''
    else if (arg.startsWith('--runtime=')) runtime = arg.slice('--runtime='.length)
    else rest.push(arg)
  }
  return { runtime, rest }
}

/** The program and its first arguments for a runtime. Ends the process when this machine cannot run it. */
export function commandOf(runtime) {
  if (runtime === 'bun') return [findBun()]
  if (runtime !== 'node') refuse(64, `there is no runtime "${runtime}"; --runtime takes bun or node`)
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    refuse(
      69,
      `--runtime node needs Node >= ${oldestNode.join('.')}, this is ${process.version}. Leave it out to run on Bun, or update Node.`,
    )
  }
  // node:sqlite and type stripping announce themselves on every start.
  return [process.execPath, '--disable-warning=ExperimentalWarning']
}

function refuse(code, why) {
  process.stderr.write(`switchyard: ${why}\n`)
  process.exit(code)
}
