import { createHash } from 'node:crypto'
import { APIError, Switchyard, type FetchInit } from 'switchyard'
import type { Golden } from './goldens.ts'
import { normaliseActual, normaliseGolden, normaliseRequests } from './normalise.ts'
import { serve, type Served } from './serve.ts'
import type { Actual, Difference, Tools } from './tools.ts'

export interface Replayed {
  readonly upstream: readonly Difference[]
  readonly result: readonly Difference[]
}

const timeoutS = 5

/** Replays one case against a provider of its own, with nothing but the case's environment. */
export async function replay(golden: Golden, tools: Tools): Promise<Replayed> {
  const mock = await tools.startMock(golden.json)
  try {
    const sdk = new Switchyard({ env: golden.env, fetch: redirecting(mock.url), timeout: timeoutS, ...retriesOf(golden) })
    const actual = await call(sdk, golden)
    const { upstream, output } = tools.compareCase(normaliseGolden(golden.json, golden.operation), {
      ...actual,
      requests: normaliseRequests(mock.requests),
    })
    return { upstream, result: output }
  } finally {
    await mock.close()
  }
}

/** Retries only where the record shows some: which requests are made is compared, waiting for the rest is not needed. */
const retriesOf = ({ json }: Golden): { numRetries?: number } =>
  Number(json['upstream_request_count'] ?? 0) > 1 ? {} : { numRetries: 0 }

/** Sends everything to the mock, and tells it where it was meant to go. */
function redirecting(base: string): (url: string, init: FetchInit) => Promise<Response> {
  return (url, init) => {
    const { origin } = new URL(url)
    return fetch(base + url.slice(origin.length), { ...init, headers: { ...init.headers, 'x-oracle-origin': origin } })
  }
}

async function call(sdk: Switchyard, golden: Golden): Promise<Omit<Actual, 'requests'>> {
  const into: { served: Served } = { served: {} }
  try {
    await serve(sdk, golden, into)
    return outcome(into.served, golden)
  } catch (error) {
    return { ...outcome(into.served, golden), error: errorOf(error) }
  }
}

const outcome = ({ result, chunks, bytes }: Served, { operation, json }: Golden): Omit<Actual, 'requests'> => ({
  ...(bytes === undefined ? {} : { binary: { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') } }),
  ...(result === undefined ? {} : { result: normaliseActual(result, operation, json['expected_result']) }),
  ...(chunks === undefined ? {} : { chunks: chunks.map((chunk) => normaliseActual(chunk, operation, undefined)) }),
})

function errorOf(error: unknown): NonNullable<Actual['error']> {
  if (error instanceof APIError)
    return { class: error.name, status_code: error.statusCode, message: error.message, llm_provider: error.llmProvider }
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return { class: name, status_code: undefined, message, llm_provider: '' }
}
