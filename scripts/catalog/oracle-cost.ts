import { readdirSync, readFileSync } from 'node:fs'
import { costOf, isPriced, loadCatalog } from '@switchyard/core'
import type { Catalog, ModelFacts } from '@switchyard/core'
import { isObject, makeUsage, numberOf, objectOf, parseJson, stringOf } from '@switchyard/wire'
import type { JsonObject, Usage } from '@switchyard/wire'

/** GOLDEN_DIRECTORY: compares our costs with the ones that LiteLLM recorded, and prints where they differ. */

interface Comparison {
  readonly id: string
  readonly ours: number | undefined
  readonly theirs: number | undefined
  readonly facts: ModelFacts | undefined
}

/** LiteLLM's usage object: OpenAI's, with Anthropic's cache fields beside it. */
function usageOf(usage: JsonObject): Usage {
  const prompt = objectOf(usage['prompt_tokens_details']) ?? {}
  const completion = objectOf(usage['completion_tokens_details']) ?? {}
  const creation = objectOf(prompt['cache_creation_token_details']) ?? {}
  const searches =
    numberOf(objectOf(usage['server_tool_use'])?.['web_search_requests']) ?? numberOf(prompt['web_search_requests'])
  const count = (...values: readonly unknown[]): number =>
    values.map(numberOf).find((value) => value !== undefined && value > 0) ?? 0
  const tier = stringOf(usage['service_tier'])
  return makeUsage({
    input: count(usage['prompt_tokens'], usage['input_tokens']),
    output: count(usage['completion_tokens'], usage['output_tokens']),
    cacheRead: count(prompt['cached_tokens'], usage['cache_read_input_tokens']),
    cacheWrite: count(prompt['cache_creation_tokens'], usage['cache_creation_input_tokens']),
    cacheWrite1h: count(creation['ephemeral_1h_input_tokens']),
    inputAudio: count(prompt['audio_tokens']),
    inputImage: count(prompt['image_tokens']),
    reasoning: count(completion['reasoning_tokens']),
    outputAudio: count(completion['audio_tokens']),
    outputImage: count(completion['image_tokens']),
    webSearches: searches ?? 0,
    ...(tier === undefined ? {} : { serviceTier: tier }),
  })
}

function factsOf(catalog: Catalog, model: string, provider: string | undefined): ModelFacts | undefined {
  if (provider !== undefined) return catalog.find(provider, model)
  const slash = model.indexOf('/')
  const inferred = slash === -1 ? catalog.providerOf(model) : model.slice(0, slash)
  return inferred === undefined ? undefined : catalog.find(inferred, model)
}

/** The pure operation: `cost_per_token` and `completion_cost`. */
function compareCostCase(catalog: Catalog, golden: JsonObject): Comparison {
  const input = objectOf(golden['input']) ?? {}
  const expected = objectOf(golden['expected_result']) ?? {}
  const reply = objectOf(input['response'])
  const facts = factsOf(catalog, stringOf(input['model']) ?? '', stringOf(input['custom_llm_provider']))
  const usage = usageOf(objectOf(reply?.['usage']) ?? input)
  const tier = stringOf(reply?.['service_tier'])
  const cost = facts === undefined ? undefined : costOf(facts.prices, usage, tier === undefined ? {} : { serviceTier: tier })
  const theirs = numberOf(expected['cost']) ?? sum(expected['prompt_cost'], expected['completion_cost'])
  return { id: stringOf(golden['id']) ?? '', ours: cost?.total, theirs, facts }
}

const sum = (one: unknown, other: unknown): number | undefined => {
  const [first, second] = [numberOf(one), numberOf(other)]
  return first === undefined || second === undefined ? undefined : first + second
}

/** A recorded chat call: its usage and what LiteLLM said it cost. */
function compareChatCase(catalog: Catalog, golden: JsonObject): Comparison | undefined {
  const stated = objectOf(golden['expected_cost'])
  const usage = objectOf(stated?.['usage']) ?? objectOf(objectOf(golden['expected_result'])?.['usage'])
  const theirs = numberOf(stated?.['response_cost']) ?? numberOf(stated?.['completion_cost'])
  const model = stringOf(objectOf(golden['input'])?.['model'])
  const provider = stringOf(golden['provider'])
  if (usage === undefined || model === undefined || provider === undefined || theirs === undefined) return undefined
  // LiteLLM prices the model that the reply names, which in the canned replies is often not the one asked for.
  const replied = stringOf(objectOf(golden['expected_result'])?.['model'])
  const family = model.includes('/') ? model.slice(0, model.indexOf('/')) : provider
  const facts = (replied === undefined ? undefined : catalog.find(family, replied)) ?? catalog.find(family, model)
  const tier = stringOf(objectOf(golden['input'])?.['service_tier'])
  const options = tier === undefined ? {} : { serviceTier: tier }
  const ours = facts === undefined ? undefined : costOf(facts.prices, usageOf(usage), options).total
  return { id: stringOf(golden['id']) ?? '', ours, theirs, facts }
}

function* goldens(directory: string): Generator<JsonObject> {
  for (const folder of readdirSync(directory))
    for (const file of readdirSync(`${directory}/${folder}`)) {
      const golden = parseJson(readFileSync(`${directory}/${folder}/${file}`, 'utf8'))
      if (isObject(golden)) yield golden
    }
}

/** Rounding up to the nano-dollar, and floats on the other side. */
const agrees = (ours: number, theirs: number): boolean => Math.abs(ours - theirs * 1e9) < 1.001

const directory = process.argv[2]
if (directory === undefined) throw new Error('usage: oracle-cost.ts GOLDEN_DIRECTORY')
const catalog = await loadCatalog()
const tally = { agree: 0, differ: 0, bothUnknown: 0 }
for (const golden of goldens(directory)) {
  const operation = stringOf(golden['operation'])
  const compared =
    operation === 'cost' ? compareCostCase(catalog, golden) : operation === 'chat' ? compareChatCase(catalog, golden) : undefined
  if (compared === undefined) continue
  const { id, theirs, facts } = compared
  const ours = facts === undefined || !isPriced(facts.prices) ? undefined : compared.ours
  if (ours === undefined && theirs === undefined) tally.bothUnknown += 1
  else if (ours !== undefined && theirs !== undefined && agrees(ours, theirs)) tally.agree += 1
  else {
    tally.differ += 1
    console.log(
      `${id}: ours ${ours === undefined ? 'unpriced' : ours / 1e9} (${facts?.id ?? 'unknown model'}), LiteLLM ${theirs}`,
    )
  }
}
console.log(tally)
