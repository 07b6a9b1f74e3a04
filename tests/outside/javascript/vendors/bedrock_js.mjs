import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'

export const packageName = '@aws-sdk/client-bedrock-runtime'

const claude = 'anthropic.claude-3-5-sonnet-20240620-v1:0'
const nova = 'amazon.nova-pro-v1:0'
const named = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const saying = (text) => [{ role: 'user', content: [{ text }] }]

export function make(url, key) {
  const client = new BedrockRuntimeClient({
    endpoint: `${url}/bedrock`,
    region: 'us-east-1',
    // The virtual key in the place of the access key.
    credentials: { accessKeyId: key, secretAccessKey: 'not used' },
    // Its usual handler speaks HTTP/2 alone.
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  })
  const say = (text) => client.send(new ConverseCommand({ modelId: claude, messages: saying(text) }))
  return {
    say,
    told: ({ $metadata, message }) => ({ status: $metadata.httpStatusCode, message }),
    checks: {
      callConverse: {
        billed: ['chat', claude, 10, 4],
        run: async () => [(await say('hi')).output.message.content, [{ text: 'vendor says hi' }]],
      },
      streamConverse: {
        billed: ['chat', nova, 10, 4],
        run: async () => {
          const { stream } = await client.send(new ConverseStreamCommand({ modelId: nova, messages: saying('hi') }))
          let text = ''
          for await (const event of stream) text += event.contentBlockDelta?.delta?.text ?? ''
          return [text, 'vendor says hi']
        },
      },
      streamInvokeModel: {
        billed: ['chat', named, 10, 4],
        run: async () => {
          const messages = [{ role: 'user', content: 'hi' }]
          const body = JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 64, messages })
          const { body: stream } = await client.send(new InvokeModelWithResponseStreamCommand({ modelId: named, body }))
          let text = ''
          for await (const { chunk } of stream) text += JSON.parse(Buffer.from(chunk.bytes).toString()).delta?.text ?? ''
          return [text, 'vendor says hi']
        },
      },
      callCountTokens: {
        billed: ['count_tokens', claude],
        run: async () => {
          const input = { converse: { messages: saying('hi') } }
          return [(await client.send(new CountTokensCommand({ modelId: claude, input }))).inputTokens, 42]
        },
      },
    },
  }
}
