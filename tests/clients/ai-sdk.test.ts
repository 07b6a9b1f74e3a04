import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createOpenAICompatible, type OpenAICompatibleProvider } from '@ai-sdk/openai-compatible'
import { APICallError, embedMany, generateText, isStepCount, jsonSchema, Output, streamText, tool, type ToolSet } from 'ai'
import { vectorOf } from '../tools/fake/openai-chat.ts'
import { openStage, type Stage } from '../tools/stage.ts'
import { answerSchema, toolAnswer, toolName, toolQuestion, toolSchema } from './drivers/driver.ts'

const asked: unknown[] = []
const tools: ToolSet = {
  [toolName]: tool({
    description: 'The weather of a city',
    inputSchema: jsonSchema(toolSchema),
    execute: async (input) => {
      asked.push(input)
      return toolAnswer
    },
  }),
}

describe('the Vercel AI SDK', () => {
  let stage: Stage
  let provider: OpenAICompatibleProvider
  before(async () => {
    stage = await openStage()
    const apiKey = await stage.gateway.newKey()
    provider = createOpenAICompatible({
      name: 'switchyard',
      baseURL: `${stage.gateway.url}/v1`,
      apiKey,
      includeUsage: true,
      supportsStructuredOutputs: true,
    })
  })
  after(() => stage.close())

  for (const name of ['chat', 'responses', 'claude', 'gemini']) {
    it(`${name}: text and usage`, async () => {
      const { text, usage } = await generateText({ model: provider(name), prompt: 'good morning' })
      assert.equal(text, 'echo: good morning')
      assert.deepEqual([usage.inputTokens, usage.outputTokens], [9, 3])
    })

    it(`${name}: a stream`, async () => {
      const result = streamText({ model: provider(name), prompt: 'count 20' })
      let text = ''
      for await (const piece of result.textStream) text += piece
      assert.equal(text, Array.from({ length: 20 }, (_, index) => index + 1).join(' '))
      assert.equal((await result.usage).outputTokens, 20)
    })

    it(`${name}: the SDK's own tool loop, streamed`, async () => {
      asked.length = 0
      const result = streamText({ model: provider(name), prompt: toolQuestion, tools, stopWhen: isStepCount(3) })
      assert.equal(await result.text, `the tools said: ${toolAnswer}`)
      assert.deepEqual(asked, [{ city: 'Zürich', days: 2 }])
    })

    it(`${name}: an object`, async () => {
      const { output } = await generateText({
        model: provider(name),
        prompt: 'describe',
        output: Output.object({ schema: jsonSchema(answerSchema) }),
      })
      assert.deepEqual(output, { title: 'text', count: 1, tags: ['text'] })
    })
  }

  it('embeddings', async () => {
    const { embeddings } = await embedMany({ model: provider.embeddingModel('embed'), values: ['four', 'eight888'] })
    assert.deepEqual(embeddings, [vectorOf('four'), vectorOf('eight888')])
  })

  it('an unknown model is not retried', async () => {
    const call = generateText({ model: provider('no-such-model'), prompt: 'hi' })
    await assert.rejects(call, (error) => APICallError.isInstance(error) && error.statusCode === 400 && !error.isRetryable)
  })
})
