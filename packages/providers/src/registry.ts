import type { Provider } from '@switchyard/core'
import { compatible } from './compatible.ts'
import { minimax, zai } from './native/anthropic-beside.ts'
import { anthropic } from './native/anthropic/index.ts'
import { openrouter, vercelAiGateway } from './native/app-credit.ts'
import { azureAi } from './native/azure/foundry.ts'
import { azure, azureText } from './native/azure/index.ts'
import { databricks } from './native/databricks.ts'
import { deepinfra } from './native/deepinfra.ts'
import { deepseek } from './native/deepseek.ts'
import { demo } from './native/demo/index.ts'
import { fireworksAi } from './native/fireworks-ai.ts'
import { gemini } from './native/gemini/index.ts'
import { groq } from './native/groq.ts'
import { hostedVllm } from './native/hosted-vllm.ts'
import { codestral, mistral } from './native/mistral.ts'
import { moonshot } from './native/moonshot.ts'
import { openai } from './native/openai/index.ts'
import { baseten, clarifai, cloudflare, gradientAi, ragflow } from './native/own-urls.ts'
import { perplexity } from './native/perplexity.ts'
import { xai } from './native/xai.ts'

/** Every provider there is. One that is not in this list does not exist. */
export const providers: readonly Provider[] = [
  openai,
  anthropic,
  gemini,
  azure,
  azureText,
  azureAi,
  mistral,
  codestral,
  deepseek,
  groq,
  xai,
  perplexity,
  openrouter,
  vercelAiGateway,
  fireworksAi,
  moonshot,
  deepinfra,
  databricks,
  hostedVllm,
  minimax,
  zai,
  baseten,
  clarifai,
  cloudflare,
  gradientAi,
  ragflow,
  demo,
  ...compatible,
]

const byName: ReadonlyMap<string, Provider> = new Map([
  ...providers.flatMap((provider) => (provider.aliases ?? []).map((alias) => [alias, provider] as const)),
  ...providers.map((provider) => [provider.id, provider] as const),
])

/** The provider of this id or alias. */
export const findProvider = (name: string): Provider | undefined => byName.get(name)
