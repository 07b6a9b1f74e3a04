import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import OpenAI from 'openai'
import { vectorOf } from '../tools/fake/openai-chat.ts'
import { openStage, type Stage } from '../tools/stage.ts'

describe('embeddings with the openai package', () => {
  let stage: Stage
  let client: OpenAI
  before(async () => {
    stage = await openStage()
    client = new OpenAI({ baseURL: `${stage.gateway.url}/v1`, apiKey: await stage.gateway.newKey(), maxRetries: 0 })
  })
  after(() => stage.close())

  const input = ['four', 'sixteen letters!']

  for (const model of ['embed', 'gemini-embed']) {
    // Without a wish the package asks for base64 and decodes it.
    for (const encoding of [undefined, 'float', 'base64'] as const) {
      it(`${model}, ${encoding ?? 'the default encoding'}`, async () => {
        const reply = await client.embeddings.create({
          model,
          input,
          ...(encoding === undefined ? {} : { encoding_format: encoding }),
        })
        const vectors = reply.data.map(({ embedding }) => {
          const value: unknown = embedding
          return typeof value === 'string' ? [...floatsOf(value)] : embedding
        })
        assert.deepEqual(vectors, input.map(vectorOf))
        const first: unknown = reply.data[0]?.embedding
        assert.equal(typeof first === 'string', encoding === 'base64')
        assert.ok(reply.usage.prompt_tokens > 0)
      })
    }
  }
})

const floatsOf = (base64: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer)
