import { secretsIn, withoutValues, type Outgoing } from '@switchyard/core'
import type { PassThroughConfig } from '../config/config.ts'
import type { Context } from '../http/context.ts'
import type { Route } from '../http/route.ts'
import { PassBooks } from './books.ts'
import { travelling } from './headers.ts'
import { relay } from './relay.ts'
import { readSubpath } from './subpath.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** The routes of one entry of general_settings.pass_through_endpoints. */
export function configuredRoutes(entry: PassThroughConfig): readonly Route[] {
  const paths = entry.includesSubpath ? [entry.path, `${entry.path}/{subpath:path}`] : [entry.path]
  return methods
    .filter((method) => entry.methods.length === 0 || entry.methods.includes(method))
    .flatMap((method) =>
      paths.map((path): Route => ({
        method,
        path,
        auth: entry.needsKey ? 'key' : 'public',
        meter: 'call',
        guards: [],
        dialect: 'openai-chat',
        summary: 'A route of the configuration that leads elsewhere',
        serve: (context) => pass(context, entry),
      })),
    )
}

async function pass(context: Context, entry: PassThroughConfig): Promise<Response> {
  const { request, snapshot, route } = context
  const { raw, query } = readSubpath(request.url, '')
  const subpath = route.path === entry.path ? '' : raw.slice(lengthOf(raw, entry.path))
  const url = new URL(entry.target + subpath)
  for (const [name, value] of new URLSearchParams(query)) url.searchParams.append(name, value)
  for (const [name, value] of Object.entries(entry.defaultQuery))
    if (!url.searchParams.has(name)) url.searchParams.set(name, value)
  const secrets = Object.fromEntries(Object.entries(entry.headers).map(([name, value]) => [name, value.reveal()]))
  const declared = request.headers.get('content-length')
  const outgoing: Outgoing = {
    url: url.href,
    method: route.method,
    headers: {
      ...travelling(context, entry.forwardsHeaders),
      'accept-encoding': 'identity',
      ...secrets,
      ...(declared === null ? {} : { 'content-length': declared }),
    },
    body: undefined,
    ...(request.body === null ? {} : { pieces: request.body }),
  }
  const passed = { deployment: undefined, target: url.href, ask: undefined, costNano: entry.costNano, operation: 'passthrough' }
  return relay(context, {
    outgoing,
    deployment: undefined,
    books: await PassBooks.admit(context, passed),
    call: undefined,
    links: undefined,
    job: undefined,
    requestBytes: 0,
    timeoutMs: entry.timeoutMs ?? snapshot.config.server.passThroughTimeoutMs,
    isClientsCredential: false,
    clean: (text) => withoutValues(text, secretsIn(secrets)),
  })
}

/** How much of the path the entry's own has taken: as many segments as it has. */
function lengthOf(raw: string, path: string): number {
  const own = path.split('/').length
  return raw.split('/').slice(0, own).join('/').length
}
