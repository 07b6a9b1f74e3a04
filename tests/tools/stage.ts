import type { JsonObject } from '@switchyard/wire'
import { FakeProvider } from './fake-provider.ts'
import { TestGateway, type GatewayOptions } from './gateway.ts'

/** Dollars a token, the same for all models of the tests: sums can be done in the head. */
export const inputUsd = 0.000001
export const outputUsd = 0.000002

/** What a call costs in nano-USD. */
export const nanoOf = (usage: { readonly input: number; readonly output: number }): number =>
  usage.input * 1000 + usage.output * 2000

/** One entry of model_list, priced. `params` may say everything that litellm_params says. */
export const model = (name: string, upstream: string, params: JsonObject): JsonObject => ({
  model_name: name,
  litellm_params: { model: upstream, api_key: 'sk-of-the-provider', ...params },
  model_info: { input_cost_per_token: inputUsd, output_cost_per_token: outputUsd, max_output_tokens: 4096 },
})

/** One model for each provider dialect, all of them the fake provider. */
export const dialectModels = (origin: string): readonly JsonObject[] => [
  model('chat', 'anyscale/fake-chat', { api_base: `${origin}/v1` }),
  model('responses', 'openai/responses/fake-responses', { api_base: `${origin}/v1` }),
  model('openai', 'openai/fake-openai', { api_base: `${origin}/v1` }),
  model('claude', 'anthropic/claude-sonnet-4-5', { api_base: origin }),
  model('gemini', 'gemini/gemini-2.5-flash', { api_base: origin }),
  model('embed', 'openai/text-embedding-3-small', { api_base: `${origin}/v1` }),
  model('gemini-embed', 'gemini/gemini-embedding-001', { api_base: origin }),
]

/** Sections of config.yaml. JSON is YAML, so nothing needs to be quoted by hand. */
export const configText = (models: readonly JsonObject[], sections: JsonObject = {}): string =>
  JSON.stringify({ model_list: models, ...sections }, undefined, 1)

export interface Stage {
  readonly provider: FakeProvider
  readonly gateway: TestGateway
  readonly close: () => Promise<void>
}

export interface StageOptions extends Partial<Omit<GatewayOptions, 'config'>> {
  readonly models?: (origin: string) => readonly JsonObject[]
  readonly sections?: JsonObject
}

/** A fake provider and a gateway in front of it. Starting takes about half a second: share one among the tests of a file. */
export async function openStage({ models = dialectModels, sections, ...options }: StageOptions = {}): Promise<Stage> {
  const provider = await FakeProvider.start()
  const gateway = await TestGateway.start({ ...options, config: configText(models(provider.origin), sections) })
  return {
    provider,
    gateway,
    close: async () => {
      await gateway.stop()
      await provider.stop()
    },
  }
}
