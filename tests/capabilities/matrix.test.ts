import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { loadCatalog, type Provider } from '@switchyard/core'
import { findProvider } from '@switchyard/providers'
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

test('a provider that leaves out what was asked has no tick', async () => {
  const lossy = providerOf('groq', { quirks: [{ do: 'drop', field: 'tools' }] })
  assert.equal((await verdictOf(lossy, proofOf('tools'))).is, 'wrong')
})

test('a refusal is told from a loss, and neither is a tick', async () => {
  const refusing = providerOf('groq', { refuses: ['tools'] })
  assert.equal((await verdictOf(refusing, proofOf('tools'))).is, 'refused')
})

test('an answer that lacks what was asked has no tick', async () => {
  const groq = providerOf('groq')
  assert.equal((await verdictOf(groq, { ...proofOf('tools'), reply: 'answer' })).is, 'wrong')
  assert.equal((await verdictOf(groq, { ...proofOf('cached tokens'), reply: 'unwritten' })).is, 'unproven')
})
