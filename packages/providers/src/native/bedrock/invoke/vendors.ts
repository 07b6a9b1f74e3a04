import { compact, numberOf, objectOf, objectsOf, stringOf, type JsonObject, type StopReason } from '@switchyard/wire'
import { plainPrompt, type Prompt, type Said, type TextModel } from '../../../text/text-model.ts'
import { chatMl, deepseekR1, llama3, mistral, titan } from '../../../text/templates.ts'

// Bodies of InvokeModel by vendor (native-wire facts §3.6; Bedrock user guide, "Inference request parameters", 2026-11-22).

const llamaStops: ReadonlyMap<string, StopReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
])

function readLlama(reply: JsonObject): Said | undefined {
  const text = stringOf(reply['generation'])
  return text === undefined
    ? undefined
    : said(text, reply['stop_reason'], reply['prompt_token_count'], reply['generation_token_count'])
}

function said(text: string, stop: unknown, input?: unknown, output?: unknown): Said {
  const [rawStop, inputTokens, outputTokens] = [stringOf(stop), numberOf(input), numberOf(output)]
  return {
    text,
    ...(rawStop === undefined || rawStop === '' ? {} : { rawStop }),
    ...(inputTokens === undefined ? {} : { input: inputTokens }),
    ...(outputTokens === undefined ? {} : { output: outputTokens }),
  }
}

const llamaBody = (prompt: string, { sampling: { maxTokens, temperature, topP } }: Prompt): JsonObject =>
  compact({ prompt, max_gen_len: maxTokens, temperature, top_p: topP })

const llama: TextModel = {
  name: 'llama',
  write: (prompt) => llamaBody(llama3(prompt), prompt),
  read: readLlama,
  stops: llamaStops,
  lacks: ['stop', 'topK'],
}

const deepseek: TextModel = {
  name: 'deepseek_r1',
  write: (prompt) => llamaBody(deepseekR1(prompt), prompt),
  read: readLlama,
  stops: llamaStops,
  lacks: ['stop', 'topK'],
  thinksFirst: true,
}

const qwen: TextModel = {
  name: 'qwen',
  write: (prompt) => ({
    ...llamaBody(chatMl(prompt), prompt),
    ...compact({ top_k: prompt.sampling.topK, stop: prompt.sampling.stop }),
  }),
  read: readLlama,
  stops: llamaStops,
}

const mistralText: TextModel = {
  name: 'mistral',
  write: ({ sampling, ...prompt }) =>
    compact({
      prompt: mistral({ ...prompt, sampling }),
      max_tokens: sampling.maxTokens,
      temperature: sampling.temperature,
      top_p: sampling.topP,
      top_k: sampling.topK,
      stop: sampling.stop,
    }),
  read: (reply) => {
    const output = objectsOf(reply['outputs'])[0]
    return output === undefined ? undefined : said(stringOf(output['text']) ?? '', output['stop_reason'])
  },
  stops: llamaStops,
}

const titanText: TextModel = {
  name: 'titan',
  write: ({ sampling, ...prompt }) => ({
    inputText: titan({ ...prompt, sampling }),
    textGenerationConfig: compact({
      maxTokenCount: sampling.maxTokens,
      temperature: sampling.temperature,
      topP: sampling.topP,
      stopSequences: sampling.stop,
    }),
  }),
  read: (reply) => {
    const result = objectsOf(reply['results'])[0] ?? reply
    const text = stringOf(result['outputText'])
    if (text === undefined) return undefined
    return said(
      text,
      result['completionReason'],
      reply['inputTextTokenCount'],
      result['tokenCount'] ?? reply['totalOutputTextTokenCount'],
    )
  },
  stops: new Map([
    ['FINISH', 'stop'],
    ['FINISHED', 'stop'],
    ['STOP_CRITERIA_MET', 'stop'],
    ['LENGTH', 'length'],
    ['RAG_QUERY_WHEN_RAG_DISABLED', 'stop'],
    ['CONTENT_FILTERED', 'filter'],
  ]),
  lacks: ['topK'],
}

const cohereStops: ReadonlyMap<string, StopReason> = new Map([
  ['COMPLETE', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['ERROR_TOXIC', 'filter'],
])

const cohereSampling = ({ sampling: { maxTokens, temperature, topP, topK, stop } }: Prompt): JsonObject =>
  compact({ max_tokens: maxTokens, temperature, p: topP, k: topK, stop_sequences: stop })

const cohereText: TextModel = {
  name: 'cohere',
  write: (prompt) => ({
    prompt: plainPrompt(prompt, '\n\n'),
    ...cohereSampling(prompt),
    ...(prompt.stream ? { stream: true } : {}),
  }),
  read: (reply) => {
    const one = objectsOf(reply['generations'])[0] ?? reply
    const text = stringOf(one['text'])
    return text === undefined && one['is_finished'] !== true ? undefined : said(text ?? '', one['finish_reason'])
  },
  stops: cohereStops,
}

/** Command R: the last message apart, what was said before in a history. */
const cohereChat: TextModel = {
  name: 'cohere-r',
  write: (prompt) => ({
    message: prompt.turns.at(-1)?.text ?? '',
    chat_history: prompt.turns
      .slice(0, -1)
      .map(({ role, text }) => ({ role: role === 'user' ? 'USER' : 'CHATBOT', message: text })),
    ...(prompt.system === '' ? {} : { preamble: prompt.system }),
    ...cohereSampling(prompt),
  }),
  read: readCohereChat,
  stops: cohereStops,
}

/** The last event of a stream repeats the whole text. */
function readCohereChat(reply: JsonObject): Said | undefined {
  const type = reply['event_type']
  if (type === 'stream-end') {
    const whole = objectOf(reply['response'])
    return said('', reply['finish_reason'] ?? whole?.['finish_reason'])
  }
  const text = stringOf(reply['text'])
  return text === undefined && reply['is_finished'] !== true ? undefined : said(text ?? '', reply['finish_reason'])
}

const jurassic: TextModel = {
  name: 'ai21',
  write: ({ sampling, ...prompt }) =>
    compact({
      prompt: plainPrompt({ ...prompt, sampling }, '\n\n'),
      maxTokens: sampling.maxTokens,
      temperature: sampling.temperature,
      topP: sampling.topP,
      stopSequences: sampling.stop,
    }),
  read: (reply) => {
    const one = objectsOf(reply['completions'])[0]
    const text = stringOf(objectOf(one?.['data'])?.['text'])
    return text === undefined ? undefined : said(text, objectOf(one?.['finishReason'])?.['reason'])
  },
  stops: new Map([
    ['endoftext', 'stop'],
    ['stop', 'stop'],
    ['length', 'length'],
  ]),
  lacks: ['topK'],
}

export const textModels = {
  llama,
  deepseek,
  qwen,
  mistral: mistralText,
  titan: titanText,
  cohere: cohereText,
  cohereChat,
  jurassic,
}
