import { GoogleGenAI } from '@google/genai'

export const packageName = '@google/genai'

export function make(url, key) {
  const { models } = new GoogleGenAI({ vertexai: true, apiKey: key, httpOptions: { baseUrl: `${url}/vertex_ai` } })
  const say = (text) => models.generateContent({ model: 'gemini-2.5-flash', contents: text })
  return {
    say,
    told: (error) => error,
    checks: {
      callGenerateContent: {
        billed: ['chat', 'gemini-2.5-flash', 10, 4],
        run: async () => [(await say('hi')).text, 'vendor says hi'],
      },
      streamGenerateContent: {
        billed: ['chat', 'gemini-2.5-pro', 10, 4],
        run: async () => {
          let text = ''
          for await (const chunk of await models.generateContentStream({ model: 'gemini-2.5-pro', contents: 'hi' }))
            text += chunk.text ?? ''
          return [text, 'vendor says hi']
        },
      },
      callEmbedContent: {
        billed: ['embedding', 'text-embedding-005', 6, 0],
        run: async () => {
          const { embeddings } = await models.embedContent({ model: 'text-embedding-005', contents: ['one', 'three'] })
          return [
            embeddings.map(({ values }) => values),
            [
              [3, 0.5],
              [5, 0.5],
            ],
          ]
        },
      },
    },
  }
}
