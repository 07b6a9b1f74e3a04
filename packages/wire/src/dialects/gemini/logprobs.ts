import { numberOf, objectsOf, stringOf, type JsonObject } from '../../json.ts'

/** `logprobsResult` → OpenAI's logprobs object. Google tells no bytes. */
export function readLogprobs(result: JsonObject): JsonObject {
  const tops = objectsOf(result.topCandidates)
  return {
    content: objectsOf(result.chosenCandidates).map((chosen, at) => ({
      ...readToken(chosen),
      top_logprobs: objectsOf(tops[at]?.candidates).map(readToken),
    })),
  }
}

const readToken = (entry: JsonObject): JsonObject => ({
  token: stringOf(entry.token) ?? '',
  logprob: numberOf(entry.logProbability) ?? 0,
  bytes: null,
})

export function writeLogprobs(logprobs: JsonObject): JsonObject {
  const tokens = objectsOf(logprobs.content)
  return {
    topCandidates: tokens.map((token) => ({ candidates: objectsOf(token.top_logprobs).map(writeToken) })),
    chosenCandidates: tokens.map(writeToken),
  }
}

const writeToken = (entry: JsonObject): JsonObject => ({
  token: stringOf(entry.token) ?? '',
  logProbability: numberOf(entry.logprob) ?? 0,
})

/** The mean that Gemini prints beside the tokens; undefined for none. */
export function meanLogprob(logprobs: JsonObject): number | undefined {
  const tokens = objectsOf(logprobs.content)
  const sum = tokens.reduce((total, token) => total + (numberOf(token.logprob) ?? 0), 0)
  return tokens.length === 0 ? undefined : sum / tokens.length
}
