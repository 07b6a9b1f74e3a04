import { isObject, objectOf, type JsonObject } from '@switchyard/wire'

/** A reply or stream chunk in OpenAI's chat shape with every message or delta changed. */
export function mapAnswers(reply: JsonObject, change: (answer: JsonObject, choice: JsonObject) => JsonObject): JsonObject {
  if (!Array.isArray(reply['choices'])) return reply
  const choices = reply['choices'].map((choice: unknown) => {
    if (!isObject(choice)) return choice
    const key = isObject(choice['delta']) ? 'delta' : 'message'
    const answer = objectOf(choice[key])
    return answer === undefined ? choice : { ...choice, [key]: change(answer, choice) }
  })
  return { ...reply, choices }
}
