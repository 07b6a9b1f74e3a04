import { isObject, parseJson, stringOf } from '@switchyard/wire'
import { failure, type Script } from '../tools/fake-provider.ts'
import { openStage } from '../tools/stage.ts'
import type { Check } from './check.ts'
import { pythonFolder, pythonWith } from './install.ts'
import { runProgram } from './run-program.ts'

/** Modules of python/clients/, by the environment that they run in. */
const clients = {
  pinned: [
    'openai_chat',
    'openai_responses',
    'anthropic_messages',
    'google_genai',
    'langchain_openai_chat',
    'litellm_proxy',
    'instructor_clients',
  ],
  newest: ['openai_chat', 'openai_responses', 'pydantic_ai_agent', 'openai_agents'],
} as const

export const libraryKinds = ['chat', 'stream', 'tools', 'structured', 'embeddings', 'errors', 'more'] as const

/** What python/run.py asks the provider to fail with. More than enough of each: a script is taken by one request. */
const failures = (): readonly Script[] =>
  [400, 429, 500].flatMap((status) => Array.from({ length: 200 }, () => ({ ...failure(status), when: `answer with ${status}` })))

export async function checkLibraries(): Promise<readonly Check[]> {
  const stage = await openStage({ sections: { router_settings: { num_retries: 0 } } })
  try {
    stage.provider.next(...failures())
    const keys = {
      url: stage.gateway.url,
      key: await stage.gateway.newKey({ key_alias: 'outside' }),
      narrow: await stage.gateway.newKey({ models: ['embed'] }),
      unknown: 'sk-unknown-0123456789',
    }
    const checks: Check[] = []
    for (const environment of ['pinned', 'newest'] as const) {
      for (const client of clients[environment]) checks.push(...(await checkLibrary(environment, client, keys)))
    }
    return checks
  } finally {
    await stage.close()
  }
}

type Keys = Readonly<Record<'url' | 'key' | 'narrow' | 'unknown', string>>

async function checkLibrary(environment: 'pinned' | 'newest', client: string, keys: Keys): Promise<readonly Check[]> {
  const python = pythonWith(environment)
  const { code, output, errors } = await runProgram(python, ['run.py', client], {
    cwd: pythonFolder,
    env: { STAGE: JSON.stringify(keys), PYTHONDONTWRITEBYTECODE: '1' },
    timeoutMs: 300_000,
  })
  const lines = output.split('\n').map(parseJson).filter(isObject)
  const [head, ...results] = lines
  const version = `${stringOf(head?.['package']) ?? client} ${stringOf(head?.['version']) ?? ''}`.trim()
  const checks = results.map((line) => ({
    client,
    version,
    kind: stringOf(line['check']) ?? '',
    what: stringOf(line['model']) ?? '',
    problem: stringOf(line['problem']),
  }))
  if (code === 0) return checks
  return [...checks, { client, version, kind: 'more', what: 'the run', problem: `ended with ${code}: ${errors.slice(-500)}` }]
}
