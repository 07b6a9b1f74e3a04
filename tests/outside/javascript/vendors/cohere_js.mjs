import { CohereClientV2 } from 'cohere-ai'

export const packageName = 'cohere-ai'

const model = 'command-a-03-2025'
const saying = (content) => [{ role: 'user', content }]

export function make(url, key) {
  const options = { token: key, maxRetries: 0 }
  const passing = new CohereClientV2({ ...options, environment: `${url}/cohere` })
  const root = new CohereClientV2({ ...options, environment: url })
  const say = (text) => passing.chat({ model, messages: saying(text) }, { maxRetries: 0 })
  return {
    say,
    told: ({ statusCode, message }) => ({ status: statusCode, message }),
    checks: {
      callChat: {
        billed: ['chat', model, 10, 4],
        run: async () => [(await say('hi')).message.content[0].text, 'vendor says hi'],
      },
      streamChat: {
        billed: ['chat', 'command-r-08-2024', 10, 4],
        run: async () => {
          let text = ''
          for await (const event of await passing.chatStream({ model: 'command-r-08-2024', messages: saying('hi') }))
            text += event.delta?.message?.content?.text ?? ''
          return [text, 'vendor says hi']
        },
      },
      callRerankOfTheRoot: {
        billed: ['rerank', 'cohere-rerank'],
        run: async () => {
          const { results } = await root.rerank({ model: 'cohere-rerank', query: 'q', documents: ['a', 'b'], topN: 1 })
          return [results.map(({ index }) => index), [1]]
        },
      },
    },
  }
}
