import {
  fail,
  formatLosses,
  lossesOf,
  readCompletionRequest,
  objectOf,
  openaiChatClient,
  splice,
  type ChatRequest,
  type ClientDialect,
  type GatewayError,
  type JsonObject,
  type Loss,
  type ModelTraits,
  type Patch,
  type ProviderDialect,
  type Sampling,
  type Undo,
  type Usage,
} from '@switchyard/wire'
import type { Ask } from './ask.ts'
import type { Endpoint, Quirk, Shape, Target } from './contracts.ts'
import type { Deployment } from './deployment.ts'
import { clientDialect, clientManners, isDialect, missingDialect, protocolOf } from './dialects.ts'
import { gatewayFields, isProviderMetadata } from './gateway-fields.ts'
import { requireFields, type Measured } from './operations/measured.ts'
import { encodeContent, urlSuffix, type Binary, type Payload } from './payload.ts'
import { applyQuirks, quirkPatches } from './quirks.ts'
import { refuseUnable } from './refuse-unable.ts'
import { RequestBody } from './request-body.ts'

/** `relay`: bytes pass; `translate`: another chat dialect; `codec`: a provider's own shape. */
export type Mode = 'relay' | 'translate' | 'codec'

export interface Prepared {
  readonly mode: Mode
  readonly endpoint: Endpoint
  readonly target: Target
  /** Who reads what the provider answers. */
  readonly protocol: Pick<ProviderDialect, 'readReply' | 'reader' | 'readError'>
  /** Who reads a reply that is passed on, and tells the client of failures. */
  readonly client: ClientDialect
  readonly bytes: Uint8Array
  /** Absent: JSON. */
  readonly contentType?: string
  /** What the codec puts behind the endpoint's URL. */
  readonly urlSuffix?: string
  /** What it says outside of body and URL. */
  readonly besides?: Pick<Payload, 'headers' | 'later'>
  /** The body as the provider gets it, when it had to be parsed for another reason. */
  readonly json: JsonObject | undefined
  readonly undo: Undo
  readonly losses: readonly Loss[]
  /** Codec mode: the provider's reply in the client's shape. */
  readonly decode?: (reply: unknown) => Decoded
  /** Of operations besides chat: what the reply is, and what it is billed by. */
  readonly measured?: Measured
  /** We asked for usage that the client did not ask for: its event is withheld. */
  readonly hidesUsage: boolean
}

/** A reply that a codec read. */
export interface Decoded {
  readonly reply: JsonObject | Binary
  /** What the provider says that it bills, where the client's shape has no place for it. */
  readonly usage: Partial<Usage> | undefined
}

/** Writes the request for one deployment. `maxTokens` clamps what the client left open to what is funded. */
export function prepare(asked: Ask, deployment: Deployment, maxTokens: number | undefined): Prepared {
  const ask = deployment.dropParams && !asked.dropParams ? { ...asked, dropParams: true } : asked
  const target = targetOf(deployment, ask.model)
  const endpoint =
    deployment.mockResponse === undefined ? chooseEndpoint(ask, deployment, target) : { shape: ask.shape, path: '' }
  const attempt = { ask, deployment, target, endpoint, maxTokens, client: clientManners(ask.dialects, ask.shape) }
  if (ask.measured !== undefined) return prepareMeasured(attempt, ask.measured)
  // Events that the client wants in another framing have to be taken apart.
  if (endpoint.shape === ask.shape && endpoint.speaks === undefined && ask.path.asArray !== true) return prepareSame(attempt)
  if (endpoint.shape === 'native' && endpoint.speaks === undefined) return prepareCodec(attempt)
  return prepareTranslation(attempt)
}

interface AttemptParts {
  readonly ask: Ask
  readonly deployment: Deployment
  readonly target: Target
  readonly endpoint: Endpoint
  readonly maxTokens: number | undefined
  readonly client: ClientDialect
}

const noTraits = { supports: new Set<string>(), lacks: new Set<string>() }

export function targetOf(deployment: Deployment, model: string): Target {
  const name = deployment.model === '*' ? model : deployment.model
  return {
    model: deployment.provider.modelName?.(name) ?? name,
    baseUrl: deployment.baseUrl,
    key: deployment.key,
    params: deployment.params,
    traits: deployment.facts ?? { id: name, ...noTraits },
  }
}

/** Where a call on this deployment goes. */
export const endpointOf = (ask: Ask, deployment: Deployment): Endpoint =>
  chooseEndpoint(ask, deployment, targetOf(deployment, ask.model))

