import type { Route } from './route.ts'

export interface Match {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

interface Pattern {
  readonly route: Route
  readonly expression: RegExp
}

const noParams: Readonly<Record<string, string>> = {}

/** Finds the route of a path: a map for exact paths, then the few patterns in the manifest's order. */
export class Router {
  readonly #exact = new Map<string, Match>()
  readonly #patterns: Pattern[] = []
  /** For each exact path the first of its routes. */
  readonly #paths = new Map<string, Route>()

  readonly routes: readonly Route[]

  constructor(routes: readonly Route[]) {
    this.routes = routes
    for (const route of routes) {
      const key = `${route.method} ${route.path}`
      if (this.#exact.has(key)) throw new Error(`The route ${key} stands twice in the manifest.`)
      if (route.path.includes('{')) this.#patterns.push({ route, expression: expressionOf(route.path) })
      else {
        this.#exact.set(key, { route, params: noParams })
        if (!this.#paths.has(route.path)) this.#paths.set(route.path, route)
      }
    }
  }

  find(method: string, path: string): Match | undefined {
    const exact = this.#exact.get(`${method} ${path}`)
    if (exact !== undefined) return exact
    for (const { route, expression } of this.#patterns) {
      if (route.method !== method) continue
      const found = expression.exec(path)
      if (found !== null) return { route, params: decoded(found.groups ?? {}) }
    }
    return undefined
  }

  /** A route of this path, for whatever method. */
  routeOf(path: string): Route | undefined {
    return this.#paths.get(path) ?? this.#patterns.find(({ expression }) => expression.test(path))?.route
  }
}

function expressionOf(path: string): RegExp {
  const source = path
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/\{(\w+):path\}/g, '(?<$1>.+?)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+?)')
  return new RegExp(`^${source}$`)
}

/** A segment that is not valid percent-encoding stays as it is: no model or id has such a name. */
function decoded(groups: Readonly<Record<string, string>>): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [name, value] of Object.entries(groups)) {
    try {
      out[name] = decodeURIComponent(value)
    } catch {
      out[name] = value
    }
  }
  return out
}
