import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { dialects } from './dialects/index.ts'
import type { ChatRequest } from './hub.ts'
import { features, featuresOf, formatLosses, lossesOf, type Fidelity } from './loss.ts'

const plain: ChatRequest = { model: 'm', stream: false, system: [], turns: [], tools: [], sampling: {} }

const everything: ChatRequest = {
  ...plain,
  system: [{ type: 'text', text: 's', cache: {} }],
  turns: [
    { role: 'system', blocks: [{ type: 'text', text: 't', citations: [{ url: 'https://example.com' }] }], name: 'ada' },
    {
      role: 'user',
      blocks: [
        { type: 'media', media: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
        { type: 'media', media: 'image', source: { kind: 'data', base64: '' } },
        { type: 'media', media: 'audio', source: { kind: 'data', base64: '' } },
        { type: 'media', media: 'video', source: { kind: 'url', url: 'https://example.com/a.mp4' } },
        { type: 'media', media: 'document', source: { kind: 'data', base64: '' } },
        { type: 'media', media: 'document', source: { kind: 'url', url: 'https://example.com/a.pdf' } },
        { type: 'media', media: 'document', source: { kind: 'text', text: 't' } },
        { type: 'media', media: 'document', source: { kind: 'file', id: 'f' } },
        {
          type: 'result',
          callId: 'c',
          isError: true,
          content: [{ type: 'media', media: 'image', source: { kind: 'file', id: 'f' } }],
        },
      ],
    },
    {
      role: 'assistant',
      blocks: [
        { type: 'reasoning', text: 'r', signature: 's', sealed: 'x' },
        { type: 'call', id: 'c', name: 'f', input: '{}' },
        { type: 'native', dialect: 'gemini', data: {} },
      ],
    },
  ],
  tools: [
    { name: 'f', strict: true },
    { name: 'web', hosted: true },
  ],
  toolChoice: { mode: 'required' },
  parallelTools: false,
  format: { type: 'json' },
  reasoning: { effort: 'low', budget: 1 },
  sampling: {
    maxTokens: 1,
    temperature: 1,
    topP: 1,
    topK: 1,
    stop: [],
    seed: 1,
    frequencyPenalty: 1,
    presencePenalty: 1,
    n: 2,
    logprobs: true,
    logitBias: {},
  },
  user: 'u',
  metadata: {},
  serviceTier: 'auto',
  store: false,
  previousId: 'resp_1',
}

describe('the losses of a translation', () => {
  it('are looked for in every feature', () => {
    const found = new Set([
      ...featuresOf(everything),
      ...featuresOf({
        ...plain,
        toolChoice: { mode: 'allowed', names: [], required: true },
        format: { type: 'schema', name: 'n', schema: {} },
      }),
    ])
    assert.deepEqual([...found].toSorted(), [...features].toSorted())
    assert.equal(featuresOf(plain).size, 0)
    assert.equal(featuresOf({ ...plain, sampling: { n: 1 } }).size, 0)
  })

  it('are what the target does not keep, and unknown fields', () => {
    const all = Object.fromEntries(features.map((feature): [string, Fidelity] => [feature, 'keeps'])) as Record<
      (typeof features)[number],
      Fidelity
    >
    const extra = { dialect: 'openai-chat', fields: { future: 1, $note: 2 } } as const
    const losses = lossesOf(
      { ...plain, sampling: { seed: 1, topK: 2 }, extra },
      { ...all, seed: 'drops', 'top-k': 'approximates' },
    )
    assert.deepEqual(losses, [
      { feature: 'top-k', fidelity: 'approximates' },
      { feature: 'seed', fidelity: 'drops' },
      { feature: 'unknown-field', fidelity: 'drops', field: 'future' },
    ])
    assert.equal(formatLosses(losses), 'top-k=approximates, seed=drops, future=drops')
  })

  it('are the same table in every dialect', () => {
    for (const { writes } of Object.values(dialects)) assert.deepEqual(Object.keys(writes).toSorted(), [...features].toSorted())
  })

  it('fit a header whatever the client calls its fields', () => {
    const losses = Array.from({ length: 5000 }, (_, index) => ({
      feature: 'unknown-field' as const,
      fidelity: 'drops' as const,
      field: `fi\r\nSet-Cookie: é${'x'.repeat(500)}${index}`,
    }))
    const text = formatLosses(losses)
    assert.match(text, /^[\w.=, -]+$/)
    assert(text.length < 5000)
    assert(text.endsWith('others=4950'))
    assert.equal(formatLosses([]), '')
  })
})
