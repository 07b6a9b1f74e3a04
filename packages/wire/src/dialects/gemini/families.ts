import type { ModelTraits } from '../../dialect.ts'

/** What differs between generations of Google's models (native-wire facts §2 and oracle gemini/*, 2026-11-22). */
export interface Family {
  /** 2.5 counts thinking tokens, 3 and later have levels, the others do not think. */
  readonly thinking: 'budget' | 'level' | 'none'
  readonly size: 'pro' | 'flash' | 'flash-lite' | 'other'
  readonly penalties: boolean
  /** Gemini 3 loops at temperatures below 1, so 1 is said when the caller says nothing. */
  readonly defaultTemperature?: number
  /** Ids of calls are sent, and the first call of a turn must carry a thought signature. */
  readonly callIds: boolean
  /** Media inside `functionResponse.parts`, and a resolution for each part. */
  readonly richParts: boolean
  /** `responseJsonSchema`; without it the schema goes as `responseSchema`, in Google's subset. */
  readonly jsonSchema: boolean
}

/** Google's documented stand-in for a call that the model did not make itself: base64 of `skip_thought_signature_validator`. */
export const skipSignature = 'c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I='

/** The version of `gemini-2.5-flash`; an unversioned alias (`gemini-flash-latest`) is the newest generation. */
function versionOf(id: string): number | undefined {
  const version = /gemini-(\d+(?:\.\d+)?)/.exec(id)?.[1]
  if (version !== undefined) return Number(version)
  return /gemini-(?:pro|flash|flash-lite)-latest/.test(id) ? 3 : undefined
}

const sizeOf = (id: string): Family['size'] =>
  id.includes('flash-lite') ? 'flash-lite' : id.includes('flash') ? 'flash' : id.includes('pro') ? 'pro' : 'other'

export function familyOf(traits: ModelTraits): Family {
  const version = versionOf(traits.id)
  const third = version !== undefined && version >= 3
  const thinks = third || (version === undefined ? traits.supports.has('reasoning') : version >= 2.5)
  return {
    thinking: !thinks || traits.lacks.has('reasoning') ? 'none' : third ? 'level' : 'budget',
    size: sizeOf(traits.id),
    penalties: !third && !traits.id.includes('preview'),
    ...(third ? { defaultTemperature: 1 } : {}),
    callIds: third,
    richParts: third,
    jsonSchema: version !== undefined && version >= 2,
  }
}
