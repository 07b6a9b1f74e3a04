import { Mistral } from '@mistralai/mistralai'

export const packageName = '@mistralai/mistralai'

const model = 'mistral-small-latest'

export function make(url, key) {
  const options = { apiKey: key, retryConfig: { strategy: 'none' } }
  const passing = new Mistral({ ...options, serverURL: `${url}/mistral` })
  const root = new Mistral({ ...options, serverURL: url })
  const ask = (text, client = passing, of = model) =>
    client.chat.complete({ model: of, messages: [{ role: 'user', content: text }] })
  return {
    say: (text) => ask(text),
    told: ({ statusCode, body, message }) => ({ status: statusCode, message: body ?? message }),
    checks: {
      callChat: {
        billed: ['chat', model, 10, 4],
        run: async () => [(await ask('hi')).choices[0].message.content, 'vendor says hi'],
      },
      callChatOfTheRoot: {
        billed: ['chat', 'mistral-of-the-root', 10, 4],
        run: async () => [(await ask('hi', root, 'mistral-of-the-root')).choices[0].message.content, 'vendor says hi'],
      },
      streamChat: {
        billed: ['chat', 'mistral-medium-latest', 10, 4],
        run: async () => {
          const messages = [{ role: 'user', content: 'hi' }]
          let text = ''
          for await (const { data } of await passing.chat.stream({ model: 'mistral-medium-latest', messages }))
            text += data.choices[0].delta.content ?? ''
          return [text, 'vendor says hi']
        },
      },
    },
  }
}
