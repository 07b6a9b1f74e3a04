import type { CallShape, Outgoing, Provider, ProviderEnv, Quirk, Target } from '@switchyard/core'
import { fail, stringOf } from '@switchyard/wire'
import { row } from '../../row.ts'
import { isSameOrigin } from '../../url.ts'
import { loginOf } from './login.ts'
import { askAsStream } from './whole.ts'

const base = 'https://chatgpt.com/backend-api/codex'

/** What the service refuses (docs.litellm.ai/docs/providers/chatgpt, read 2026-11-22): limits of output, and metadata. */
const refused: readonly Quirk[] = [
  { do: 'drop', field: 'max_output_tokens' },
  { do: 'drop', field: 'metadata' },
]

/** It stores nothing, and wants instructions. */
const tune = ({ params }: Target, call: CallShape): readonly Quirk[] =>
  call.shape === 'openai-responses'
    ? [
        ...refused,
        { do: 'set', field: 'store', value: false },
        { do: 'default', field: 'instructions', value: stringOf(params['instructions']) ?? 'You are a helpful assistant.' },
      ]
    : []

async function prepare(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  // The machine's login is its owner's: it serves ChatGPT, and the address that the same owner's environment names.
  if (target.key === undefined && !isOwn(outgoing.url, env)) {
    throw fail('auth', `The login of this machine serves ChatGPT's own host only: name api_key in litellm_params.`)
  }
  const { token, account } = await loginOf(target, env)
  outgoing.headers['authorization'] = `Bearer ${token}`
  if (account !== undefined) outgoing.headers['chatgpt-account-id'] = account
  outgoing.headers['originator'] ??= env.variable('CHATGPT_ORIGINATOR') ?? 'codex_cli_rs'
}

const isOwn = (url: string, { variable }: ProviderEnv): boolean =>
  [base, variable('CHATGPT_API_BASE'), variable('OPENAI_CHATGPT_API_BASE')].some((one) => isSameOrigin(url, one))

const compatible = row('chatgpt', 'ChatGPT subscription', base, {
  baseEnv: 'CHATGPT_API_BASE OPENAI_CHATGPT_API_BASE',
  chat: false,
  serves: ['responses'],
})

/** Models of a subscription to ChatGPT, in OpenAI's Responses (native-wire facts §18, 2026-11-22). The key is an access token. */
export const chatgpt: Provider = {
  ...compatible,
  keyEnv: ['CHATGPT_ACCESS_TOKEN'],
  keyless: true,
  auth: { kind: 'prepare' },
  params: { instructions: { env: ['CHATGPT_DEFAULT_INSTRUCTIONS'] } },
  tune,
  prepare,
  exchange: (outgoing, _target, env, signal) => askAsStream(outgoing, env, signal),
}
