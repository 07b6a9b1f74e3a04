import type { Provider } from '@switchyard/core'
import { row } from '../../row.ts'
import { overCompletions } from './dialect.ts'

const completions = row('text-completion-openai', 'Text Completion OpenAI', 'https://api.openai.com/v1', {
  key: 'OPENAI_API_KEY',
  baseEnv: 'OPENAI_BASE_URL OPENAI_API_BASE',
  chat: false,
  serves: ['completion', 'transcription', 'speech', 'moderation'],
  keeps: ['files', 'batches'],
  takesUser: true,
})

/** Models that only complete texts; whoever chats with them is understood. */
export const textCompletionOpenAi: Provider = {
  ...completions,
  endpoints: { ...completions.endpoints, chat: [{ shape: 'native', path: '/completions', speaks: overCompletions }] },
}
