// docs/routes.md: the route manifest.
import type { Route } from '../../packages/gateway/src/http/route.ts'
import { routes } from '../../packages/gateway/src/http/routes.ts'
import { code, table, type Page } from './page.ts'

const keyOf = (route: Route): string => {
  const { method, auth, meter, guards, summary } = route
  return JSON.stringify([method, auth, meter, guards, errorsIn(route), summary])
}

const errorsIn = ({ dialect, ofProvider }: Route): string =>
  ofProvider?.writeError === undefined ? code(dialect) : "the provider's own"

/** Routes that differ in nothing but the path stand in one row. */
function rowsOf(some: readonly Route[]): readonly (readonly string[])[] {
  return [...Map.groupBy(some, keyOf).values()].flatMap((group) => {
    const [route] = group
    if (route === undefined) return []
    const paths = group.map(({ path }) => code(path)).join('<br>')
    return [[route.method, paths, route.auth, route.meter, route.guards.join(', ') || '–', errorsIn(route), route.summary]]
  })
}

const head = ['method', 'path', 'auth', 'meter', 'guards', 'errors in', 'what it does']

export const routesPage: Page = {
  file: 'routes.md',
  text: `# Routes

<!-- Written by scripts/docs/routes.ts from packages/gateway/src/http/routes.ts; do not edit. -->

What this table does not name does not exist. A running gateway serves it as \`GET /openapi.json\` and \`GET /docs\`.

- **auth**: \`public\`: anyone; \`key\`: a virtual key or the master key; \`admin\`: the master key only.
- **meter**: \`call\`: money and rate are reserved first, and every attempt becomes one row of the ledger; \`free\`: nothing that costs
  reaches a provider on behalf of the caller.
- **guards**: what guardrails will see, prompt or answer; every route declares it, so that none is forgotten. There are no
  guardrails in 0.1.
- \`{name}\` is one segment of a path, \`{name:path}\` any number of them.

## Model routes

${table(head, rowsOf(routes.filter(({ meter }) => meter === 'call')))}

## The gateway's own

${table(head, rowsOf(routes.filter(({ meter }) => meter === 'free')))}
`,
}
