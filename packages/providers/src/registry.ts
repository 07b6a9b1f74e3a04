import type { Provider } from '@switchyard/core'
import { compatible } from './compatible.ts'
import { a2a } from './native/a2a/index.ts'
import { aiml } from './native/aiml.ts'
import { langflow, langgraph } from './native/agent-servers.ts'
import { alephAlpha } from './native/aleph-alpha.ts'
import { minimax, zai } from './native/anthropic-beside.ts'
import { anthropicText } from './native/anthropic-text.ts'
import { anthropic } from './native/anthropic/index.ts'
import { openrouter, vercelAiGateway } from './native/app-credit.ts'
import { assemblyAi } from './native/assemblyai/index.ts'
import { awsPolly } from './native/aws-polly/index.ts'
import { awsTextract } from './native/aws-textract/index.ts'
import { azureSpeech } from './native/azure-speech/index.ts'
import { azureAi } from './native/azure/foundry.ts'
import { azure, azureText } from './native/azure/index.ts'
import { bedrock } from './native/bedrock/index.ts'
import { bedrockMantle } from './native/bedrock-mantle/index.ts'
import { bytez } from './native/bytez/index.ts'
import { cohere, cohereChat } from './native/cohere/index.ts'
import { chatgpt } from './native/chatgpt/index.ts'
import { dashscope, qwenAiPlatform, qwenCloud } from './native/dashscope/index.ts'
import { custom } from './native/custom.ts'
import { databricks } from './native/databricks.ts'
import { deepinfra } from './native/deepinfra.ts'
import { deepseek } from './native/deepseek.ts'
import { demo } from './native/demo/index.ts'
import { elevenlabs } from './native/elevenlabs/index.ts'
import { falAi } from './native/fal-ai/index.ts'
import { textCompletionCodestral } from './native/fim.ts'
import { fireworksAi } from './native/fireworks-ai.ts'
import { gemini } from './native/gemini/index.ts'
import { gigachat } from './native/gigachat/index.ts'
import { githubCopilot } from './native/github-copilot/index.ts'
import { groq } from './native/groq.ts'
import { hostedVllm } from './native/hosted-vllm.ts'
import { blackForestLabs } from './native/black-forest-labs/index.ts'
import { deepgram } from './native/deepgram/index.ts'
import { huggingface } from './native/huggingface/index.ts'
import { jinaAi } from './native/jina-ai.ts'
import { manus } from './native/manus/index.ts'
import { codestral, mistral } from './native/mistral.ts'
import { moonshot } from './native/moonshot.ts'
import { nvidiaNim } from './native/nvidia-nim/index.ts'
import { ollama, ollamaChat } from './native/ollama/index.ts'
import { nlpCloud } from './native/nlp-cloud/index.ts'
import { oci } from './native/oci/index.ts'
import { openai } from './native/openai/index.ts'
import { awsTranscribe, cursor, strandsDecider, typesafe } from './native/passed-on.ts'
import { baseten, clarifai, cloudflare, gradientAi, pgVector, ragflow } from './native/own-urls.ts'
import { perplexity } from './native/perplexity.ts'
import { recraft } from './native/recraft.ts'
import { reducto } from './native/reducto/index.ts'
import { runwayml } from './native/runwayml/index.ts'
import { sap } from './native/sap/index.ts'
import { petals } from './native/petals/index.ts'
import { predibase } from './native/predibase/index.ts'
import { replicate } from './native/replicate/index.ts'
import { sagemaker, sagemakerChat, sagemakerNova } from './native/sagemaker/index.ts'
import { searchHouses } from './native/search/houses.ts'
import { soniox } from './native/soniox/index.ts'
import { stability } from './native/stability/index.ts'
import { textCompletionOpenAi } from './native/text-completion-openai/index.ts'
import { triton } from './native/triton/index.ts'
import { snowflake } from './native/snowflake/index.ts'
import { topaz } from './native/topaz/index.ts'
import { vertex } from './native/vertex/index.ts'
import { voyage } from './native/voyage/index.ts'
import { watsonx, watsonxText } from './native/watsonx/index.ts'
import { xai } from './native/xai.ts'
import { ProviderTable } from './provider-table.ts'

/** Every provider there is. One that is not in this list does not exist. */
export const providers: readonly Provider[] = [
  openai,
  anthropic,
  gemini,
  vertex,
  cohere,
  cohereChat,
  ollama,
  ollamaChat,
  watsonx,
  watsonxText,
  snowflake,
  gigachat,
  huggingface,
  azure,
  azureText,
  azureAi,
  bedrock,
  bedrockMantle,
  sagemaker,
  sagemakerChat,
  sagemakerNova,
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
  pgVector,
  deepgram,
  jinaAi,
  voyage,
  nvidiaNim,
  blackForestLabs,
  elevenlabs,
  awsPolly,
  awsTextract,
  azureSpeech,
  reducto,
  runwayml,
  falAi,
  recraft,
  stability,
  assemblyAi,
  soniox,
  topaz,
  ...searchHouses,
  aiml,
  dashscope,
  qwenAiPlatform,
  qwenCloud,
  githubCopilot,
  chatgpt,
  sap,
  a2a,
  manus,
  cursor,
  typesafe,
  strandsDecider,
  awsTranscribe,
  alephAlpha,
  anthropicText,
  custom,
  langgraph,
  langflow,
  oci,
  replicate,
  nlpCloud,
  predibase,
  triton,
  petals,
  bytez,
  textCompletionOpenAi,
  textCompletionCodestral,
  demo,
  ...compatible,
]

/** All of them, by name. */
export const registry = new ProviderTable(providers)

/** The provider of this id or alias. */
export const findProvider = (name: string): Provider | undefined => registry.find(name)
