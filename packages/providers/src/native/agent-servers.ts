import type { Provider } from '@switchyard/core'
import { arrayOf, isString, objectOf, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'
import { textDialect } from '../text/dialect.ts'
import { plainService } from '../text/service.ts'
import { plainPrompt, type Prompt, type TextModel } from '../text/text-model.ts'

// Servers of agents, asked as if they were models (native-wire facts §18, 2026-11-22). Their answers come whole: what they stream is
// the work of the agent, step by step, of which the last message alone is the answer.

/** An agent asks its models in its own way. */
const settingsLacked = ['stop', 'topK', 'topP', 'temperature', 'maxTokens'] as const

/** `POST /runs/wait`: a run without a thread, and the state of the agent at its end. The model is the assistant. */
const langgraphRun: TextModel = {
  name: 'langgraph',
  write: ({ model, system, turns, unknown }) => ({
    ...unknown,
    assistant_id: model,
    input: {
      messages: [
        ...(system === '' ? [] : [{ role: 'system', content: system }]),
        ...turns.map(({ role, text }) => ({ role: role === 'user' ? 'human' : 'assistant', content: text })),
      ],
    },
  }),
  read: (reply) => {
    const message = objectsOf(reply['messages']).findLast(({ type, role }) => type === 'ai' || role === 'assistant')
    return message === undefined ? undefined : { text: contentText(message['content']) }
  },
  stops: new Map(),
  lacks: settingsLacked,
}

const contentText = (content: unknown): string =>
  isString(content)
    ? content
    : objectsOf(arrayOf(content))
        .map((part) => stringOf(part['text']) ?? '')
        .join('')

/** `POST /api/v1/run/{flow}`. A flow takes one text; with a session it remembers what was said before. */
const langflowRun: TextModel = {
  name: 'langflow',
  write: (prompt) => ({
    ...prompt.unknown,
    input_value: 'session_id' in prompt.unknown ? lastOf(prompt.turns) : plainPrompt(prompt, '\n\n'),
    input_type: 'chat',
    output_type: 'chat',
  }),
  read: (reply) => {
    const [run] = objectsOf(reply['outputs'])
    const [output] = objectsOf(run?.['outputs'])
    const message = objectOf(objectOf(output?.['results'])?.['message'])
    const text = stringOf(message?.['text'])
    return text === undefined ? undefined : { text }
  },
  stops: new Map(),
  lacks: settingsLacked,
}

const lastOf = (turns: Prompt['turns']): string => turns.findLast(({ role }) => role === 'user')?.text ?? ''

/** LangGraph tells of a run that failed in the state. */
const failureOf = (name: string, reply: JsonObject): ReturnType<NonNullable<typeof plainService.failureOf>> =>
  objectOf(reply['__error__']) === undefined
    ? plainService.failureOf?.(name, reply)
    : plainService.readError(500, reply['__error__'])

const common = { auth: { kind: 'header', name: 'x-api-key' }, keyless: true } as const satisfies Partial<Provider>

export const langgraph: Provider = {
  ...common,
  id: 'langgraph',
  name: 'LangGraph',
  keyEnv: ['LANGGRAPH_API_KEY'],
  baseUrl: 'http://localhost:2024',
  baseEnv: ['LANGGRAPH_API_BASE'],
  endpoints: {
    chat: [{ shape: 'native', path: '/runs/wait', speaks: textDialect(langgraphRun, { ...plainService, failureOf }) }],
  },
}

export const langflow: Provider = {
  ...common,
  id: 'langflow',
  name: 'Langflow',
  keyEnv: ['LANGFLOW_API_KEY'],
  baseEnv: ['LANGFLOW_API_BASE'],
  endpoints: { chat: [{ shape: 'native', path: '/api/v1/run', speaks: textDialect(langflowRun, plainService) }] },
  url: ({ baseUrl, model }, endpoint) => `${baseUrl}${endpoint.path}/${encodeURIComponent(model)}`,
}
