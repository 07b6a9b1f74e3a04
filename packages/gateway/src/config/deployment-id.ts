import { createHash } from 'node:crypto'
import { isObject } from '@switchyard/wire'
import { plainOf, type YamlNode } from './yaml-node.ts'

/**
 * 64 hex digits of the name and the parameters as the file writes them: the order of keys does not matter, and
 * neither does the value behind os.environ/NAME, so that a new provider key leaves the id as it is.
 */
export function deploymentId(modelName: string, params: YamlNode, more: readonly string[]): string {
  const written = JSON.stringify([modelName, sorted(plainOf(params)), ...more])
  return createHash('sha256').update(written).digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.keys(value)
    .toSorted()
    .map((key) => [key, sorted(value[key])])
}