function chooseEndpoint(ask: Ask, deployment: Deployment, target: Target): Endpoint {
  const { provider } = deployment
  const chosen = provider.endpointFor?.(ask.operation, ask.shape, target.traits, {
    baseUrl: target.baseUrl,
    params: target.params,
    field: (name) => ask.body.field(name),
  })
  if (chosen !== undefined) return chosen
  const endpoints = provider.endpoints[ask.operation] ?? (ask.operation === 'completion' ? provider.endpoints.chat : undefined)
  const endpoint = endpoints?.find((one) => one.shape === ask.shape) ?? endpoints?.[0]
  if (endpoint === undefined) throw notServed(deployment, ask)
  return endpoint
}

const notServed = ({ provider }: Deployment, { operation }: Ask): GatewayError =>
  fail('bad_request', `Provider "${provider.id}" does not serve ${operation}; choose another model for this route.`, {
    param: 'model',
  })

function prepareSame(attempt: AttemptParts): Prepared {
  const { ask, target, endpoint, client } = attempt
  const { body } = ask
  const quirks = allQuirks(attempt, body)
  const asksUsage = wantsUsage(ask, endpoint, attempt.deployment) && !drops(quirks, 'stream_options')
  const hidesUsage = asksUsage && ask.unmetered !== true
  const losses = droppedBy(quirks, body)
  const common = { mode: 'relay' as const, endpoint, target, protocol: client, client, undo: {}, losses, hidesUsage }
  const patches = body.regular ? quirkPatches(quirks, (name) => body.field(name)) : undefined
  if (patches !== undefined) {
    return {
      ...common,
      bytes: splice(body.bytes, body.scan, [...modelPatch(attempt), ...patches, ...usagePatch(asksUsage, body)]),
      json: undefined,
    }
  }
  const json = applyQuirks(body.json, quirks)
  if (endpoint.modelInPath) delete json['model']
  else if (endpoint.shape !== 'gemini') json['model'] = target.model
  if (asksUsage) json['stream_options'] = withUsage(json['stream_options'])
  return { ...common, bytes: encode(json), json }
}

function prepareTranslation(attempt: AttemptParts): Prepared {
  const { ask, deployment, target, endpoint, client } = attempt
  const dialect = endpoint.speaks ?? protocolOf(ask.dialects, endpoint.shape)
  const spoken = clientDialect(ask.dialects, ask.shape)
  if (dialect === undefined && isDialect(endpoint.shape)) throw missingDialect(endpoint.shape)
  if (dialect === undefined || (spoken === undefined && ask.operation !== 'completion')) {
    throw fail('bad_request', `Provider "${deployment.provider.id}" cannot serve this route.`, { param: 'model' })
  }
  const asked = ask.operation === 'completion' ? readCompletionRequest(ask.body.json) : ask.chat()
  const chat = spoken?.portable?.(asked) ?? asked
  if (chat.previousId !== undefined) throw unknownResponse(chat.previousId)
  const losses = lossesOf(chat, dialect.writes)
  refuseLosses(ask, deployment, { losses, refused: endpoint.speaks === undefined ? refusable : refusableOfProtocols })
  refuseUnable(ask, deployment, chat, target.traits)
  const sampling = {
    ...(attempt.maxTokens === undefined ? {} : { maxTokens: attempt.maxTokens }),
    ...chat.sampling,
    ...forcedLimit(ask, chat, target.traits),
  }
  const written = dialect.writeRequest({ ...chat, sampling, model: target.model, ...streamUsage(chat) }, target.traits)
  const ours = RequestBody.ofJson(written.body)
  const quirks = allQuirks({ ...attempt, ask: { ...ask, dropParams: true } }, ours)
  const json = applyQuirks(written.body, quirks)
  if (endpoint.modelInPath) delete json['model']
  const lost = [...losses, ...droppedBy(quirks, ours)]
  const { undo } = written
  const common = { mode: 'translate' as const, endpoint, target, protocol: dialect, client, hidesUsage: false }
  return { ...common, bytes: encode(json), json, undo, losses: lost }
}

/**
 * Messages must name a limit, so Claude Code 2.1.330 asks 32000 tokens of any model (2026-11-22), and many refuse more than
 * they can write. Who may leave the limit out meant the one he named.
 */
function forcedLimit(
  ask: Ask,
  { sampling: { maxTokens } }: ChatRequest,
  { maxOutput }: ModelTraits,
): Pick<Sampling, 'maxTokens'> {
  if (ask.shape !== 'anthropic-messages' || maxTokens === undefined || maxOutput === undefined) return {}
  return { maxTokens: Math.min(maxTokens, maxOutput) }
}

/** The conversation would begin anew without a word: neither the provider nor the gateway has what it continues. */
const unknownResponse = (id: string): GatewayError =>
  fail(
    'not_found',
    `There is no response "${id.slice(0, 100)}" to continue: it expired, was not stored, or belongs to another key.`,
    {
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    },
  )

