import type { JsonObject } from '@switchyard/wire'
import { version } from '../version.ts'
import type { Context } from './context.ts'
import { jsonResponse, securityHeaders } from './reply.ts'
import type { Route } from './route.ts'

/** GET /openapi.json: the manifest as OpenAPI 3.1. */
export function openapi({ gateway }: Context): Response {
  const paths: Record<string, JsonObject> = {}
  for (const route of gateway.router.routes) {
    const path = route.path.replaceAll(':path}', '}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, path) }
  }
  return jsonResponse({
    openapi: '3.1.0',
    info: {
      title: 'Switchyard',
      version,
      description: 'An AI gateway: every LLM provider behind one OpenAI-compatible interface.',
    },
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A virtual key, or the master key.' } },
    },
  })
}

function operationOf(route: Route, path: string): JsonObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1])
  return {
    summary: route.summary,
    'x-auth': route.auth,
    'x-meter': route.meter,
    parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...(route.method === 'POST' ? { requestBody: { content: { 'application/json': { schema: { type: 'object' } } } } } : {}),
    responses: { 200: { description: 'Success' }, default: { description: `An error in the ${route.dialect} dialect` } },
    ...(route.auth === 'public' ? {} : { security: [{ key: [] }] }),
  }
}

/** GET /docs: the same for people, without a script or anything from elsewhere. */
export function docsPage({ gateway }: Context): Response {
  const rows = gateway.router.routes.map(
    ({ method, path, auth, summary }) =>
      `<tr><td>${method}</td><td><code>${escape(path)}</code></td><td>${auth}</td><td>${escape(summary)}</td></tr>`,
  )
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Switchyard ${version}</title>
<style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;padding:.3rem .6rem;text-align:left}</style>
<h1>Switchyard ${version}</h1><p>The routes of this gateway; <a href="/openapi.json">openapi.json</a> has them for programs.</p>
<table><tr><th>Method</th><th>Path</th><th>Auth</th><th></th></tr>${rows.join('\n')}</table></html>`
  const csp = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
  return new Response(page, {
    headers: { ...securityHeaders, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': csp },
  })
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
