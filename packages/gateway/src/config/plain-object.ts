import type { JsonObject } from '@switchyard/wire'
import type { Context } from './context.ts'
import { plainResolved } from './fields.ts'
import type { MapNode } from './yaml-node.ts'

/** A mapping as a plain object with variables looked up; absent is empty. */
export function plainObjectOf(context: Context, node: MapNode | undefined, path: string): JsonObject {
  const out: JsonObject = {}
  if (node !== undefined) for (const [key, entry] of node.entries) out[key] = plainResolved(context, entry.node, `${path}.${key}`)
  return out
}
