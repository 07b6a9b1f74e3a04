import { arrayOf, objectOf, objectsOf, sseData, stringOf, type JsonObject } from '@switchyard/wire'
import { fakeSignature, piecesOf, textIn, type Asked, type FakeUsage, type Plan } from './plan.ts'
import { vectorOf } from './openai-chat.ts'

/** `models/NAME:METHOD` of a Google path. */
export function readGeminiPath(path: string): { readonly model: string; readonly method: string } | undefined {
  const [, model, method] = /\/models\/(.+):(\w+)$/.exec(path) ?? []
  return model === undefined || method === undefined ? undefined : { model: decodeURIComponent(model), method }
}

/** Google takes every field in both cases, so both are looked for. */
const field = (value: unknown, name: string): unknown => {
  const object = objectOf(value)
  return object?.[name] ?? object?.[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]
}

export function readContents(body: JsonObject, model: string, stream: boolean): Asked {
  const parts = objectsOf(objectsOf(body['contents']).at(-1)?.['parts'])
  const config = field(body, 'generationConfig')
  const schema = objectOf(field(config, 'responseJsonSchema')) ?? objectOf(field(config, 'responseSchema'))
  const calling = field(field(body, 'toolConfig'), 'functionCallingConfig')
  const allowed = arrayOf(field(calling, 'allowedFunctionNames'))
  const forced = field(calling, 'mode') === 'ANY' && allowed.length === 1 ? stringOf(allowed[0]) : undefined
  return {
    model,
    stream,
    text: textIn(parts.filter((part) => part['text'] !== undefined)),
    results: parts.flatMap((part) => {
      const response = objectOf(field(field(part, 'functionResponse'), 'response'))
      return response === undefined ? [] : [Object.values(response).map(printed).join(' ')]
    }),
    tools: objectsOf(body['tools']).flatMap((tool) =>
      objectsOf(field(tool, 'functionDeclarations')).map((declared) => ({
        name: String(declared['name']),
        schema: objectOf(field(declared, 'parametersJsonSchema')) ?? objectOf(declared['parameters']) ?? {},
      })),
    ),
    ...(forced === undefined ? {} : { forced }),
    ...(schema === undefined ? {} : { schema }),
    reasons: field(field(config, 'thinkingConfig'), 'includeThoughts') === true,
    images: parts.filter((part) => field(part, 'inlineData') !== undefined || field(part, 'fileData') !== undefined).length,
  }
}

const printed = (value: unknown): string => stringOf(value) ?? JSON.stringify(value)

/** Google counts thoughts beside the candidates, not in them. */
const usageOf = ({ input, output, reasoning, cacheRead }: FakeUsage): JsonObject => ({
  promptTokenCount: input,
  candidatesTokenCount: output - reasoning,
  ...(reasoning === 0 ? {} : { thoughtsTokenCount: reasoning }),
  ...(cacheRead === 0 ? {} : { cachedContentTokenCount: cacheRead }),
  totalTokenCount: input + output,
})

const replyOf = (plan: Plan, parts: readonly JsonObject[], last: boolean): JsonObject => ({
  candidates: [{ content: { role: 'model', parts }, ...(last ? { finishReason: 'STOP' } : {}), index: 0 }],
  ...(last && plan.usage !== undefined ? { usageMetadata: usageOf(plan.usage) } : {}),
  modelVersion: plan.model,
  responseId: `gemini-${plan.id}`,
})

const callParts = (plan: Plan): readonly JsonObject[] =>
  plan.calls.map(({ name, input }, index) => ({
    functionCall: { name, args: JSON.parse(input) },
    ...(index === 0 ? { thoughtSignature: fakeSignature } : {}),
  }))

export function wholeContents(plan: Plan): JsonObject {
  const parts: JsonObject[] = []
  if (plan.reasoning !== '') parts.push({ text: plan.reasoning, thought: true })
  if (plan.text !== '') parts.push({ text: plan.text })
  return replyOf(plan, [...parts, ...callParts(plan)], true)
}

export function streamContents(plan: Plan): readonly string[] {
  const parts: JsonObject[] = [
    ...piecesOf(plan.reasoning).map((text) => ({ text, thought: true })),
    ...piecesOf(plan.text).map((text) => ({ text })),
    ...callParts(plan),
  ]
  return parts.map((part, index) => sseData(JSON.stringify(replyOf(plan, [part], index === parts.length - 1))))
}

export function batchEmbeddings(body: JsonObject): JsonObject {
  const texts = objectsOf(body['requests']).map((request) => textIn(objectOf(request['content'])?.['parts']))
  return { embeddings: texts.map((text) => ({ values: vectorOf(text) })) }
}
