import type { Endpoint, Operation, Shape } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import { agentEndpointOf } from './agents/index.ts'
import { converseFamily, converseOf } from './converse/index.ts'
import { textDialect } from '../../aws/text/dialect.ts'
import type { TextModel } from '../../text/text-model.ts'
import { countsOf } from './count-tokens.ts'
import { passing } from './invoke/passing.ts'
import { knownToClaude } from '../anthropic/index.ts'
import { textModels } from './invoke/vendors.ts'
import { modelOf, type BedrockModel } from './model.ts'
import { anthropicReframer, converseReframer, novaReframer, openAiReframer, textReframer } from './reframers.ts'

// Which API of the runtime serves a model (native-wire facts §3.1, 2026-11-22).

/** Every stream tells its usage, and every model may call several tools at once. */
const knowsOf = (family: string): readonly string[] => [
  'stream_options',
  'parallel_tool_calls',
  'requestMetadata',
  ...(family === 'claude' ? ['context_management'] : []),
]

const converse: ReadonlyMap<string, Endpoint> = new Map(
  [...converseOf].map(([family, speaks]) => [
    family,
    { shape: 'native', path: '/converse', speaks, reframer: converseReframer, modelInPath: true, knows: knowsOf(family) },
  ]),
)

const anthropicInvoke: Endpoint = {
  shape: 'anthropic-messages',
  path: '/invoke',
  reframer: anthropicReframer,
  modelInPath: true,
  knows: knownToClaude,
}

/** OpenAI's and Moonshot's models, and imported ones, that speak OpenAI's chat. */
const openAiInvoke: Endpoint = { shape: 'openai-chat', path: '/invoke', reframer: openAiReframer, modelInPath: true }

const textInvoke = (model: TextModel, settings?: string): Endpoint => ({
  shape: 'native',
  path: '/invoke',
  speaks: passing(textDialect(model), settings),
  reframer: textReframer,
  modelInPath: true,
})

const text = {
  llama: textInvoke(textModels.llama),
  deepseek: textInvoke(textModels.deepseek),
  qwen: textInvoke(textModels.qwen),
  mistral: textInvoke(textModels.mistral),
  titan: textInvoke(textModels.titan, 'textGenerationConfig'),
  cohere: textInvoke(textModels.cohere),
  cohereChat: textInvoke(textModels.cohereChat),
  jurassic: textInvoke(textModels.jurassic),
}

const novaInvokes: ReadonlyMap<string, Endpoint> = new Map(
  ['nova', 'nova-2'].flatMap((family) => {
    const speaks = converseOf.get(family)
    return speaks === undefined
      ? []
      : [[family, { shape: 'native', path: '/invoke', speaks, reframer: novaReframer, modelInPath: true }] as const]
  }),
)

/** Bodies that are the model's own: embeddings, pictures. */
export const invokeNative: Endpoint = { shape: 'native', path: '/invoke', modelInPath: true }

const firstConverse = (): Endpoint => converse.get('other') ?? anthropicInvoke

/** What stands in the provider's list; the model decides. */
export const chatEndpoints: readonly Endpoint[] = [firstConverse(), anthropicInvoke]

/** Models that Converse does not serve as well as their own bodies do, or that LiteLLM's users reach by them. */
const invokedByName =
  /^(?:amazon\.titan-text|cohere\.command|mistral\.(?:mistral-7b|mixtral|mistral-small-2402)|ai21\.j2|meta\.llama2)/

/** Hints before an imported model's ARN, and the vendors of InvokeModel's bodies. */
const invokes: readonly (readonly [test: RegExp, endpoint: Endpoint])[] = [
  [/^anthropic$|^anthropic\./, anthropicInvoke],
  [/^openai$|^openai\.|^moonshot(?:ai)?$|^moonshot(?:ai)?\./, openAiInvoke],
  [/^llama$|^meta\./, text.llama],
  [/^deepseek_r1$|^deepseek\./, text.deepseek],
  [/^qwen[23]?$|^qwen\./, text.qwen],
  [/^mistral$|^mistral\./, text.mistral],
  [/^amazon\.titan/, text.titan],
  [/^cohere\.command-r/, text.cohereChat],
  [/^cohere$|^cohere\./, text.cohere],
  [/^ai21$|^ai21\.j2/, text.jurassic],
]

export function bedrockEndpoint(operation: Operation, client: Shape, traits: { readonly id: string }): Endpoint | undefined {
  if (operation === 'embedding') return invokeNative
  if (operation === 'count_tokens') return countsOf(client, traits.id)
  if (operation !== 'chat' && operation !== 'completion') return undefined
  const agent = agentEndpointOf(traits.id)
  if (agent !== undefined) return agent
  refuseUnserved(traits.id)
  const model = modelOf(traits.id)
  const invoked = isInvoked(model, client) ? invokeOf(model, traits.id) : undefined
  return invoked ?? converse.get(converseFamily(traits.id)) ?? firstConverse()
}

/** Of InvokeModel's paths bodies and replies are the model's own; Converse's are the same for all. */
export const passedChat = (path: string, model: string): Endpoint | undefined =>
  /\/invoke(?:-with-response-stream)?$/.test(path) ? invokeOf(modelOf(model), model) : undefined

/** Services of AWS that LiteLLM reaches under this provider's name and that have bodies and hosts of their own. */
const unserved = /^(async_invoke|claude_platform|mantle)\//

function refuseUnserved(id: string): void {
  const [, service] = unserved.exec(id) ?? []
  if (service === undefined) return
  const instead = service === 'mantle' ? 'Name the model bedrock_mantle/…' : 'Name a model of the Bedrock runtime'
  throw fail('bad_request', `"${service}/" is not served under bedrock. ${instead} instead.`, { param: 'model' })
}

/** Anthropic's clients get Claude's own body, so that all of their fields arrive. */
function isInvoked(model: BedrockModel, client: Shape): boolean {
  if (model.route !== undefined) return model.route === 'invoke'
  return (
    model.hint !== undefined ||
    (client === 'anthropic-messages' && model.vendor === 'anthropic') ||
    invokedByName.test(`${model.vendor}.${model.name}`)
  )
}

function invokeOf({ hint, vendor, name }: BedrockModel, id: string): Endpoint | undefined {
  const nova = novaInvokes.get(converseFamily(id))
  const key = hint ?? `${vendor}.${name}`
  return nova ?? invokes.find(([test]) => test.test(key))?.[1]
}
