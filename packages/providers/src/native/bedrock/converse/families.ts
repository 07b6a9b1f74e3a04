import type { ChatRequest, JsonObject } from '@switchyard/wire'
import { modelOf } from '../model.ts'

/** What families of models take of Converse beyond what all do (native-wire facts §3.3; AWS documentation; 2026-11-22). */
export interface Family {
  readonly name: string
  readonly test: RegExp
  /** Thinking, hosted tools and beta flags are Anthropic's, in `additionalModelRequestFields`. */
  readonly claude?: true
  /** How an effort word is said in `additionalModelRequestFields`. */
  readonly effort?: (effort: string) => JsonObject
  readonly topK?: (topK: number) => JsonObject
  /** What may be forced: one tool by name, any tool, or nothing. */
  readonly forces: 'tool' | 'any' | 'none'
  readonly tools?: false
  /** Tool results may say that they are errors. */
  readonly resultStatus?: true
  readonly cachesTools?: true
  /** The service's own tool that searches the web. */
  readonly searches?: string
  /** Schemas of tools hold no more than type, properties and required at their top. */
  readonly plainSchemas?: true
}

const plainTopK = (topK: number): JsonObject => ({ top_k: topK })
const novaTopK = (topK: number): JsonObject => ({ inferenceConfig: { topK } })
const plainEffort = (effort: string): JsonObject => ({ reasoning_effort: effort })

/** Nova user guide, "Web Grounding", 2026-11-22. */
const novaSearch = 'nova_grounding'

/** Nova has three levels. */
const novaEffort = (effort: string): JsonObject => ({
  reasoningConfig: {
    type: 'enabled',
    maxReasoningEffort: effort === 'minimal' ? 'low' : effort === 'xhigh' || effort === 'max' ? 'high' : effort,
  },
})

/** ToolChoice `any` is Claude's, Nova's and Mistral's; `tool` Claude's and Nova's (API reference, "ToolChoice", 2026-11-22). */
const families: readonly Family[] = [
  {
    name: 'claude',
    test: /^anthropic\./,
    claude: true,
    topK: plainTopK,
    forces: 'tool',
    resultStatus: true,
    cachesTools: true,
  },
  {
    name: 'nova-2',
    test: /^amazon\.nova-2/,
    effort: novaEffort,
    topK: novaTopK,
    forces: 'tool',
    resultStatus: true,
    searches: novaSearch,
    plainSchemas: true,
  },
  {
    name: 'nova',
    test: /^amazon\.nova/,
    topK: novaTopK,
    forces: 'tool',
    resultStatus: true,
    searches: novaSearch,
    plainSchemas: true,
  },
  { name: 'gpt-oss', test: /^openai\.gpt-oss/, effort: plainEffort, forces: 'tool' },
  { name: 'gpt', test: /^openai\./, effort: (effort) => ({ reasoning: { effort } }), forces: 'tool' },
  { name: 'deepseek-r1', test: /^deepseek\.r1/, forces: 'none', tools: false },
  { name: 'llama', test: /^meta\./, forces: 'none' },
  { name: 'jamba', test: /^ai21\./, forces: 'none' },
  { name: 'mistral', test: /^mistral\./, topK: plainTopK, forces: 'any' },
  { name: 'cohere', test: /^cohere\./, topK: (topK) => ({ k: topK }), forces: 'none' },
]

/** Models that no row knows: what most take. */
export const otherFamily: Family = { name: 'other', test: /^/, effort: plainEffort, topK: plainTopK, forces: 'tool' }

export const allFamilies: readonly Family[] = [...families, otherFamily]

export function familyOf(model: string): Family {
  const { vendor, name } = modelOf(model)
  return families.find(({ test }) => test.test(`${vendor}.${name}`)) ?? otherFamily
}

/** Claude's prompt caches may be kept for an hour from 4.5 on (Bedrock user guide, "Prompt caching"). */
export const keepsAnHour = ({ model }: ChatRequest): boolean => /claude-(?:[a-z]+)-(?:4-[5-9]|[5-9])/.test(modelOf(model).name)
