import { fileURLToPath } from 'node:url'
import type { LoadPlan } from '../load-plan.ts'
import { mixedTokens } from '../mixed-blocks.ts'
import { runLoad } from '../processes.ts'
import { median, quantile, type Figure } from '../report.ts'
import { bodyOf, openBench, otherCore, type Bench } from '../setup.ts'

const rounds = 3
const rate = 100
const clients = 32
const seconds = 2

/** A way from the client to the provider, and the one that goes there directly. */
const ways = ['bytes', 'bytes direct', 'translated', 'translated direct'] as const
type Way = (typeof ways)[number]

interface Measured {
  readonly firstMs: number[]
  readonly tokensPerMinute: number[]
  failures: number
}

const provider = fileURLToPath(new URL('../messages-provider.ts', import.meta.url))

/**
 * Streams of thinking, text and two tools through /v1/messages: from a provider that speaks the same dialect, and from one that
 * speaks OpenAI's. Each beside a direct call of the same provider, all four in turn.
 */
export async function measureMessagesStream(): Promise<readonly Figure[]> {
  const bench = await openBench(provider)
  const targets = targetsOf(bench)
  const measured = new Map<Way, Measured>(ways.map((way) => [way, { firstMs: [], tokensPerMinute: [], failures: 0 }]))
  try {
    for (const way of ways) await runLoad({ ...targets[way], mode: 'closed', clients, seconds: 1 }, otherCore)
    for (let round = 0; round < rounds; round++) {
      for (const [way, into] of measured) {
        const first = await runLoad({ ...targets[way], mode: 'open', rate, seconds }, otherCore)
        into.firstMs.push(...first.firstMs)
        const all = await runLoad({ ...targets[way], mode: 'closed', clients, seconds }, otherCore)
        into.tokensPerMinute.push((((all.requests - all.failures) * mixedTokens) / all.seconds) * 60)
        into.failures += first.failures + all.failures
      }
    }
  } finally {
    await bench.close()
  }
  const { isPinned } = bench
  return [
    ...figuresOf('byte path (Anthropic upstream)', measured.get('bytes'), measured.get('bytes direct'), isPinned),
    ...figuresOf('translated path (OpenAI upstream)', measured.get('translated'), measured.get('translated direct'), isPinned),
  ]
}

type Target = Pick<LoadPlan, 'url' | 'key' | 'body'> & { readonly firstMark: string }

function targetsOf({ gateway, provider: { origin }, key }: Bench): Readonly<Record<Way, Target>> {
  const firstMark = '"content_block_delta"'
  const [claude, chat] = [bodyOf('claude', true), bodyOf('chat', true)]
  return {
    bytes: { url: `${gateway.url}/v1/messages`, key, body: claude, firstMark },
    'bytes direct': { url: `${origin}/v1/messages`, key, body: claude, firstMark },
    translated: { url: `${gateway.url}/v1/messages`, key, body: chat, firstMark },
    'translated direct': { url: `${origin}/v1/chat/completions`, key, body: chat, firstMark: '"reasoning_content"' },
  }
}

function figuresOf(path: string, own: Measured | undefined, direct: Measured | undefined, isPinned: boolean): readonly Figure[] {
  if (own === undefined || direct === undefined) throw new Error(`${path} was not measured`)
  const pinned = isPinned ? 'pinned' : 'not pinned'
  const failures = `${own.failures} failures`
  return [
    ...[0.5, 0.99].map((share) => ({
      topic: 'messages-stream',
      name: `${path}: P${share * 100} to the first token`,
      value: quantile(own.firstMs, share),
      unit: 'ms',
      against: { name: 'direct', value: quantile(direct.firstMs, share) },
      note: `${rate}/s open loop, ${rounds} rounds in turn, ${failures}, ${pinned}`,
    })),
    {
      topic: 'messages-stream',
      name: `${path}: tokens a minute`,
      value: median(own.tokensPerMinute),
      unit: 'tokens/min',
      against: { name: 'direct', value: median(direct.tokensPerMinute) },
      note: `${clients} clients, ${mixedTokens} tokens a stream, ${rounds} rounds in turn, ${failures}, ${pinned}`,
    },
  ]
}
