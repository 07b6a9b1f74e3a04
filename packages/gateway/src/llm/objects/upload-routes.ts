import type { Route } from '../../http/route.ts'
import { listUploads, serveUpload, upload } from './uploads.ts'

const line = (method: Route['method'], path: string, summary: string, serve: Route['serve']): Route => ({
  method,
  path,
  auth: 'key',
  meter: 'call',
  guards: ['input'],
  dialect: 'gemini',
  summary,
  serve,
})

const versions = ['v1beta', 'v1alpha', 'v1']
/** The others are OpenAI's paths too: see `asGoogle`. */
const ownVersions = ['v1beta', 'v1alpha']

/** Files as Google's clients upload them. */
export const uploadRoutes: readonly Route[] = [
  ...versions.flatMap((version) => [
    line('POST', `/upload/${version}/files`, 'Upload a file, Gemini dialect', upload),
    line('PUT', `/upload/${version}/files`, 'Go on with an upload, Gemini dialect', upload),
  ]),
  ...ownVersions.flatMap((version) => [
    line('GET', `/${version}/files`, 'The uploads of the caller, Gemini dialect', listUploads),
    line('GET', `/${version}/files/{id}`, 'One upload, Gemini dialect', serveUpload),
    line('DELETE', `/${version}/files/{id}`, 'Delete an upload, Gemini dialect', serveUpload),
  ]),
]

/** Where Google's v1 has the path of OpenAI's, the header in which the client sends its key tells them apart. */
export const asGoogle =
  (theirs: Route['serve'], openai: Route['serve']): Route['serve'] =>
  (context) =>
    (context.request.headers.get('x-goog-api-key') === null ? openai : theirs)(context)
