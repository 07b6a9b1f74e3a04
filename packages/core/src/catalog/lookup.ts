import type { ProviderRules } from './packed.ts'

const dateSuffix = /(?:[-@](?:\d{8}|\d{4}-\d{2}-\d{2})|@latest|@default|-latest)$/

/** The name without its date: `claude-sonnet-4-5-20250929`, `gpt-4o-2024-08-06`, `…@20250929`, `…-latest`. */
export const undated = (model: string): string => model.replace(dateSuffix, '')

/** `ft:gpt-4o-2024-08-06:acme::id` → `ft:gpt-4o-2024-08-06`: a fine-tuned model has the price of its base's `ft:` row. */
export function fineTunedBase(model: string): string | undefined {
  const match = /^(ft:[^:]+):/.exec(model)
  return match?.[1]
}

/** Takes one thing off the front at a time, so that `route/region.model` is tried as `region.model` before `model`. */
function withoutPrefixes(model: string, patterns: readonly RegExp[]): readonly string[] {
  const names = [model]
  for (let name = model; ;) {
    const pattern = patterns.find((candidate) => candidate.test(name))
    const shorter = pattern === undefined ? name : name.replace(pattern, '')
    if (shorter === name || shorter === '') return names
    names.push(shorter)
    name = shorter
  }
}

const compiled = new WeakMap<ProviderRules, readonly RegExp[]>()

function stripPatterns(rules: ProviderRules | undefined): readonly RegExp[] {
  if (rules?.strip === undefined) return []
  let patterns = compiled.get(rules)
  if (patterns === undefined) {
    patterns = rules.strip.map((source) => new RegExp(source))
    compiled.set(rules, patterns)
  }
  return patterns
}

/** The provider's own names for a model, most exact first. All are tried as keys with and without the provider's prefix. */
export function namesOf(model: string, prefixes: readonly string[], rules: ProviderRules | undefined): readonly string[] {
  const doubled = prefixes.find((prefix) => model.startsWith(prefix))
  const own = doubled === undefined ? model : model.slice(doubled.length)
  const stripped = withoutPrefixes(own, stripPatterns(rules))
  const based = stripped.flatMap((name) => [name, fineTunedBase(name)]).filter((name) => name !== undefined)
  const added = (rules?.add ?? []).flatMap((prefix) => based.map((name) => prefix + name))
  const exact = [...based, ...added]
  return [...new Set([...exact, ...exact.map(undated)])]
}

/** `…-70b-…` or `…8x7b…` → billions of parameters. */
function billionsOf(model: string): number | undefined {
  const match = /(?:(\d+)x)?(\d+(?:\.\d+)?)b(?![a-z])/i.exec(model)
  return match?.[2] === undefined ? undefined : Number(match[1] ?? 1) * Number(match[2])
}

/** The key that prices an unlisted model by its size, where the provider bills so. */
export function sizeKey(model: string, rules: ProviderRules | undefined): string | undefined {
  if (rules?.sizes === undefined) return undefined
  const billions = billionsOf(model)
  return billions === undefined ? undefined : rules.sizes.find(([most]) => billions <= most)?.[1]
}
