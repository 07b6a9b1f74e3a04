import { countableOf, countTokens, loadTokenizer, type Encoding } from '@switchyard/core'
import { openaiChatClient } from '@switchyard/wire'

export interface TokenCount {
  readonly model: string
  readonly text?: string | readonly string[]
  readonly messages?: readonly object[]
  readonly tools?: readonly object[]
}

/** Tokens of a text or of a chat request, counted locally with OpenAI's vocabularies: near for other makers' models. */
export async function tokenCounter({ model, text, messages, tools }: TokenCount): Promise<number> {
  const tokenizer = await loadTokenizer(encodingOf(model))
  if (messages === undefined) return countTokens(tokenizer, { texts: [text ?? []].flat(), messages: 0 })
  const request = openaiChatClient.readRequest({ model, messages, ...(tools === undefined ? {} : { tools }) })
  const countable = countableOf(request)
  return countTokens(tokenizer, countable) + countable.mediaTokens
}

/** OpenAI's models before GPT-4o have the older vocabulary. */
const encodingOf = (model: string): Encoding =>
  /(^|\/)(gpt-4(?!o|\.|-o)|gpt-3\.5|gpt-35|text-embedding)/.test(model) ? 'cl100k_base' : 'o200k_base'
