import { dialectOf, type Provider } from '@switchyard/core'
import { providers } from '@switchyard/providers'
import type { Route } from '../http/route.ts'
import { passToProvider } from './provider.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

const dialectFor = ({ endpoints }: Provider): Route['dialect'] =>
  endpoints.chat?.map(({ shape }) => dialectOf(shape)?.id).find((id) => id !== undefined) ?? 'openai-chat'

const routesOf = (provider: Provider, prefix: string): readonly Route[] =>
  methods.map((method) => ({
    method,
    path: `/${prefix}/{endpoint:path}`,
    auth: 'key',
    meter: 'call',
    guards: ['input', 'output'],
    dialect: dialectFor(provider),
    summary: `${provider.name}, passed through`,
    serve: passToProvider(provider, prefix),
    ...(provider.passThrough === undefined ? {} : { ofProvider: provider.passThrough }),
  }))

/** The providers that are reached by their own paths, each under its id and its row's further prefixes. */
export const passThroughRoutes: readonly Route[] = providers.flatMap((provider) =>
  provider.passThrough === undefined
    ? []
    : [provider.id, ...(provider.passThrough.prefixes ?? [])].flatMap((prefix) => routesOf(provider, prefix)),
)
