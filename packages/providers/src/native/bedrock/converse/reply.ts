import {
  fail,
  objectOf,
  objectsOf,
  stringOf,
  type Block,
  type ChatReply,
  type Citation,
  type JsonObject,
  type Undo,
} from '@switchyard/wire'
import { stopOf } from './stop.ts'
import { usageOf } from './usage.ts'

export function readReply(body: JsonObject, undo: Undo = {}): ChatReply {
  const message = objectOf(objectOf(body['output'])?.['message'])
  if (message === undefined) throw fail('bad_reply', 'the provider sent no message; try again')
  const blocks = objectsOf(message['content']).flatMap((content) => readBlock(content, undo))
  const rawStop = stringOf(body['stopReason'])
  const usage = objectOf(body['usage'])
  const called = blocks.some(({ type }) => type === 'call')
  const spoke = blocks.some(({ type }) => type === 'text')
  const { trace } = body
  return {
    id: '',
    model: '',
    created: 0,
    choices: [
      {
        index: 0,
        // Clients of chats find an empty text beside calls alone (recorded with LiteLLM 1.106, 2026-11-22).
        blocks: called && !spoke ? [{ type: 'text', text: '' }, ...blocks] : blocks,
        stop: stopOf(rawStop, called, undo.jsonTool !== undefined),
        ...(rawStop === undefined ? {} : { rawStop }),
      },
    ],
    ...(usage === undefined
      ? {}
      : { usage: usageOf(usage, objectOf(body['additionalModelResponseFields']), body['serviceTier']) }),
    // What a guardrail found is for chat clients, who know its name from LiteLLM.
    ...(trace === undefined ? {} : { extra: { dialect: 'openai-chat', fields: { trace } } }),
  }
}

function readBlock(content: JsonObject, undo: Undo): Block[] {
  const text = stringOf(content['text'])
  if (text !== undefined) return [{ type: 'text', text }]
  const call = objectOf(content['toolUse'])
  if (call !== undefined) return isService(call) ? [] : [readCall(call, undo)]
  const reasoning = objectOf(content['reasoningContent'])
  if (reasoning !== undefined) return readReasoning(reasoning)
  const cited = objectOf(content['citationsContent'])
  if (cited !== undefined) return [readCited(cited)]
  const image = objectOf(content['image'])
  return image === undefined ? [] : readImage(image)
}

/** A tool that the service ran itself (API reference, "ToolUseBlock"): the client has nothing to do. */
export const isService = ({ type }: JsonObject): boolean => type === 'server_tool_use'

export function callName(name: string, undo: Undo): string {
  return undo.toolNames?.get(name) ?? name
}

function readCall(call: JsonObject, undo: Undo): Block {
  const input = JSON.stringify(call['input'] ?? {})
  const name = stringOf(call['name']) ?? ''
  if (name === undo.jsonTool) return { type: 'text', text: input }
  return { type: 'call', id: stringOf(call['toolUseId']) ?? '', name: callName(name, undo), input }
}

function readReasoning(reasoning: JsonObject): Block[] {
  const sealed = stringOf(reasoning['redactedContent'])
  if (sealed !== undefined) return [{ type: 'reasoning', text: '', sealed }]
  const shown = objectOf(reasoning['reasoningText'])
  const text = stringOf(shown?.['text'])
  if (text === undefined) return []
  const signature = stringOf(shown?.['signature'])
  return [{ type: 'reasoning', text, ...(signature === undefined ? {} : { signature }) }]
}

function readCited(cited: JsonObject): Block {
  const text = objectsOf(cited['content'])
    .map((part) => stringOf(part['text']) ?? '')
    .join('')
  return { type: 'text', text, citations: objectsOf(cited['citations']).map(readCitation) }
}

export function readCitation(citation: JsonObject): Citation {
  const title = stringOf(citation['title'])
  const url = stringOf(objectOf(objectOf(citation['location'])?.['web'])?.['url'])
  const parts = objectsOf(citation['sourceContent']).map((part) => stringOf(part['text']) ?? '')
  return {
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(parts.length === 0 ? {} : { citedText: parts.join('') }),
  }
}

function readImage(image: JsonObject): Block[] {
  const base64 = stringOf(objectOf(image['source'])?.['bytes'])
  if (base64 === undefined) return []
  const source = { kind: 'data', base64 } as const
  return [{ type: 'media', media: 'image', source, mimeType: `image/${stringOf(image['format']) ?? 'png'}` }]
}
