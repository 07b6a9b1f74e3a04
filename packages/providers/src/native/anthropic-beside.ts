import type { Provider } from '@switchyard/core'
import { row } from '../row.ts'
import { messagesAt } from '../url.ts'
import { speech } from './minimax/speech.ts'

// Providers with an Anthropic route beside their OpenAI base URL.

const sampling = 'n seed logit_bias logprobs top_logprobs presence_penalty frequency_penalty'

const rowOfMinimax = row('minimax', 'MiniMax', 'https://api.minimax.io/v1', {
  hosts: 'api.minimaxi.com api.minimax.chat',
  routes: { messages: '/anthropic/v1/messages' },
  refuses: 'reasoning_effort',
  knows: 'thinking reasoning_split',
})

export const minimax: Provider = {
  ...rowOfMinimax,
  endpoints: { ...rowOfMinimax.endpoints, speech: [{ shape: 'native', path: '/t2a_v2' }] },
  codecs: { speech },
  url: messagesAt('/anthropic/v1/messages'),
}

/** Knows `thinking`, so that is not refused. The Anthropic route: Z.AI's guide for Claude Code, 2026-11-22. */
export const zai: Provider = {
  ...row('zai', 'Z.AI (Zhipu AI)', 'https://api.z.ai/api/paas/v4', {
    aliases: 'z.ai zhipu',
    hosts: 'open.bigmodel.cn',
    routes: { messages: '/api/anthropic/v1/messages' },
    oldMaxTokens: true,
    refuses: `reasoning_effort ${sampling} parallel_tool_calls service_tier store response_format`,
    knows: 'stream_options thinking',
  }),
  url: messagesAt('/api/anthropic/v1/messages'),
}
