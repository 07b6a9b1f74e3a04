// Type-checked against the packed tarball alone, strictly, as a user's compiler would.
import {
  anthropicMessages,
  completion,
  RateLimitError,
  responses,
  Router,
  type CallRecord,
  type ChatCompletion,
} from 'switchyard'

const messages = [{ role: 'user' as const, content: 'Say hi.' }]

export async function sample(wish: boolean): Promise<string> {
  const whole: ChatCompletion = await completion({ model: 'openai/gpt-4o', messages, temperature: 0 })
  const stream = await completion({ model: 'openai/gpt-4o', messages, stream: true })
  let text = whole.choices[0]?.message.content ?? ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  const joined: ChatCompletion = await stream.finalReply()
  const either = await completion({ model: 'openai/gpt-4o', messages, stream: wish })
  if ('choices' in either) text += either.choices.length
  for await (const event of await anthropicMessages({
    model: 'anthropic/claude-sonnet-4-5',
    max_tokens: 10,
    messages,
    stream: true,
  }))
    text += event.type
  const { output } = await responses({ model: 'openai/gpt-4o', input: 'hi' })
  return text + joined.id + String(output.length)
}

export const router = new Router({
  modelList: [{ model_name: 'fast', litellm_params: { model: 'groq/llama-3.3-70b-versatile', rpm: 10 } }],
  fallbacks: [{ fast: ['slow'] }],
  callbacks: [{ onSuccess: (record: CallRecord) => record.costNano }],
})

export const waitMs = (error: unknown): number | undefined => (error instanceof RateLimitError ? error.retryAfterMs : undefined)

// @ts-expect-error -- a model is required
void completion({ messages })
