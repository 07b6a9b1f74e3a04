import { arrayOf, isObject, isString, objectsOf, type JsonObject, type Patch } from '@switchyard/wire'
import type { Quirk } from './contracts.ts'

/** Looks at one top-level field as it stands after the changes so far. */
export type FieldReader = (name: string) => unknown

/**
 * Quirks as patches of a body's bytes, where all of them can be said so; undefined when one needs the parsed body. `field`
 * reads the client's body.
 */
export function quirkPatches(quirks: readonly Quirk[], field: FieldReader): readonly Patch[] | undefined {
  const patches: Patch[] = []
  const changed = new Map<string, unknown>()
  const read: FieldReader = (name) => (changed.has(name) ? changed.get(name) : field(name))
  for (const quirk of quirks) {
    if (quirk.do === 'edit') return undefined
    if (quirk.do === 'flatten-content') {
      if (needsFlattening(read('messages'))) return undefined
      continue
    }
    for (const patch of patchesOf(quirk, read)) {
      patches.push(patch)
      if (patch.do === 'set') changed.set(patch.key, JSON.parse(patch.json))
      else if (patch.do === 'remove') changed.set(patch.key, undefined)
    }
  }
  return patches
}

/** The same quirks on a parsed body. */
export function applyQuirks(body: JsonObject, quirks: readonly Quirk[]): JsonObject {
  let out: JsonObject = { ...body }
  for (const quirk of quirks) {
    if (quirk.do === 'edit') out = { ...quirk.edit(out) }
    else if (quirk.do === 'flatten-content') out = flattenContent(out)
    else for (const patch of patchesOf(quirk, (name) => out[name])) applyPatch(out, patch)
  }
  return out
}

function applyPatch(body: JsonObject, patch: Patch): void {
  if (patch.do === 'set') body[patch.key] = JSON.parse(patch.json)
  else if (patch.do === 'remove') delete body[patch.key]
}

/** A rename is a removal and a setting, so that it composes with what comes after it. */
function patchesOf(quirk: Exclude<Quirk, { do: 'edit' | 'flatten-content' }>, read: FieldReader): readonly Patch[] {
  const value = read(quirk.field)
  if (quirk.do === 'set') return [setTo(quirk.field, quirk.value)]
  if (quirk.do === 'default') return value === undefined ? [setTo(quirk.field, quirk.value)] : []
  if (value === undefined) return []
  switch (quirk.do) {
    case 'drop':
      return [{ do: 'remove', key: quirk.field }]
    case 'rename': {
      const removal: Patch = { do: 'remove', key: quirk.field }
      return read(quirk.to) === undefined ? [removal, setTo(quirk.to, value)] : [removal]
    }
    case 'clamp':
      return typeof value === 'number' ? clampPatch(quirk, value) : []
    case 'map':
      return JSON.stringify(value) === JSON.stringify(quirk.from) ? [setTo(quirk.field, quirk.to)] : []
  }
}

function clampPatch(quirk: { field: string; min?: number; max?: number }, value: number): readonly Patch[] {
  const clamped = Math.min(quirk.max ?? value, Math.max(quirk.min ?? value, value))
  return clamped === value ? [] : [setTo(quirk.field, clamped)]
}

const setTo = (key: string, value: unknown): Patch => ({ do: 'set', key, json: JSON.stringify(value) })

const isTextPart = (part: unknown): part is { text: string } =>
  isObject(part) && part['type'] === 'text' && isString(part['text'])

const isFlat = (content: unknown): boolean => Array.isArray(content) && content.length > 0 && content.every(isTextPart)

const needsFlattening = (messages: unknown): boolean => objectsOf(messages).some((message) => isFlat(message['content']))

function flattenContent(body: JsonObject): JsonObject {
  const messages = arrayOf(body['messages']).map((message) => {
    if (!isObject(message) || !Array.isArray(message['content']) || !isFlat(message['content'])) return message
    return {
      ...message,
      content: message['content']
        .filter(isTextPart)
        .map((part) => part.text)
        .join(''),
    }
  })
  return { ...body, messages }
}