/** The client's dialect may promise usage with every stream; without one, nobody may ask for it. */
const streamUsage = ({ stream }: ChatRequest): { readonly includeUsage?: true } => (stream ? { includeUsage: true } : {})

function prepareCodec(attempt: AttemptParts): Prepared {
  const { ask, deployment, target, endpoint, client } = attempt
  const codec = deployment.provider.codecs?.[ask.operation]
  if (codec === undefined) throw notServed(deployment, ask)
  const quirks = allQuirks(attempt, ask.body)
  const request = applyQuirks(ask.body.json, quirks)
  const payload = codec.write(request, target, ask.body.files ?? [])
  return {
    mode: 'codec',
    endpoint,
    target,
    protocol: openaiChatClient,
    client,
    ...encodeContent(payload),
    urlSuffix: urlSuffix(payload),
    besides: payload,
    json: 'json' in payload ? payload.json : undefined,
    undo: {},
    losses: droppedBy(quirks, ask.body),
    hidesUsage: false,
    decode: (reply) => ({ reply: codec.read(reply, request, target), usage: codec.usage?.(reply) }),
  }
}

/** An operation besides chat: the client's body with the model put in, or what the provider's codec makes of it. */
function prepareMeasured(attempt: AttemptParts, measured: Measured): Prepared {
  const { ask, deployment, target, endpoint, client } = attempt
  const { body } = ask
  requireFields(measured, { field: (name) => body.field(name), files: body.files ?? [] })
  if (endpoint.shape === 'native') return { ...prepareCodec(attempt), measured }
  if (endpoint.shape !== ask.shape) throw notServed(deployment, ask)
  if (body.files === undefined) return { ...prepareSame(attempt), measured }
  const quirks = allQuirks(attempt, body)
  const { model: _, ...json } = applyQuirks(body.json, quirks)
  const form = endpoint.modelInPath ? json : { model: target.model, ...json }
  const sent = encodeContent({ form, files: body.files })
  const losses = droppedBy(quirks, body)
  const common = { mode: 'relay' as const, endpoint, target, protocol: client, client, hidesUsage: false }
  return { ...common, ...sent, json: undefined, undo: {}, losses, measured }
}

/** The changes to a body in the endpoint's shape: the gateway's own fields out, the provider's and the operator's ways in. */
function allQuirks(attempt: AttemptParts, body: RequestBody): readonly Quirk[] {
  const { ask, deployment, target, endpoint, maxTokens } = attempt
  const { provider, allowedParams } = deployment
  const field = (name: string): unknown => body.field(name)
  const quirks: Quirk[] = []
  for (const name of body.names) if (isDropped(name, field, attempt)) quirks.push({ do: 'drop', field: name })
  quirks.push(...deployment.bodyDefaults)
  if (maxTokens !== undefined && endpoint.shape === ask.shape) quirks.push(maxTokensQuirk(endpoint.shape, maxTokens))
  if (provider.quirks !== undefined && ask.measured === undefined) quirks.push(...provider.quirks)
  if (provider.tune !== undefined) {
    const { operation, stream, dropParams } = ask
    const mayContain = (text: string): boolean => body.mayContain(text)
    quirks.push(
      ...provider.tune(target, { operation, shape: endpoint.shape, stream, field, mayContain, dropParams, allowedParams }),
    )
  }
  return quirks
}

/** What the client sent and the provider's rules leave out. What was meant for the gateway is not lost. */
function droppedBy(quirks: readonly Quirk[], body: RequestBody): readonly Loss[] {
  const losses: Loss[] = []
  for (const quirk of quirks) {
    if (quirk.do !== 'drop' || gatewayFields.has(quirk.field) || !body.has(quirk.field)) continue
    losses.push({ feature: 'unknown-field', fidelity: 'drops', field: quirk.field })
  }
  return losses
}

function isDropped(name: string, field: (name: string) => unknown, { ask, deployment, endpoint }: AttemptParts): boolean {
  if (gatewayFields.has(name) && !ask.travels?.has(name)) return true
  if (deployment.additionalDropParams.includes(name)) return true
  if (name === 'metadata' && endpoint.shape !== 'anthropic-messages') return !isProviderMetadata(field(name))
  if (deployment.allowedParams.includes(name) || !chatFields.has(endpoint.shape)) return false
  const { provider } = deployment
  if (endpoint.shape !== 'openai-embeddings' && provider.ignores?.includes(name)) return true
  if (!provider.refuses?.includes(name) || field(name) === null) return false
  if (ask.dropParams) return true
  throw fail(
    'unsupported_params',
    `Provider "${provider.id}" does not take "${name}". Leave it out, or set drop_params: true to have it left out for you.`,
    { param: name },
  )
}

