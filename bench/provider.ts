// The provider for load, in a process of its own. Prints its port. Streams are 60 chunks.
import { serveAnswers } from './serve-answers.ts'

const usage = { prompt_tokens: 20, completion_tokens: 60, total_tokens: 80 }
const words = Array.from({ length: 60 }, (_, index) => `word${index} `)
const frame = { id: 'chatcmpl-bench', created: 1_790_000_000, model: 'bench' }

const plain = JSON.stringify({
  ...frame,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: words.join('') }, finish_reason: 'stop' }],
  usage,
})

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ ...frame, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

const chat = [
  ...words.map((content) => chunk({ content })),
  `${chunk({}, 'stop')}data: ${JSON.stringify({ ...frame, object: 'chat.completion.chunk', choices: [], usage })}\n\ndata: [DONE]\n\n`,
]

const event = (type: string, fields: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
const message = {
  id: 'msg_bench',
  type: 'message',
  role: 'assistant',
  model: 'bench',
  content: [],
  stop_reason: null,
  stop_sequence: null,
}
const messages = [
  event('message_start', { message: { ...message, usage: { input_tokens: 20, output_tokens: 1 } } }) +
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ...words.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
  event('content_block_stop', { index: 0 }) +
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 60 } }) +
    event('message_stop', {}),
]

serveAnswers({ plain, chat, messages })
