import {
  missingKey,
  type CallShape,
  type Outgoing,
  type Provider,
  type ProviderEnv,
  type Quirk,
  type Target,
} from '@switchyard/core'
import { objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { base64Of } from '../base64.ts'
import { Bought } from '../bought.ts'
import { mapAnswers } from '../mending.ts'
import { row } from '../row.ts'
import { secretText } from '../secret-text.ts'
import { askForToken, keyOwner, readToken, type Token } from '../token-exchange.ts'
import { developerAsSystem, given, namesOnlyOn } from '../tuning.ts'

/** Thinking budgets by effort (native-wire facts §0.4, 2026-11-22). */
const budgets: ReadonlyMap<unknown, number> = new Map([
  ['minimal', 1024],
  ['low', 1024],
  ['medium', 2048],
  ['high', 4096],
  ['xhigh', 8192],
  ['max', 16384],
])

/** Claude behind Databricks takes Anthropic's `thinking` in an OpenAI body. */
function claudeThinking({ model }: Target, call: CallShape): readonly Quirk[] {
  if (!model.includes('claude') || !given(call, 'reasoning_effort')) return []
  const drop: Quirk = { do: 'drop', field: 'reasoning_effort' }
  const budget = budgets.get(call.field('reasoning_effort'))
  if (budget === undefined) return [drop]
  return [drop, { do: 'default', field: 'thinking', value: { type: 'enabled', budget_tokens: budget } }]
}

/** Models besides Claude know one call in a message: the others follow, each before its result (recorded with LiteLLM 1.106.2, 2026-11-22). */
const singleCalls: Quirk = {
  do: 'edit',
  name: 'one-call-in-a-message',
  edit: (body) => ({ ...body, messages: split(objectsOf(body['messages'])) }),
}

function oneCallEach({ model }: Target, call: CallShape): readonly Quirk[] {
  if (model.includes('claude')) return []
  return objectsOf(call.field('messages')).some((message) => callsOf(message).length > 1) ? [singleCalls] : []
}

const callsOf = ({ tool_calls: calls }: JsonObject): readonly JsonObject[] => objectsOf(calls)

function split(messages: readonly JsonObject[]): readonly JsonObject[] {
  const paired = new Set(
    messages.filter((message) => callsOf(message).length > 1).flatMap((message) => callsOf(message).map(({ id }) => id)),
  )
  return messages.flatMap((message) => {
    const calls = callsOf(message)
    if (calls.length < 2) return message['role'] === 'tool' && paired.has(message['tool_call_id']) ? [] : [message]
    return calls.flatMap((one, at) => [
      at === 0 ? { ...message, tool_calls: [one] } : { role: 'assistant', tool_calls: [one] },
      ...messages.filter(({ tool_call_id: id }) => id !== undefined && id === one['id']),
    ])
  })
}

const thinkingBlock = ({ text, signature }: JsonObject): JsonObject => ({
  type: 'thinking',
  thinking: stringOf(text) ?? '',
  ...(signature === undefined ? {} : { signature }),
})

/** Content may be a list whose reasoning parts hold summaries. */
const mend = (reply: JsonObject): JsonObject =>
  mapAnswers(reply, (answer) => {
    if (!Array.isArray(answer['content'])) return answer
    const parts = objectsOf(answer['content'])
    const texts = (list: readonly JsonObject[]): string => list.map((part) => stringOf(part['text']) ?? '').join('')
    const summaries = parts.filter((part) => part['type'] === 'reasoning').flatMap((part) => objectsOf(part['summary']))
    const content = texts(parts.filter((part) => part['type'] === 'text'))
    if (summaries.length === 0) return { ...answer, content }
    return { ...answer, content, reasoning_content: texts(summaries), thinking_blocks: summaries.map(thinkingBlock) }
  })

const bought = new Bought<Token>()

/** A service principal goes before a personal token, as in LiteLLM (native-wire facts §13, 2026-11-22). */
async function prepare(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  const { key, params } = target
  const [id, secret] = [stringOf(params['client_id']), secretText(params['client_secret'])]
  if (id !== undefined && secret !== undefined) {
    const { origin } = new URL(outgoing.url)
    const { token } = await bought.get(keyOwner(target, origin), env.now, () => buy({ id, secret, origin }, env))
    outgoing.headers['authorization'] = `Bearer ${token}`
  } else if (key === undefined)
    throw missingKey('databricks', ['DATABRICKS_API_KEY', 'DATABRICKS_CLIENT_ID with DATABRICKS_CLIENT_SECRET'])
  else outgoing.headers['authorization'] = `Bearer ${key.reveal()}`
}

interface Principal {
  readonly id: string
  readonly secret: string
  readonly origin: string
}

/** The workspace that is asked gives the token, so the secret goes nowhere else. */
async function buy({ id, secret, origin }: Principal, env: ProviderEnv): Promise<Token> {
  const body = await askForToken(
    {
      url: `${origin}/oidc/v1/token`,
      headers: { authorization: `Basic ${base64Of(new TextEncoder().encode(`${id}:${secret}`))}` },
      form: { grant_type: 'client_credentials', scope: 'all-apis' },
      issuer: 'Databricks',
      check: 'DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET',
    },
    env,
  )
  return readToken(body, env)
}

export const databricks: Provider = {
  ...row('databricks', 'Databricks', undefined, {
    hosts: '.databricks.com .azuredatabricks.net .gcp.databricks.com',
    serves: ['embedding', 'responses'],
    abilities: 'response_schema',
    oldMaxTokens: true,
    knows: 'thinking',
    refuses: 'presence_penalty frequency_penalty logit_bias seed parallel_tool_calls logprobs top_logprobs service_tier store',
  }),
  tune: (target, call) => {
    if (call.shape !== 'openai-chat') return []
    return [
      ...claudeThinking(target, call),
      ...developerAsSystem(call),
      ...namesOnlyOn(['user'], call),
      ...oneCallEach(target, call),
    ]
  },
  mend,
  auth: { kind: 'prepare' },
  params: {
    client_id: { env: ['DATABRICKS_CLIENT_ID'] },
    client_secret: { env: ['DATABRICKS_CLIENT_SECRET'], secret: true, insteadOfKey: true },
  },
  prepare,
}
