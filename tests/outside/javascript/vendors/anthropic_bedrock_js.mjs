import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk'

export const packageName = '@anthropic-ai/bedrock-sdk'

const claude = 'anthropic.claude-3-5-sonnet-20240620-v1:0'
const named = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const saying = (model, content) => ({ model, max_tokens: 64, messages: [{ role: 'user', content }] })

export function make(url, key) {
  const options = { baseURL: `${url}/bedrock`, awsRegion: 'us-east-1', maxRetries: 0 }
  const { messages } = new AnthropicBedrock({ ...options, awsAccessKey: key, awsSecretKey: 'not used' })
  const say = (text) => messages.create(saying(claude, text))
  return {
    say,
    told: (error) => error,
    checks: {
      callMessages: {
        billed: ['chat', claude, 10, 4],
        run: async () => [(await say('hi')).content[0].text, 'vendor says hi'],
      },
      streamMessages: {
        billed: ['chat', named, 10, 4],
        run: async () => [await messages.stream(saying(named, 'hi')).finalText(), 'vendor says hi'],
      },
    },
  }
}
