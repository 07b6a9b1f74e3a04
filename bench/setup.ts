import { TestGateway } from '../tests/tools/gateway.ts'
import { configText, model } from '../tests/tools/stage.ts'
import { childOf, pin, startProvider, type LoadProvider } from './processes.ts'

export const gatewayCore = 0
/** Provider and load generator share the other core, so that they never slow the gateway. */
export const otherCore = 1

export interface Bench {
  readonly provider: LoadProvider
  readonly gateway: TestGateway
  /** The server behind the launcher. */
  readonly pid: number
  readonly isPinned: boolean
  /** A virtual key with a budget and a rate: nothing is switched off for the measurement. */
  readonly key: string
  readonly close: () => Promise<void>
}

export const configFor = (origin: string): string =>
  configText([
    model('chat', 'openai/bench', { api_base: `${origin}/v1` }),
    model('claude', 'anthropic/claude-sonnet-4-5', { api_base: origin }),
  ])

/** `script`: the provider, when it is not the usual one. */
export async function openBench(script?: string): Promise<Bench> {
  const provider = await startProvider(otherCore, script)
  const gateway = await TestGateway.start({ config: configFor(provider.origin) })
  const pid = childOf(gateway.pid)
  const isPinned = pin(pid, gatewayCore)
  const key = await gateway.newKey({ max_budget: 1_000_000, rpm_limit: 100_000_000 })
  return {
    provider,
    gateway,
    pid,
    isPinned,
    key,
    close: async () => {
      await gateway.stop()
      provider.stop()
    },
  }
}

export const bodyOf = (name: string, stream: boolean, prompt = 'say sixty words'): string =>
  JSON.stringify({
    model: name,
    ...(stream ? { stream: true } : {}),
    max_tokens: 100,
    messages: [{ role: 'user', content: prompt }],
  })
