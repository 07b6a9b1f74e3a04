import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { JsonObject } from '@switchyard/wire'
import type { Seen } from '../../tools/fake-provider.ts'
import { dialectModels, model, openStage, type Stage } from '../../tools/stage.ts'
import type { Check } from '../check.ts'
import { agentFolder, installAgents } from '../install.ts'
import { runProgram, type ProgramResult } from '../run-program.ts'
import { fakeSignature } from '../../tools/fake/plan.ts'
import { agents, unknownBeta, type Agent } from './agent.ts'
import { Recorder, type Sent } from './recorder.ts'

/** The report's columns: the agent's own model, then one of each provider dialect. */
export const agentKinds = ['own', 'chat', 'responses', 'claude', 'gemini'] as const

/** Groups whose name is the provider's own, so that not a byte needs to change. */
const ownModels = (origin: string): readonly JsonObject[] => [
  model('claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5', { api_base: origin }),
  model('gpt-5.5', 'openai/gpt-5.5', { api_base: `${origin}/v1` }),
  model('gemini-2.5-flash', 'gemini/gemini-2.5-flash', { api_base: origin }),
  model('claude-on-bedrock', 'bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0', { aws_bedrock_runtime_endpoint: origin }),
  model('claude-on-vertex', 'vertex_ai/claude-sonnet-4-5@20250929', { api_base: origin }),
]

export async function checkAgents(): Promise<readonly Check[]> {
  installAgents([...new Set(agents.map((agent) => `${agent.package}@${agent.version}`))])
  const stage = await openStage({ models: (origin) => [...dialectModels(origin), ...ownModels(origin)] })
  try {
    const checks: Check[] = []
    for (const agent of agents) {
      const kinds = agent.isPassed ? (['own'] as const) : agentKinds
      for (const kind of kinds) checks.push(await checkAgent(agent, kind, stage))
    }
    return checks
  } finally {
    await stage.close()
  }
}

/** Two files, each read by a tool call that the fake model makes, and one written beside the second, then text: three turns. */
async function checkAgent(agent: Agent, kind: (typeof agentKinds)[number], { provider, gateway }: Stage): Promise<Check> {
  // The agent knows its own models and gives them all its tools: the key says what really answers.
  const { ownModel } = agent
  const key = await gateway.newKey(kind === 'own' ? {} : { aliases: { [ownModel]: kind } })
  const recorder = new Recorder(gateway.url)
  provider.reset()
  try {
    const writes = !agent.cannotWrite.includes(kind)
    const result = await runAgent(agent, { url: recorder.url, key, model: ownModel }, writes)
    const sent = recorder.sent.filter(({ path }) => agent.isCall(path))
    const problem =
      problemOf(result, sent, provider.requests) ??
      (kind === 'own' ? changeOf(agent, sent, provider.requests) : undefined) ??
      (kind === 'gemini' ? signatureProblem(provider.requests) : undefined) ??
      (writes && result.written !== written ? `wrote ${result.written ?? 'no file'}` : undefined)
    return { client: agent.name, version: `${agent.package} ${agent.version}`, kind, what: ownModel, problem }
  } finally {
    await recorder.stop()
  }
}

const written = 'written by the agent'

interface AgentResult extends ProgramResult {
  /** What stands in the file that the agent was made to write. */
  readonly written: string | undefined
}

async function runAgent(agent: Agent, to: { url: string; key: string; model: string }, writes: boolean): Promise<AgentResult> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-agent-'))
  const [home, work] = [join(folder, 'home'), join(folder, 'work')]
  const target = join(work, 'written.txt')
  const run = { ...to, prompt: `Hello\n${agent.shell('cat first.txt')}\n` }
  const files = {
    // Some agents put a word before the first line, and trim what is empty.
    'work/first.txt': `next\n${agent.shell('cat second.txt')}\n${writes ? agent.write(target, written) : ''}\n`,
    'work/second.txt': 'sunny\n',
    ...Object.fromEntries(Object.entries(agent.home(run)).map(([path, text]) => [`home/${path}`, text])),
  }
  try {
    await mkdir(home, { recursive: true })
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    const args = [join(agentFolder, 'node_modules', agent.program), ...agent.args(run)]
    const result = await runProgram('node', args, { cwd: work, env: { HOME: home, ...agent.env(run) }, timeoutMs: 60_000 })
    return { ...result, written: existsSync(target) ? (await readFile(target, 'utf8')).trim() : undefined }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function problemOf({ code, output, errors }: ProgramResult, sent: readonly Sent[], seen: readonly Seen[]): string | undefined {
  if (code !== 0) return `ended with ${code}: ${(output + errors).slice(-500)}`
  if (!/the tools said:.*sunny/s.test(output)) return `said: ${output.slice(-500)}`
  if (sent.length < 3) return `${sent.length} calls instead of three turns`
  return seen.length === sent.length ? undefined : `${seen.length} requests reached the provider, ${sent.length} were sent`
}

/** Gemini signs the first call of a turn and wants the signature back, whatever the dialect that it went through. */
function signatureProblem(seen: readonly Seen[]): string | undefined {
  const lost = seen.findIndex(({ body }, index) => index > 0 && !body.includes(fakeSignature))
  return lost < 0 ? undefined : `request ${lost + 1} came without the signature of the model's call`
}

/** In the provider's own dialect nothing may change on the way, and beta flags arrive, known to us or not. */
function changeOf({ betas }: Agent, sent: readonly Sent[], seen: readonly Seen[]): string | undefined {
  for (const [index, { sha256, headers }] of sent.entries()) {
    if (seen[index]?.sha256 !== sha256) return `the body of request ${index + 1} was changed`
    if (betas === 'elsewhere') continue
    const arrived = new Set(seen[index].headers['anthropic-beta']?.split(','))
    if (betas === 'all' && !arrived.has(unknownBeta)) return 'the unknown beta flag was not sent'
    const lost =
      headers
        .get('anthropic-beta')
        ?.split(',')
        .filter((flag) => !arrived.has(flag)) ?? []
    if (lost.length > 0) return `beta flags were lost: ${lost.join(', ')}`
  }
  return undefined
}
