import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { JsonObject } from '@switchyard/wire'

/** A difference between what the record says and what we did. */
export interface Difference {
  readonly path: string
  readonly exp?: unknown
  readonly act?: unknown
}

/** What our SDK did with a case. */
export interface Actual {
  requests: readonly unknown[]
  result?: unknown
  chunks?: readonly unknown[]
  binary?: { readonly length: number; readonly sha256: string }
  error?: {
    readonly class: string
    readonly status_code: number | undefined
    readonly message: string
    readonly llm_provider: string
  }
}

export interface Mock {
  readonly url: string
  readonly requests: readonly unknown[]
  close(): Promise<void>
}

/** The tools that lie beside the records: a provider that replays a case, and the comparer. */
export interface Tools {
  startMock(golden: JsonObject): Promise<Mock>
  compareCase(
    golden: JsonObject,
    actual: Actual,
  ): { readonly upstream: readonly Difference[]; readonly output: readonly Difference[] }
}

export async function loadTools(directory: string): Promise<Tools> {
  const from = (name: string): string => pathToFileURL(join(resolve(directory), 'tools', name)).href
  const [{ startMock }, { compareCase }]: [Pick<Tools, 'startMock'>, Pick<Tools, 'compareCase'>] = await Promise.all([
    import(from('mock.mjs')),
    import(from('compare.mjs')),
  ])
  return { startMock, compareCase }
}
