import type { ModelTraits } from '@switchyard/wire'

/** What OpenAI's models have in common where it changes requests. */
export type Family =
  /** o1, o3, o4-mini …: always reason. */
  | 'o-series'
  /** gpt-5 and later: reason, unless told not to. */
  | 'gpt-5'
  /** gpt-4o-search-preview and its like: answer from the web. */
  | 'search'
  /** Known not to reason. */
  | 'plain'
  | 'unknown'

export interface Model {
  readonly family: Family
  /** `5.4` of gpt-5.4; 0 outside the family. */
  readonly version: number
  /** Answers on /responses only. */
  readonly responsesOnly: boolean
  /** The effort when the request names none. */
  readonly defaultEffort: string
}

/** OpenAI's model pages and LiteLLM 1.106.2, 2026-11-22; the catalog's facts come first where it has them. */
const noEffortByDefault = /^gpt-5\.[1-4](-|$)/
const responsesOnly = /codex|-pro(-|$)|deep-research|computer-use/

/** Every call asks, of the same few models. */
const known = new WeakMap<ModelTraits, Model>()

/** Reads the family from the catalog's name of the model, or the deployment's when the catalog knows none. */
export function modelOf(traits: ModelTraits): Model {
  let model = known.get(traits)
  if (model === undefined) known.set(traits, (model = readModel(traits)))
  return model
}

function readModel(traits: ModelTraits): Model {
  const marked = /(^|\/)(o_series|gpt5_series|responses)\//.exec(traits.id)?.[2]
  const name = traits.id.replace(/^.*\//, '').replace(/^ft:/, '')
  const family = marked === 'o_series' ? 'o-series' : marked === 'gpt5_series' ? 'gpt-5' : familyOf(name)
  return {
    family,
    version: family === 'gpt-5' ? Number(/^gpt-(\d+(\.\d+)?)/.exec(name)?.[1] ?? 5) : 0,
    responsesOnly: marked === 'responses' || (traits.mode === undefined ? responsesOnly.test(name) : traits.mode === 'responses'),
    defaultEffort: traits.defaultReasoningEffort ?? (noEffortByDefault.test(name) ? 'none' : 'medium'),
  }
}

function familyOf(name: string): Family {
  if (/-search-(api|preview)/.test(name)) return 'search'
  if (/^o\d/.test(name)) return 'o-series'
  if (/^(gpt-3|gpt-4|chatgpt-4|text-embedding)/.test(name) || /^gpt-\d+(\.\d+)?-chat/.test(name)) return 'plain'
  return Number(/^gpt-(\d+)/.exec(name)?.[1] ?? 0) >= 5 ? 'gpt-5' : 'unknown'
}

/** LiteLLM's users mark a model's family or endpoint in front of its name; the mark is no part of it. */
export const withoutMark = (model: string): string => model.replace(/^(o_series|gpt5_series|responses)\//, '')
