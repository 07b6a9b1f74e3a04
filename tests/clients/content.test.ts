import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fakeReasoning, fakeSignature } from '../tools/fake/plan.ts'
import { openStage, type Stage } from '../tools/stage.ts'
import { anthropicClient } from './drivers/anthropic.ts'
import { png } from './drivers/driver.ts'
import { geminiClient } from './drivers/gemini.ts'
import { openAiClient } from './drivers/openai-chat.ts'

const models = ['chat', 'responses', 'claude', 'gemini'] as const

describe('images and reasoning, from every client library to every provider dialect', () => {
  let stage: Stage
  let connection: { url: string; key: string }
  before(async () => {
    stage = await openStage()
    connection = { url: stage.gateway.url, key: await stage.gateway.newKey() }
  })
  after(() => stage.close())

  for (const model of models) {
    it(`openai chat → ${model}: an image as a data URL`, async () => {
      const { choices } = await openAiClient(connection).chat.completions.create({
        model,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'what is it' },
              { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
            ],
          },
        ],
      })
      assert.equal(choices[0]?.message.content, 'echo: what is it with 1 image(s)')
      assert.ok(stage.provider.last.body.includes(png))
    })

    it(`openai responses → ${model}: an image as a data URL`, async () => {
      const { output_text } = await openAiClient(connection).responses.create({
        model,
        store: false,
        input: [
          {
            role: 'user',
            content: [
              { type: 'input_text', text: 'what is it' },
              { type: 'input_image', image_url: `data:image/png;base64,${png}`, detail: 'auto' },
            ],
          },
        ],
      })
      assert.equal(output_text, 'echo: what is it with 1 image(s)')
    })

    it(`anthropic → ${model}: an image in base64`, async () => {
      const message = await anthropicClient(connection).messages.create({
        model,
        max_tokens: 100,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'what is it' },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
            ],
          },
        ],
      })
      assert.deepEqual(
        message.content.map((block) => (block.type === 'text' ? block.text : block.type)),
        ['echo: what is it with 1 image(s)'],
      )
    })

    it(`google → ${model}: an inline image`, async () => {
      const { text } = await geminiClient(connection).models.generateContent({
        model,
        contents: [{ role: 'user', parts: [{ text: 'what is it' }, { inlineData: { mimeType: 'image/png', data: png } }] }],
      })
      assert.equal(text, 'echo: what is it with 1 image(s)')
    })
  }

  for (const model of ['claude', 'gemini'] as const) {
    it(`anthropic → ${model}, streamed: thinking arrives before the answer`, async () => {
      const message = await anthropicClient(connection)
        .messages.stream({
          model,
          max_tokens: 3000,
          thinking: { type: 'enabled', budget_tokens: 1024 },
          messages: [{ role: 'user', content: 'hi' }],
        })
        .finalMessage()
      const [thinking, text] = message.content
      assert.equal(thinking?.type === 'thinking' ? thinking.thinking : '', fakeReasoning)
      assert.equal(text?.type === 'text' ? text.text : '', 'echo: hi')
      if (model === 'claude') assert.equal(thinking?.type === 'thinking' ? thinking.signature : '', fakeSignature)
    })

    it(`google → ${model}, streamed: thoughts are marked`, async () => {
      const stream = await geminiClient(connection).models.generateContentStream({
        model,
        contents: 'hi',
        config: { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } },
      })
      let thoughts = ''
      let text = ''
      for await (const reply of stream) {
        for (const part of reply.candidates?.[0]?.content?.parts ?? []) {
          if (part.thought) thoughts += part.text ?? ''
          else text += part.text ?? ''
        }
      }
      assert.deepEqual([thoughts, text], [fakeReasoning, 'echo: hi'])
    })
  }
})
