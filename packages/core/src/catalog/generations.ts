import type { ModelFacts } from './facts.ts'

interface Generation {
  readonly models: RegExp
  readonly supports: ReadonlySet<string>
}

const usual = 'function_calling pdf_input prompt_caching reasoning response_schema system_messages tool_choice vision'

/** What every model of a family has had from some version on (LiteLLM 1.106.2 answers so for names that no list has, 2026-11-22). */
const generations: readonly Generation[] = [
  { models: /(?:^|[/.])claude-(?:haiku|opus|sonnet)-[4-9]/, supports: new Set(`${usual} parallel_function_calling`.split(' ')) },
  { models: /(?:^|\/)gemini-[3-9]/, supports: new Set(`${usual} web_search`.split(' ')) },
  { models: /(?:^|\/)gpt-[5-9]/, supports: new Set(['reasoning']) },
]

const nothing: ReadonlySet<string> = new Set()

/**
 * What can be said of a model that the catalog does not have, by its name: abilities, and no prices. For those who ask what a model
 * can, not for calls: what is sent follows what is known.
 */
export function factsByName(provider: string, model: string): ModelFacts | undefined {
  const found = generations.find(({ models }) => models.test(model))
  if (found === undefined) return undefined
  return {
    id: `${provider}/${model}`,
    provider,
    mode: 'chat',
    asOf: '2026-11-22',
    supports: found.supports,
    lacks: nothing,
    supportedEndpoints: [],
    inputModalities: [],
    outputModalities: [],
    regions: [],
    prices: { rates: {}, steps: [], tiers: {}, units: {} },
  }
}
