import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { loadCatalog, type Provider } from '@switchyard/core'
import { findProvider } from '@switchyard/providers'
import type { JsonObject } from '@switchyard/wire'
import { matrix } from './matrix.ts'
import { prove, type Verdict } from './prove.ts'
import { chatProofs, type Proof } from './requests.ts'
import { deploymentFor } from './setup.ts'

const proofOf = (feature: string): Proof => {
  const proof = chatProofs.find((one) => one.feature === feature)
  assert(proof !== undefined)
  return proof
}

const providerOf = (id: string, over: Partial<Provider> = {}): Provider => {
  const provider = findProvider(id)
  assert(provider !== undefined)
  return { ...provider, ...over }
}

async function verdictOf(provider: Provider, proof: Proof): Promise<Verdict> {
  return prove(provider, deploymentFor(provider, await loadCatalog()), proof)
}

test('every tick names the fixture that proves it', async () => {
  const rows = await matrix()
  const proven = rows.flatMap(({ verdicts }) => [...verdicts.values()].flatMap((one) => (one.is === 'proven' ? [one.by] : [])))
  assert(proven.length > 500, `${proven.length} are proved`)
  for (const file of new Set(proven)) assert(existsSync(new URL(`../../${file}`, import.meta.url)), file)
})

test('each protocol that has fixtures proves text, tools and the usage of streams', async () => {
  for (const id of ['openai', 'anthropic', 'gemini', 'cohere', 'ollama_chat', 'bedrock'])
    for (const feature of ['text', 'tools', 'parallel tools', 'streaming usage', 'vision']) {
      const verdict = await verdictOf(providerOf(id), proofOf(feature))
      assert.equal(verdict.is, 'proven', `${id}, ${feature}: ${JSON.stringify(verdict)}`)
    }
})

test('what a provider leaves out is listed, or it is wrong', async () => {
  const listing = providerOf('groq', { quirks: [{ do: 'drop', field: 'tools' }] })
  assert.deepEqual(await verdictOf(listing, proofOf('tools')), { is: 'listed', why: 'tools=drops' })
  const edit = ({ tools: _, ...body }: JsonObject): JsonObject => body
  const silent = providerOf('groq', { quirks: [{ do: 'edit', name: 'no tools', edit }] })
  assert.equal((await verdictOf(silent, proofOf('tools'))).is, 'wrong')
})

test('nothing is lost in silence, and nothing is without proof', async () => {
  const rows = await matrix()
  const open = rows.flatMap(({ provider, verdicts }) =>
    [...verdicts].flatMap(([feature, one]) => (isOpen(one) ? [`${provider.id}, ${feature}: ${JSON.stringify(one)}`] : [])),
  )
  assert.deepEqual(open, [])
})

const isOpen = ({ is }: Verdict): boolean => is === 'wrong' || is === 'unproven'

test('a refusal is told from a loss', async () => {
  const refusing = providerOf('groq', { refuses: ['tools'] })
  assert.equal((await verdictOf(refusing, proofOf('tools'))).is, 'refused')
})

test('a protocol of bare text refuses what the answer depends on, and lists a picture as lost', async () => {
  for (const id of ['sagemaker', 'replicate', 'text-completion-openai', 'triton', 'langgraph']) {
    const provider = providerOf(id)
    for (const feature of ['tools', 'JSON schema', 'reasoning'])
      assert.equal((await verdictOf(provider, proofOf(feature))).is, 'refused', `${id}, ${feature}`)
    assert.deepEqual(await verdictOf(provider, proofOf('vision')), { is: 'listed', why: 'image-data=drops' }, id)
  }
})

test('an answer that lacks what was asked has no tick', async () => {
  const groq = providerOf('groq')
  assert.equal((await verdictOf(groq, { ...proofOf('tools'), reply: 'answer' })).is, 'wrong')
  assert.equal((await verdictOf(groq, { ...proofOf('parallel tools'), reply: 'answer' })).is, 'absent')
  assert.equal((await verdictOf(groq, { ...proofOf('cached tokens'), reply: 'unwritten' })).is, 'unproven')
})
