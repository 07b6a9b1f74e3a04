import {
  fail,
  isObject,
  numberOf,
  objectOf,
  objectsOf,
  openaiChatProtocol,
  parseJson,
  stringOf,
  type GatewayError,
  type JsonObject,
  type ProviderDialect,
} from '@switchyard/wire'
import { textDialect, type TextService } from '../../text/dialect.ts'
import { plainPrompt, type Prompt, type Said, type TextModel } from '../../text/text-model.ts'

// Agent2Agent 0.3 over JSON-RPC (a2a-protocol.org, specification 0.3.0; native-wire facts §18, 2026-11-22): `message/send` answers
// a message or a finished task, `message/stream` sends what becomes of the task.

const agent: TextModel = {
  name: 'a2a',
  write: (prompt) => ({
    jsonrpc: '2.0',
    id: crypto.randomUUID(),
    method: prompt.stream ? 'message/stream' : 'message/send',
    params: {
      message: { kind: 'message', role: 'user', messageId: crypto.randomUUID(), ...said(prompt) },
      configuration: { acceptedOutputModes: ['text/plain'], blocking: true },
    },
  }),
  read: ({ result }) => (isObject(result) ? readResult(result) : undefined),
  stops: new Map(),
  lacks: ['stop', 'topK', 'topP', 'temperature', 'maxTokens'],
}

/** An agent remembers what was said in a context; without one it is told all. */
function said(prompt: Prompt): JsonObject {
  const { context_id: context, task_id: task } = prompt.unknown
  const last = prompt.turns.findLast(({ role }) => role === 'user')?.text ?? ''
  const text = context === undefined ? plainPrompt(prompt, '\n\n') : last
  return {
    parts: [{ kind: 'text', text }],
    ...(context === undefined ? {} : { contextId: context }),
    ...(task === undefined ? {} : { taskId: task }),
  }
}

const textOf = (owner: JsonObject | undefined): string =>
  objectsOf(owner?.['parts'])
    .map((part) => stringOf(part['text']) ?? '')
    .join('')

const statusOf = (result: JsonObject): JsonObject => objectOf(result['status']) ?? {}
const messageOf = (result: JsonObject): JsonObject | undefined => objectOf(statusOf(result)['message'])

/** States in which an agent has said what it had to say. */
const ends: ReadonlySet<unknown> = new Set(['completed', 'input-required'])
const failures: ReadonlySet<unknown> = new Set(['failed', 'rejected', 'canceled', 'unknown', 'auth-required'])

function readResult(result: JsonObject): Said {
  const state = stringOf(statusOf(result)['state'])
  switch (result['kind']) {
    case 'artifact-update':
      return { text: textOf(objectOf(result['artifact'])) }
    case 'status-update':
      return result['final'] === true && state !== undefined ? { text: textOf(messageOf(result)), rawStop: state } : { text: '' }
    case 'task': {
      const texts = objectsOf(result['artifacts']).map(textOf)
      const text = texts.length === 0 && ends.has(state) ? textOf(messageOf(result)) : texts.join('\n\n')
      return state !== undefined && ends.has(state) ? { text, rawStop: state } : { text }
    }
    default:
      return { text: textOf(result), rawStop: 'message' }
  }
}

/** JSON-RPC's codes of requests that the agent cannot take, and those of A2A. */
const kinds: ReadonlyMap<number | undefined, GatewayError['kind']> = new Map([
  [-32700, 'bad_request'],
  [-32600, 'bad_request'],
  [-32602, 'bad_request'],
  [-32601, 'not_found'],
  [-32001, 'not_found'],
  [-32004, 'bad_request'],
  [-32005, 'bad_request'],
])

const service: TextService = {
  readError: (status, body) => openaiChatProtocol.readError(status, body),
  failureOf: (_name, { error, result }) => {
    const refused = objectOf(error)
    if (refused !== undefined) {
      const kind = kinds.get(numberOf(refused['code'])) ?? 'internal'
      return fail(kind, stringOf(refused['message']) ?? 'The agent refused the message.', { upstreamBody: error })
    }
    const task = objectOf(result) ?? {}
    const state = stringOf(statusOf(task)['state'])
    if (!failures.has(state)) return undefined
    const why = textOf(messageOf(task)) || `The agent's task ended as "${state}".`
    return fail(state === 'auth-required' ? 'auth' : 'internal', why, { upstreamBody: result })
  },
}

const protocol = textDialect(agent, service)

export const agentProtocol: ProviderDialect = {
  ...protocol,
  readReply: (body, undo) => {
    const result = objectOf(body['result']) ?? {}
    const state = stringOf(statusOf(result)['state'])
    if (state === 'submitted' || state === 'working') {
      throw fail(
        'bad_gateway',
        'The agent goes on working after its reply: only agents that answer when they are done can be asked.',
      )
    }
    return protocol.readReply(body, undo)
  },
  reader: (sink, undo) => {
    const reader = protocol.reader(sink, undo)
    let hasSpoken = false
    return {
      event: (name, data) => {
        const event = parseJson(data)
        const result = isObject(event) ? objectOf(event['result']) : undefined
        // The last status may say again what the artifacts said.
        if (result !== undefined && hasSpoken && ends.has(statusOf(result)['state'])) {
          reader.event(name, JSON.stringify({ result: { ...result, status: { state: statusOf(result)['state'] } } }))
          return
        }
        hasSpoken ||= result?.['kind'] === 'artifact-update'
        reader.event(name, data)
      },
      end: () => reader.end(),
    }
  },
}
