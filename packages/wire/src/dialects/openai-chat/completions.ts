import type { Echo } from '../../dialect.ts'
import { fail, type GatewayError } from '../../errors.ts'
import type { Block, ChatReply, ChatRequest, EventSink, StreamEvent, TextSink } from '../../hub.ts'
import { isString, numberOf, objectsOf, stringOf, type JsonObject } from '../../json.ts'
import type { Usage } from '../../usage.ts'
import { anything, boolean, integer, problemError, shape } from './check.ts'
import { writeError } from './errors.ts'
import { extraOf, isBoolean, isNumber, ownFields, take, wireFields } from './notes.ts'
import { readRequest } from './read-request.ts'
import { writtenUsage } from './reply.ts'
import { commonSettings } from './request-shape.ts'
import { writeStop } from './stop.ts'
import { writeUsage } from './usage.ts'

/** `/v1/completions`, the old text shape, for models that only chat: the prompt becomes the user's message. */
const completionShape = shape({ ...commonSettings, prompt: anything, logprobs: integer, echo: boolean, best_of: integer }, [
  'prompt',
])

export function readCompletionRequest(body: JsonObject): ChatRequest {
  const problem = completionShape(body)
  if (problem !== undefined) throw problemError(problem)
  const { prompt, suffix, ...rest } = body
  const text = promptOf(prompt)
  if (isString(suffix) && suffix !== '') throw unsupported('suffix')
  const best = take(rest, 'best_of', isNumber)
  if (best !== undefined && best > (numberOf(rest.n) ?? 1)) throw unsupported('best_of')
  const echoed = take(rest, 'echo', isBoolean) === true
  const logprobs = take(rest, 'logprobs', isNumber)
  const likely = logprobs === undefined ? {} : { logprobs: true, ...(logprobs > 0 ? { top_logprobs: logprobs } : {}) }
  const request = readRequest({ ...rest, ...likely, messages: [{ role: 'user', content: text }] })
  return echoed ? { ...request, extra: extraOf({}, { ...request.extra?.fields, $echo: text }) } : request
}

function promptOf(prompt: unknown): string {
  const only = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt
  if (isString(only)) return only
  const what = Array.isArray(only)
    ? 'one text: this model only chats, so it takes neither tokens nor several prompts in one request'
    : 'a string'
  throw fail('bad_request', `'prompt' must be ${what}.`, { param: 'prompt' })
}

const unsupported = (param: string): GatewayError =>
  fail('unsupported_params', `'${param}' cannot be served: this model only chats. Leave it out.`, { param })

export function writeCompletionReply(reply: ChatReply, echo: Echo): JsonObject {
  const prompt = echoedPrompt(echo)
  const own = ownFields(reply.extra)
  return {
    id: idOf(reply.id, echo),
    object: 'text_completion',
    created: reply.created || echo.now,
    model: echo.model,
    choices: reply.choices.map((choice) => ({
      text: prompt + choice.blocks.map(saidBy).join(''),
      index: choice.index,
      logprobs: choice.logprobs === undefined ? null : writeLogprobs(choice.logprobs, prompt.length),
      finish_reason: writeStop(choice.stop, undefined, false),
    })),
    ...writtenUsage(reply.usage, own, wireFields(own)),
  }
}

const idOf = (id: string, echo: Echo): string => id || `cmpl-${echo.callId}`
const echoedPrompt = (echo: Echo): string => stringOf(ownFields(echo.request.extra)?.$echo) ?? ''
const saidBy = (block: Block): string => (block.type === 'text' ? block.text : '')

/** Chat's list of tokens as the four parallel lists of the old shape. */
function writeLogprobs(logprobs: JsonObject, offset: number): JsonObject {
  const tokens = objectsOf(logprobs.content)
  let at = offset
  const offsets = tokens.map((token) => {
    const here = at
    at += stringOf(token.token)?.length ?? 0
    return here
  })
  return {
    tokens: tokens.map((token) => token.token),
    token_logprobs: tokens.map((token) => token.logprob),
    top_logprobs: tokens.map((token) => Object.fromEntries(objectsOf(token.top_logprobs).map((top) => [top.token, top.logprob]))),
    text_offset: offsets,
  }
}

export const completionWriter = (out: TextSink, echo: Echo): EventSink => new CompletionStreamWriter(out, echo)

/** Prints `text_completion` chunks. Reasoning and calls have no place in this shape. */
class CompletionStreamWriter implements EventSink {
  readonly #out: TextSink
  readonly #echo: Echo
  readonly #texts = new Set<number>()
  readonly #choices = new Map<number, number>()
  readonly #prompt: string
  #head = ''
  #usage: Usage | undefined

  constructor(out: TextSink, echo: Echo) {
    this.#out = out
    this.#echo = echo
    this.#prompt = echoedPrompt(echo)
  }

  event(event: StreamEvent): void {
    switch (event.type) {
      case 'start':
        return this.#start(event)
      case 'block-start':
        if (event.seed.type !== 'text') return
        this.#texts.add(event.block)
        return this.#text(event.choice, event.seed.text)
      case 'block-delta':
        return this.#texts.has(event.block) ? this.#text(event.choice, event.text) : undefined
      case 'logprobs':
        return this.#print('', event.choice, JSON.stringify(writeLogprobs(event.logprobs, this.#length(event.choice))), 'null')
      case 'stop':
        return this.#print('', event.choice, 'null', JSON.stringify(writeStop(event.stop, undefined, false)))
      case 'usage':
        this.#usage = event.usage
        return
      case 'ping':
        return this.#out(': ping\n\n')
      case 'block-data':
      case 'block-end':
    }
  }

  fail(error: GatewayError): void {
    this.#out(`data: ${JSON.stringify(writeError(error))}\n\ndata: [DONE]\n\n`)
  }

  end(): void {
    if (this.#echo.request.includeUsage === true && this.#usage !== undefined) {
      this.#out(`${this.#head}],"usage":${JSON.stringify(writeUsage(this.#usage))}}\n\n`)
    }
    this.#out('data: [DONE]\n\n')
  }

  #start(event: StreamEvent & { readonly type: 'start' }): void {
    const id = JSON.stringify(idOf(event.id, this.#echo))
    const model = JSON.stringify(this.#echo.model)
    this.#head = `data: {"id":${id},"object":"text_completion","created":${event.created || this.#echo.now},"model":${model},"choices":[`
    this.#usage = event.usage
  }

  #length(choice: number): number {
    return this.#choices.get(choice) ?? this.#prompt.length
  }

  #text(choice: number, text: string): void {
    if (text === '') return
    const said = this.#choices.has(choice) ? text : this.#prompt + text
    this.#choices.set(choice, (this.#choices.get(choice) ?? 0) + said.length)
    this.#print(said, choice, 'null', 'null')
  }

  #print(text: string, choice: number, logprobs: string, reason: string): void {
    this.#out(
      `${this.#head}{"text":${JSON.stringify(text)},"index":${choice},"logprobs":${logprobs},"finish_reason":${reason}}]}\n\n`,
    )
  }
}
