import { overloadedType } from '@switchyard/core'
import { fail, type GatewayError } from '@switchyard/wire'
import type { Gateway } from '../gateway.ts'
import { identify } from '../pipeline/identify.ts'
import { uuidv7 } from '../uuid.ts'
import { errorResponse, publicError } from './errors.ts'
import type { HttpRequest } from './listener.ts'
import type { Match } from './router.ts'

/**
 * One HTTP request: find the route, know the caller, serve; whatever is thrown becomes an error of the route's dialect. `isExtra`:
 * its connection is one too many, so that it may not be a call.
 */
export async function handle(gateway: Gateway, request: HttpRequest, ip: string | null, isExtra: boolean): Promise<Response> {
  const callId = uuidv7()
  const { path, query } = splitUrl(request.url)
  const match = gateway.router.find(request.method, path) ?? gateway.snapshot.configuredRoutes.find(request.method, path)
  const route = match?.route ?? gateway.router.routeOf(path) ?? nowhere
  const isCall = match?.route.meter === 'call'
  if (isCall && (isExtra || !gateway.load.begin())) return errorResponse(overloaded(), route, callId)
  try {
    if (match === undefined) throw noRoute(gateway, request.method, path)
    return await serve({ gateway, request, ip, callId, match, query })
  } catch (cause) {
    const error = publicError(cause, (bug) => gateway.log.error('request failed', { callId, path, error: bug }))
    if (gateway.log.isDebug)
      gateway.log.debug('refused', { callId, path, kind: error.kind, status: error.status, why: error.message })
    return errorResponse(error, route, callId, statusOf(gateway, error.kind, error.status))
  } finally {
    if (isCall) gateway.load.end()
  }
}

const nowhere = { dialect: 'openai-chat' } as const

interface Arrival {
  readonly gateway: Gateway
  readonly request: HttpRequest
  readonly ip: string | null
  readonly callId: string
  readonly match: Match
  readonly query: string
}

const refusalFor = (retryAfterMs: number): GatewayError =>
  fail('unavailable', 'This gateway has more calls than it can serve now. Try again in a moment.', {
    type: overloadedType,
    retryAfterMs,
  })
// Made beforehand, because under load they have to be cheap; two, so that not all who are sent away come back at once.
const soon = refusalFor(1000)
const later = refusalFor(2000)
export const overloaded = (): GatewayError => (Math.random() < 0.5 ? soon : later)

async function serve({ gateway, request, ip, callId, match, query }: Arrival): Promise<Response> {
  const { snapshot } = gateway
  const { route, params } = match
  const search = query === '' ? noQuery : new URLSearchParams(query)
  const queryKey = route.dialect === 'gemini' ? search.get('key') : null
  const found = identify({ gateway, snapshot, route, headers: request.headers, queryKey, ip })
  const principal = found instanceof Promise ? await found : found
  return route.serve({
    gateway,
    snapshot,
    route,
    request,
    params,
    query: search,
    callId,
    ip,
    principal,
    startedMs: performance.now(),
  })
}

const noQuery = new URLSearchParams()

/** The path and query of an absolute URL, without parsing the rest. */
function splitUrl(url: string): { path: string; query: string } {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  if (start < 0) return { path: '/', query: '' }
  const mark = url.indexOf('?', start)
  return mark < 0 ? { path: url.slice(start), query: '' } : { path: url.slice(start, mark), query: url.slice(mark + 1) }
}

function noRoute(gateway: Gateway, method: string, path: string): Error {
  const shown = path.slice(0, 200)
  const isKnown = gateway.router.routeOf(path) ?? gateway.snapshot.configuredRoutes.routeOf(path)
  if (isKnown !== undefined) return fail('method_not_allowed', `${method} is not served on ${shown}.`)
  return fail('not_found', `There is no route ${method} ${shown}. GET /openapi.json lists the routes.`)
}

/** LiteLLM lets the operator choose the status of an exhausted budget. */
const statusOf = (gateway: Gateway, kind: string, status: number): number =>
  kind === 'over_budget' ? gateway.snapshot.config.calls.budgetExceededStatus : status
