import { noUsage, type NanoUsd, type Usage } from '@switchyard/wire'
import type { Outcome } from '../store/index.ts'

interface End extends Pick<Outcome, 'status' | 'errorKind' | 'upstreamStatus'> {
  readonly providerRequestId?: string | null
  readonly usage?: Usage
  readonly nano?: NanoUsd
}

/** How something ended that was no call of the pipeline: a job, a batch, a question about what a provider keeps. */
export function laterOutcome({
  status,
  errorKind,
  upstreamStatus,
  providerRequestId = null,
  usage = noUsage,
  nano = 0,
}: End): Outcome {
  return {
    status,
    errorKind,
    providerRequestId,
    upstreamStatus,
    endMs: Date.now(),
    firstByteMs: null,
    inputTokens: usage.input,
    outputTokens: usage.output,
    cacheReadTokens: usage.cacheRead,
    cacheWriteTokens: usage.cacheWrite,
    reasoningTokens: usage.reasoning,
    totalTokens: usage.input + usage.output,
    estimated: usage.estimated ?? false,
    unpriced: false,
    spendNano: nano,
  }
}
