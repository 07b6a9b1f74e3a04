import { readAll, type ProviderEnv } from '@switchyard/core'
import { fail, isGatewayError, objectOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'

const timeoutMs = 10_000
const maxBytes = 1024 * 1024

export interface Question {
  readonly url: string
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly headers?: Readonly<Record<string, string>>
  /** A form, or JSON. */
  readonly body?: URLSearchParams | JsonObject
}

/** The text of a server that has a part in buying a token. What it refuses is told by its error word, never by its whole reply. */
export async function askText(question: Question, env: ProviderEnv): Promise<string> {
  const { url, body } = question
  const isForm = body instanceof URLSearchParams
  const reply = await env.send(
    {
      url,
      method: question.method ?? 'POST',
      headers: {
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' }),
        ...question.headers,
      },
      body: body === undefined ? undefined : new TextEncoder().encode(isForm ? body.toString() : JSON.stringify(body)),
    },
    { signal: AbortSignal.timeout(timeoutMs) },
  )
  const text = new TextDecoder().decode(await readAll(reply, maxBytes))
  if (reply.status >= 200 && reply.status < 300) return text
  throw fail(
    reply.status >= 500 ? 'unavailable' : 'auth',
    `Google Cloud's credentials were refused by ${new URL(url).host} (${errorWord(text) ?? `status ${reply.status}`}): check vertex_credentials.`,
    { upstreamStatus: reply.status },
  )
}

export async function askJson(question: Question, env: ProviderEnv): Promise<JsonObject> {
  const json = objectOf(parseJson(await askText(question, env)))
  if (json !== undefined) return json
  throw fail('bad_reply', `${new URL(question.url).host} answered with something that is not a JSON object.`)
}

/** OAuth's `error`, or the status word of Google's own errors. */
function errorWord(text: string): string | undefined {
  const error = objectOf(parseJson(text))?.['error']
  return stringOf(error) ?? stringOf(objectOf(error)?.['status'])
}

/** The server could not be reached, which is different from a refusal. */
export const isUnreachable = (error: unknown): boolean => !isGatewayError(error) || error.kind === 'unreachable'
