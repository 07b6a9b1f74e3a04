/** The models of `openStage`, one for each provider dialect. */
export const models = ['chat', 'responses', 'claude', 'gemini'] as const

/** A streaming call in one client dialect, and how its stream looks when it ends well or badly. */
export interface ClientShape {
  readonly name: string
  /** The model whose provider speaks the same dialect. */
  readonly relays: (typeof models)[number]
  readonly path: (model: string) => string
  readonly body: (model: string, text: string) => string
  /** The reply says that it is complete. */
  readonly success: RegExp
  /** The reply ends with an error event and whatever its dialect ends with. */
  readonly failed: RegExp
}

export const openaiChat: ClientShape = {
  name: 'openai-chat',
  relays: 'chat',
  path: () => '/v1/chat/completions',
  body: (model, text) => JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: text }] }),
  success: /"finish_reason":"(stop|length|tool_calls)"/,
  failed: /data: \{"error":\{[^\n]*\n\ndata: \[DONE\]\n\n$/,
}

export const shapes: readonly ClientShape[] = [
  openaiChat,
  {
    name: 'openai-responses',
    relays: 'responses',
    path: () => '/v1/responses',
    body: (model, text) => JSON.stringify({ model, stream: true, store: false, input: text }),
    success: /"type":"response\.completed"/,
    failed: /event: (response\.failed|error)\ndata: \{[^\n]*\n\n$/,
  },
  {
    name: 'anthropic-messages',
    relays: 'claude',
    path: () => '/v1/messages',
    body: (model, text) => JSON.stringify({ model, stream: true, max_tokens: 500, messages: [{ role: 'user', content: text }] }),
    success: /"type":"message_stop"/,
    failed: /event: error\ndata: \{"type":"error"[^\n]*\n\n$/,
  },
  {
    name: 'gemini',
    relays: 'gemini',
    path: (model) => `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    body: (_model, text) => JSON.stringify({ contents: [{ role: 'user', parts: [{ text }] }] }),
    success: /"finishReason":"STOP"/,
    failed: /data: \{"error":\{[^\n]*\n\n$/,
  },
]
