import type { KeptKind, Provider } from '@switchyard/core'
import { providers } from '@switchyard/providers'
import type { Context } from '../../http/context.ts'
import type { Route } from '../../http/route.ts'
import { passToProvider } from '../../passthrough/provider.ts'
import { cancelBatch, createBatch, getBatch } from './batches.ts'
import { createFile } from './files.ts'
import { createKept, forwardKept } from './kept-objects.ts'
import { listKept } from './kept-list.ts'
import { asGoogle } from './upload-routes.ts'
import { listUploads, serveUpload } from './uploads.ts'

interface Line {
  readonly method: Route['method']
  readonly path: string
  readonly summary: string
  readonly serve: Route['serve']
}

const withV1 = (path: string): readonly string[] => [path, `/v1${path}`]

const routes = (lines: readonly Line[], pathsOf: (path: string) => readonly string[]): readonly Route[] =>
  lines.flatMap(({ method, path, summary, serve }) =>
    pathsOf(path).map((one): Route => ({
      method,
      path: one,
      auth: 'key',
      meter: 'call',
      guards: ['input'],
      dialect: 'openai-chat',
      summary,
      serve,
    })),
  )

const list = (kind: KeptKind) => (context: Context) => listKept(context, kind)

const fileLines: readonly Line[] = [
  { method: 'POST', path: '/files', summary: 'Upload a file (multipart)', serve: createFile },
  { method: 'GET', path: '/files', summary: 'The files of the caller', serve: asGoogle(listUploads, list('files')) },
  { method: 'GET', path: '/files/{id}', summary: 'One file', serve: asGoogle(serveUpload, forwardKept('files')) },
  { method: 'GET', path: '/files/{id}/{rest}', summary: 'The content of a file', serve: forwardKept('files') },
  { method: 'DELETE', path: '/files/{id}', summary: 'Delete a file', serve: asGoogle(serveUpload, forwardKept('files')) },
]

const batchLines: readonly Line[] = [
  { method: 'POST', path: '/batches', summary: 'Make a batch of a file', serve: createBatch },
  { method: 'GET', path: '/batches', summary: 'The batches of the caller', serve: list('batches') },
  { method: 'GET', path: '/batches/{id}', summary: 'One batch', serve: getBatch },
  { method: 'POST', path: '/batches/{id}/cancel', summary: 'Cancel a batch', serve: cancelBatch },
]

/** A resource that is passed on as it is, under ids of ours. */
const resource = (kind: KeptKind, name: string): readonly Line[] => [
  { method: 'POST', path: `/${kind}`, summary: `${name}: make one`, serve: createKept(kind) },
  { method: 'GET', path: `/${kind}`, summary: `${name} of the caller`, serve: list(kind) },
  ...(['GET', 'POST', 'DELETE'] as const).flatMap((method): readonly Line[] => [
    { method, path: `/${kind}/{id}`, summary: `${name}: one`, serve: forwardKept(kind) },
    { method, path: `/${kind}/{id}/{rest:path}`, summary: `${name}: what is in one`, serve: forwardKept(kind) },
  ]),
]

const keepers = providers.filter(({ keeps }) => keeps?.paths.files !== undefined)

const isOwnClient = ({ keeps }: Provider, { request }: Context): boolean =>
  keeps?.ownClientHeader !== undefined && request.headers.get(keeps.ownClientHeader) !== null

/** What providers keep for their customers, in OpenAI's shape. Files and batches also stand under their providers' names. */
export const keptRoutes: readonly Route[] = [
  ...routes([...fileLines, ...batchLines], withV1),
  ...keepers.flatMap((provider) =>
    routes(
      [...fileLines, ...batchLines].map((line) => ({
        ...line,
        serve: (context: Context) =>
          isOwnClient(provider, context)
            ? passToProvider(provider, provider.id)(context)
            : line.serve({ ...context, params: { ...context.params, provider: provider.id } }),
      })),
      (path) => [`/${provider.id}/v1${path}`],
    ),
  ),
  ...routes(
    [
      ...resource('fine_tuning/jobs', 'Fine-tuning jobs'),
      ...resource('vector_stores', 'Vector stores'),
      ...resource('assistants', 'Assistants'),
      ...resource('threads', 'Threads'),
      ...resource('containers', 'Containers'),
    ],
    withV1,
  ),
]
