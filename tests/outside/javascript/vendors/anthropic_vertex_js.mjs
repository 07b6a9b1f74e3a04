import { AnthropicVertex } from '@anthropic-ai/vertex-sdk'

export const packageName = '@anthropic-ai/vertex-sdk'

const sonnet = 'claude-sonnet-4-5@20250929'
const haiku = 'claude-haiku-4-5@20251001'
const saying = (model, content) => ({ model, max_tokens: 64, messages: [{ role: 'user', content }] })

export function make(url, key) {
  const { messages } = new AnthropicVertex({
    baseURL: `${url}/vertex_ai/v1`,
    region: 'us-east5',
    projectId: 'acme',
    // The gateway's key, where a token of Google's stands.
    authClient: { getRequestHeaders: () => Promise.resolve(new Headers({ authorization: `Bearer ${key}` })) },
    maxRetries: 0,
  })
  const say = (text) => messages.create(saying(sonnet, text))
  return {
    say,
    told: (error) => error,
    checks: {
      callMessages: {
        billed: ['chat', sonnet, 10, 4],
        run: async () => [(await say('hi')).content[0].text, 'vendor says hi'],
      },
      streamMessages: {
        billed: ['chat', haiku, 10, 4],
        run: async () => [await messages.stream(saying(haiku, 'hi')).finalText(), 'vendor says hi'],
      },
      callCountTokens: {
        billed: ['count_tokens', sonnet],
        run: async () => [
          (await messages.countTokens({ model: sonnet, messages: saying(sonnet, 'hi').messages })).input_tokens,
          42,
        ],
      },
    },
  }
}
