import { Secret } from '@switchyard/wire'
import type { PassThroughConfig } from './config.ts'
import type { Context } from './context.ts'
import { defined } from './defined.ts'
import { Fields } from './fields.ts'
import { plainObjectOf } from './plain-object.ts'
import { positionOf, type ListNode } from './yaml-node.ts'

const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** general_settings.pass_through_endpoints. Nothing but this file names targets: they are never a client's to choose. */
export const readPassThrough = (context: Context, list: ListNode | undefined): readonly PassThroughConfig[] =>
  (list?.items ?? []).flatMap(({ node, index }) => {
    const fields = new Fields(
      context,
      'pass_through_endpoint',
      node,
      `general_settings.pass_through_endpoints[${index}]`,
    ).warnUnknown()
    const path = fields.text('path', true)
    const target = fields.text('target', true)
    const complain = (name: string, message: string, hint: string): readonly PassThroughConfig[] => {
      context.diagnostics.error(positionOf(node), { path: fields.pathOf(name), message, hint })
      return []
    }
    if (path === undefined || !path.startsWith('/')) return complain('path', 'is no path', 'write path: /name')
    const url = target === undefined ? null : URL.parse(target)
    if (target === undefined || url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
      return complain('target', 'is no http or https address', 'write target: https://host/path')
    if (url.username !== '' || url.password !== '')
      return complain('target', 'holds a user name or a password', 'send it with headers: addresses stand in rows and logs')
    const named = (fields.texts('methods') ?? []).map((method) => method.toUpperCase())
    if (named.some((method) => !methods.has(method)))
      return complain('methods', 'names a method that is not passed on', `choose from ${[...methods].join(', ')}`)
    return [
      defined({
        path: path.length > 1 ? path.replace(/\/+$/, '') : path,
        target: target.replace(/\/+$/, ''),
        headers: secretsIn(context, plainObjectOf(context, fields.map('headers'), fields.pathOf('headers'))),
        needsKey: fields.boolean('auth') ?? true,
        forwardsHeaders: fields.boolean('forward_headers') ?? false,
        includesSubpath: fields.boolean('include_subpath') ?? false,
        costNano: fields.usd('cost_per_request') ?? 0,
        methods: named,
        defaultQuery: textsIn(plainObjectOf(context, fields.map('default_query_params'), fields.pathOf('default_query_params'))),
        timeoutMs: fields.seconds('timeout'),
      }),
    ]
  })

type Values = Readonly<Record<string, unknown>>

const textsIn = (values: Values): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))

/** A variable may also stand behind a word: `Authorization: "bearer os.environ/KEY"`, as LiteLLM's users write it. */
function secretsIn(context: Context, values: Values): Readonly<Record<string, Secret>> {
  const secrets: Record<string, Secret> = {}
  for (const [name, value] of Object.entries(values)) {
    const text = String(value).replace(/os\.environ\/(\w+)/g, (written, variable: string) => {
      return context.environment.get(variable) ?? written
    })
    secrets[name.toLowerCase()] = new Secret(text)
  }
  return secrets
}