/** The shapes whose fields a provider's `refuses` and `ignores` speak of. */
const chatFields: ReadonlySet<Shape> = new Set(['openai-chat', 'openai-responses', 'openai-completions', 'openai-embeddings'])

/** OpenAI-chat clients expect LiteLLM's refusal of parameters that the target cannot take; the others expect a best effort. */
interface Losing {
  readonly losses: readonly Loss[]
  readonly refused: ReadonlyMap<string, string>
}

function refuseLosses(ask: Ask, deployment: Deployment, { losses, refused }: Losing): void {
  if (losses.length === 0) return
  if (ask.strict)
    throw fail('bad_request', `Strict mode: translating for "${deployment.provider.id}" would lose ${formatLosses(losses)}.`)
  if (ask.dropParams || ask.shape !== 'openai-chat') return
  const lost = losses.find(
    ({ fidelity, feature }) =>
      fidelity === 'drops' && refused.has(feature) && !deployment.allowedParams.includes(refused.get(feature) ?? ''),
  )
  if (lost === undefined) return
  const param = refused.get(lost.feature) ?? lost.feature
  throw fail(
    'unsupported_params',
    `Provider "${deployment.provider.id}" does not take "${param}". Leave it out, or set drop_params: true to have it left out for you.`,
    { param },
  )
}

const refusable: ReadonlyMap<string, string> = new Map([
  ['seed', 'seed'],
  ['n', 'n'],
  ['logprobs', 'logprobs'],
  ['logit-bias', 'logit_bias'],
  ['top-k', 'top_k'],
  ['frequency-penalty', 'frequency_penalty'],
  ['presence-penalty', 'presence_penalty'],
  ['service-tier', 'service_tier'],
])

/** A provider's own protocol may lack more, by the model's family: what an answer depends on is not left out in silence. */
const refusableOfProtocols: ReadonlyMap<string, string> = new Map([
  ...refusable,
  ['stop', 'stop'],
  ['tools', 'tools'],
  ['tool-choice', 'tool_choice'],
  ['json-schema', 'response_format'],
  ['reasoning-effort', 'reasoning_effort'],
])

function modelPatch({ ask, target, endpoint }: AttemptParts): readonly Patch[] {
  if (endpoint.modelInPath) return ask.body.has('model') ? [{ do: 'remove', key: 'model' }] : []
  if (endpoint.shape === 'gemini' || ask.body.field('model') === target.model) return []
  return [{ do: 'set', key: 'model', json: JSON.stringify(target.model) }]
}

const drops = (quirks: readonly Quirk[], field: string): boolean =>
  quirks.some((quirk) => quirk.do === 'drop' && quirk.field === field)

function wantsUsage(ask: Ask, endpoint: Endpoint, deployment: Deployment): boolean {
  if (!ask.stream || (endpoint.shape !== 'openai-chat' && endpoint.shape !== 'openai-completions')) return false
  const tells = deployment.provider.tellsUsage === true && deployment.baseUrl === deployment.provider.baseUrl
  if (ask.unmetered && !(tells && endpoint.shape === 'openai-chat' && !ask.body.has('stream_options'))) return false
  if (deployment.provider.refuses?.includes('stream_options') || deployment.provider.ignores?.includes('stream_options'))
    return false
  const options = ask.body.field('stream_options')
  return !(typeof options === 'object' && options !== null && 'include_usage' in options && options.include_usage === true)
}

const withUsage = (options: unknown): JsonObject => ({ ...(typeof options === 'object' ? options : {}), include_usage: true })

const usagePatch = (asksUsage: boolean, body: RequestBody): readonly Patch[] =>
  asksUsage ? [{ do: 'set', key: 'stream_options', json: JSON.stringify(withUsage(body.field('stream_options'))) }] : []

/** Sets the limit where the client set none. */
function maxTokensQuirk(shape: Shape, maxTokens: number): Quirk {
  switch (shape) {
    case 'openai-chat':
      return { do: 'default', field: 'max_completion_tokens', value: maxTokens }
    case 'openai-responses':
      return { do: 'default', field: 'max_output_tokens', value: maxTokens }
    case 'gemini':
      return { do: 'edit', name: 'maxOutputTokens', edit: (body) => withGeminiLimit(body, maxTokens) }
    default:
      return { do: 'default', field: 'max_tokens', value: maxTokens }
  }
}

/** Google's servers take both spellings of every field. */
function withGeminiLimit(body: JsonObject, maxOutputTokens: number): JsonObject {
  const name = 'generation_config' in body ? 'generation_config' : 'generationConfig'
  const config = objectOf(body[name]) ?? {}
  return 'max_output_tokens' in config ? body : { ...body, [name]: { maxOutputTokens, ...config } }
}

const encoder = new TextEncoder()
const encode = (json: JsonObject): Uint8Array => encoder.encode(JSON.stringify(json))
