import {
  fail,
  isString,
  makeUsage,
  numberOf,
  objectOf,
  objectsOf,
  stringOf,
  type Block,
  type ChatReply,
  type JsonObject,
  type StopReason,
  type Usage,
} from '@switchyard/wire'
import { Thoughts } from '../../thoughts.ts'
import { readError } from './errors.ts'

type Call = Extract<Block, { type: 'call' }>

/** What a reply says, whole or in one line of a stream. */
export interface Said {
  readonly thinking: string
  readonly content: string
  readonly calls: readonly Call[]
  readonly logprobs: JsonObject | undefined
}

/** `/api/chat` answers a message, `/api/generate` its text alone. */
export function saidIn(body: JsonObject): Said {
  const message = objectOf(body['message'])
  return {
    thinking: stringOf((message ?? body)['thinking']) ?? '',
    content: stringOf(message === undefined ? body['response'] : message['content']) ?? '',
    calls: objectsOf(message?.['tool_calls']).map(readCall),
    logprobs: readLogprobs(body),
  }
}

function readCall(call: JsonObject): Call {
  const { name, arguments: input } = objectOf(call['function']) ?? {}
  return {
    type: 'call',
    id: stringOf(call['id']) ?? `call_${crypto.randomUUID()}`,
    name: stringOf(name) ?? '',
    input: isString(input) ? input : JSON.stringify(input ?? {}),
  }
}

/** A list of tokens beside the text; OpenAI has it in an object. */
function readLogprobs({ logprobs }: JsonObject): JsonObject | undefined {
  return Array.isArray(logprobs) && logprobs.length > 0
    ? { content: objectsOf(logprobs).map((token) => ({ bytes: null, top_logprobs: [], ...token })) }
    : undefined
}

/** An answer that is empty is one all the same. */
const noText: Block = { type: 'text', text: '' }

/** The reply of both routes. */
export function readReply(body: JsonObject): ChatReply {
  if (isString(body['error'])) throw readError(0, body)
  if (objectOf(body['message']) === undefined && !isString(body['response']))
    throw fail('bad_reply', 'Ollama answered without a message.')
  const { thinking, content, calls, logprobs } = saidIn(body)
  const thoughts: readonly Block[] = thinking === '' ? [] : [{ type: 'reasoning', text: thinking }]
  const blocks = [...thoughts, ...(calls.length === 0 && content === '' ? [noText] : textBlocks(content)), ...calls]
  const usage = usageOf(body)
  const ended = endOf(body, calls.length > 0)
  return {
    id: '',
    model: '',
    created: createdAt(body),
    choices: [{ index: 0, blocks, ...ended, ...(logprobs === undefined ? {} : { logprobs }) }],
    ...(usage === undefined ? {} : { usage }),
  }
}

/** Models whose thoughts the server does not know of write them between tags. */
function textBlocks(content: string): readonly Block[] {
  const thoughts = new Thoughts(false)
  return [...thoughts.push(content), ...thoughts.end()]
}

/** `stop`, `length`, `load`; older servers say nothing. */
export function endOf(body: JsonObject, hasCalls: boolean): { readonly stop: StopReason; readonly rawStop?: string } {
  const rawStop = stringOf(body['done_reason'])
  const stop = rawStop === 'length' ? 'length' : hasCalls ? 'tool' : 'stop'
  return { stop, ...(rawStop === undefined ? {} : { rawStop }) }
}

/** A prompt that the server still holds is not counted by some versions: then its count is left out. */
export function usageOf({ prompt_eval_count: input, eval_count: output }: JsonObject): Usage | undefined {
  const [asked, written] = [numberOf(input), numberOf(output)]
  return asked === undefined && written === undefined ? undefined : makeUsage({ input: asked ?? 0, output: written ?? 0 })
}

export function createdAt({ created_at: at }: JsonObject): number {
  const time = Date.parse(stringOf(at) ?? '')
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000)
}
