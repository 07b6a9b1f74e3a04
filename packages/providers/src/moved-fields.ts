import type { Quirk } from '@switchyard/core'
import { objectOf, type JsonObject } from '@switchyard/wire'

/** Parameters that clients and deployments name at the top of a body, and the provider reads in an object of it. */
export const movedInto = (place: string, names: ReadonlySet<string>): Quirk => ({
  do: 'edit',
  name: `into-${place}`,
  edit: (body) => moved(body, place, names),
})

function moved(body: JsonObject, place: string, names: ReadonlySet<string>): JsonObject {
  const fields = Object.entries(body)
  const found = fields.filter(([name]) => names.has(name))
  if (found.length === 0) return body
  const rest = Object.fromEntries(fields.filter(([name]) => !names.has(name)))
  return { ...rest, [place]: { ...objectOf(body[place]), ...Object.fromEntries(found) } }
}
