import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { model, openStage } from '../tools/stage.ts'
import type { Check } from './check.ts'
import { pythonWith, suiteSource } from './install.ts'
import { runProgram } from './run-program.ts'

/** The columns of the report: the resource that a file of tests is about. */
export const suiteKinds = ['chat', 'completions', 'embeddings', 'models', 'responses', 'messages', 'beta messages'] as const
type SuiteKind = (typeof suiteKinds)[number]

interface Suite {
  readonly package: string
  readonly version: string
  readonly path: string
  /** File below tests/api_resources → its column. */
  readonly files: Readonly<Record<string, SuiteKind>>
  /** Pytest's choice of those tests that an endpoint of ours answers. */
  readonly only: string
}

/** Not asked: stored completions, made-up ids of stored responses, and Anthropic's own list of models. */
const suites: readonly Suite[] = [
  {
    package: 'openai',
    version: '3.54.0',
    path: '/v1',
    files: {
      'chat/test_completions.py': 'chat',
      'test_completions.py': 'completions',
      'test_embeddings.py': 'embeddings',
      'test_models.py': 'models',
      'test_responses.py': 'responses',
    },
    only: 'create or (Models and (list or retrieve))',
  },
  {
    package: 'anthropic',
    version: '2.12.0',
    path: '',
    files: { 'test_messages.py': 'messages', 'beta/test_messages.py': 'beta messages' },
    only: 'create or count_tokens or stream',
  },
]

/** What the tests ask that the gateway answers otherwise on purpose, by the text of the failure. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/Missing required parameter: "model"/, 'a response without a model: the gateway routes by it'],
  [/There is no response "previous_response_id"/, 'a made-up response to continue'],
  [/does not take "presence_penalty"/, 'a parameter that the catalog says the model does not take'],
  [/'suffix' cannot be served/, 'a suffix for a model that only chats'],
  [
    /embedding\n.*Input should be a valid list/s,
    'base64, for which the client asks itself and which its strict mode does not know',
  ],
  [/"fallbacks" must be a list of model names/, "Anthropic's beta field `fallbacks`, which is the gateway's own here"],
]

export async function checkSuites(): Promise<readonly Check[]> {
  const stage = await openStage({
    models: (origin) => [
      model('claude-*', 'anthropic/claude-*', { api_base: origin }),
      model('*', 'openai/*', { api_base: `${origin}/v1` }),
    ],
  })
  try {
    const key = await stage.gateway.newKey({ key_alias: 'suites' })
    const checks: Check[] = []
    for (const suite of suites) checks.push(...(await checkSuite(suite, { url: stage.gateway.url, key })))
    return checks
  } finally {
    await stage.close()
  }
}

async function checkSuite(suite: Suite, to: { readonly url: string; readonly key: string }): Promise<readonly Check[]> {
  const python = pythonWith('suites')
  const source = await suiteSource(suite, to.key)
  const report = join(source, 'junit.xml')
  const files = Object.keys(suite.files).map((file) => `tests/api_resources/${file}`)
  const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-n', '2', '-k', suite.only, `--junit-xml=${report}`, ...files]
  const env = { TEST_API_BASE_URL: to.url + suite.path, PYTHONDONTWRITEBYTECODE: '1', HOME: source }
  const { code, output, errors } = await runProgram(python, args, { cwd: source, env, timeoutMs: 300_000 })
  // 1: some tests failed, which the report tells better.
  if (code !== 0 && code !== 1) throw new Error(`pytest ended with ${code}: ${(output + errors).slice(-2000)}`)
  return readReport(await readFile(report, 'utf8'), suite)
}

function readReport(xml: string, suite: Suite): readonly Check[] {
  const client = `${suite.package}-python`
  const checks: Check[] = []
  for (const [, place = '', name = '', inner = ''] of xml.matchAll(testCase)) {
    const module = place.slice('tests.api_resources.'.length, place.lastIndexOf('.'))
    const kind = suite.files[`${module.replaceAll('.', '/')}.py`]
    if (kind === undefined || inner.includes('<skipped')) continue
    const failed = inner.includes('<failure') || inner.includes('<error')
    const refused = failed ? refusals.find(([text]) => text.test(unescaped(inner)))?.[1] : undefined
    const problem = failed && refused === undefined ? (/message="([^"]*)"/.exec(inner)?.[1] ?? 'failed') : undefined
    checks.push({ client, version: suite.version, kind, what: name, problem, ...(refused === undefined ? {} : { refused }) })
  }
  return checks
}

const testCase = /<testcase classname="([^"]*)" name="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs

const unescaped = (xml: string): string => xml.replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&#x27;', "'")
