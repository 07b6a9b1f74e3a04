import type { Provider, Quirk } from '@switchyard/core'
import { passedRerank } from './passing.ts'
import { row } from './row.ts'
import { saysStream } from './tuning.ts'

// Parameters that go together in `refuses`.
const effort = 'reasoning_effort thinking'
const penalties = 'presence_penalty frequency_penalty'
const logs = 'logprobs top_logprobs'
const tiers = 'service_tier store'
const tools = 'tools tool_choice parallel_tool_calls'
const sampling = `temperature top_p n stop seed logit_bias ${penalties} ${logs} ${tiers}`

const flat: Quirk = { do: 'flatten-content' }
const coolest = (max: number): Quirk => ({ do: 'clamp', field: 'temperature', max })
/** For providers that take no limit of output: a limit that the gateway added is taken out again. */
const noMaxTokens: readonly Quirk[] = [
  { do: 'drop', field: 'max_completion_tokens' },
  { do: 'drop', field: 'max_tokens' },
]

/**
 * One row a provider: id, name, base URL, then only where it differs from OpenAI (row.ts). URLs, variables and parameters are
 * facts of LiteLLM 1.106.2, captured 2026-11-22. A provider that needs a function stands in native/.
 */
export const compatible: readonly Provider[] = [
  row('abliteration', 'Abliteration', 'https://api.abliteration.ai/v1', { oldMaxTokens: true, refuses: effort }),
  row('ai21', 'AI21', 'https://api.ai21.com/studio/v1', {
    aliases: 'ai21_chat',
    oldMaxTokens: true,
    refuses: `${effort} top_p ${penalties} logit_bias parallel_tool_calls ${logs} ${tiers}`,
    ignores: 'stream_options',
  }),
  row('aihubmix', 'AIHubMix', 'https://aihubmix.com/v1', { oldMaxTokens: true, refuses: effort }),
  row('amazon_nova', 'Amazon Nova', 'https://api.nova.amazon.com/v1', {
    aliases: 'nova',
    oldMaxTokens: true,
    knows: 'stream_options metadata',
    refuses: `${penalties} logit_bias seed parallel_tool_calls ${logs} ${tiers} n response_format`,
    quirks: [saysStream],
  }),
  row('anyscale', 'Anyscale', 'https://api.endpoints.anyscale.com/v1'),
  row('apertis', 'Apertis', 'https://api.stima.tech/v1', {
    aliases: 'stima',
    key: 'STIMA_API_KEY',
    serves: ['completion', 'embedding'],
    oldMaxTokens: true,
  }),
  row('cerebras', 'Cerebras', 'https://api.cerebras.ai/v1', {
    oldMaxTokens: true,
    takesUser: true,
    refuses: `thinking ${penalties} logit_bias parallel_tool_calls ${logs} ${tiers} n`,
  }),
  row('charity_engine', 'Charity Engine', 'https://api.charityengine.services/remotejobs/v2/inference', { oldMaxTokens: true }),
  row('chutes', 'Chutes', 'https://llm.chutes.ai/v1', { serves: ['completion'], oldMaxTokens: true }),
  row('cognition', 'Cognition', 'https://api.cognition.ai/v1'),
  row('cometapi', 'CometAPI', 'https://api.cometapi.com/v1', {
    aliases: 'comet',
    key: 'COMETAPI_KEY',
    serves: ['embedding'],
    refuses: effort,
  }),
  row('compactifai', 'CompactifAI', 'https://api.compactif.ai/v1', { refuses: effort }),
  row('cortecs', 'Cortecs', 'https://api.cortecs.ai/v1', { serves: ['responses', 'messages'] }),
  row('crusoe', 'Crusoe Cloud', 'https://managed-inference-api-proxy.crusoecloud.com/v1', {
    oldMaxTokens: true,
    refuses: effort,
  }),
  row('custom_openai', 'Custom OpenAI', undefined, {
    keyless: true,
    oldMaxTokens: true,
    serves: ['completion', 'embedding', 'responses', 'image_generation', 'transcription', 'speech', 'moderation', 'rerank'],
    keeps: ['files', 'batches', 'vector_stores'],
    takesUser: true,
    takesDeveloper: true,
  }),
  row('darkbloom', 'Darkbloom', 'https://api.darkbloom.dev/v1', { oldMaxTokens: true }),
  row('datarobot', 'DataRobot', 'https://app.datarobot.com', {
    key: 'DATAROBOT_API_TOKEN',
    baseEnv: 'DATAROBOT_ENDPOINT',
    chat: '/api/v2/genai/llmgw/chat/completions/',
    oldMaxTokens: true,
    refuses: effort,
  }),
  row('docker_model_runner', 'Docker Model Runner', 'http://localhost:22088/engines/llama.cpp/v1', {
    keyless: true,
    standInKey: 'dummy-key',
    oldMaxTokens: true,
    refuses: effort,
  }),
  row('edenai', 'Eden AI', 'https://api.edenai.run/v3', {
    serves: ['embedding', 'responses', 'image_generation', 'transcription', 'speech', 'video'],
    keeps: ['videos'],
    routes: { messages: '/v1/messages' },
  }),
  row('empiriolabs', 'Empirio Labs', 'https://api.empiriolabs.ai/v1', {
    serves: ['responses'],
    oldMaxTokens: true,
    refuses: effort,
  }),
  row('empower', 'Empower', 'https://app.empower.dev/api/v1', { oldMaxTokens: true, refuses: effort }),
  row('featherless_ai', 'Featherless AI', 'https://api.featherless.ai/v1', {
    key: 'FEATHERLESS_AI_API_KEY FEATHERLESS_API_KEY',
    baseEnv: 'FEATHERLESS_AI_API_BASE FEATHERLESS_API_BASE',
    serves: ['completion'],
    oldMaxTokens: true,
    knows: 'functions function_call',
    refuses: `${effort} seed parallel_tool_calls ${logs} ${tiers} tool_choice tools response_format`,
  }),
  row('friendliai', 'FriendliAI', 'https://api.friendli.ai/serverless/v1', {
    aliases: 'friendli',
    key: 'FRIENDLIAI_API_KEY FRIENDLI_TOKEN',
    baseEnv: 'FRIENDLI_API_BASE',
    oldMaxTokens: true,
    refuses: effort,
  }),
  row('galadriel', 'Galadriel', 'https://api.galadriel.com/v1', { oldMaxTokens: true, refuses: effort }),
  // Gemini on one's own hardware answers OpenAI's chat (cloud.google.com/distributed-cloud, "Gemini capabilities", read 2026-11-22).
  // The key is a token of a service identity.
  row('gdc', 'Google Distributed Cloud', undefined, { oldMaxTokens: true }),
  row('github', 'GitHub Models', 'https://models.inference.ai.azure.com', {
    aliases: 'github_models',
    hosts: 'models.github.ai',
    oldMaxTokens: true,
    refuses: effort,
  }),
  row('gmi', 'GMI Cloud', 'https://api.gmi-serving.com/v1', { oldMaxTokens: true, refuses: effort }),
  row('helicone', 'Helicone', 'https://ai-gateway.helicone.ai'),
  row('heroku', 'Heroku', undefined, { hosts: '.inference.heroku.com', prefix: '/v1', refuses: effort }),
  row('hyperbolic', 'Hyperbolic', 'https://api.hyperbolic.xyz/v1', {
    serves: ['completion'],
    oldMaxTokens: true,
    takesUser: true,
    refuses: `${effort} logit_bias parallel_tool_calls ${logs} ${tiers}`,
  }),
  row('inception', 'Inception Labs', 'https://api.inceptionlabs.ai/v1', {
    oldMaxTokens: true,
    refuses: `top_p ${penalties} logit_bias seed parallel_tool_calls ${logs} ${tiers} n`,
    knows: 'stream_options diffusing realtime reasoning_summary reasoning_summary_wait',
  }),
  row('infinity', 'Infinity', undefined, {
    keyless: true,
    chat: false,
    serves: ['embedding', 'rerank'],
    quirks: [{ do: 'rename', field: 'dimensions', to: 'output_dimension' }],
  }),
  row('lambda_ai', 'Lambda AI', 'https://api.lambda.ai/v1', {
    aliases: 'lambda',
    key: 'LAMBDA_API_KEY',
    baseEnv: 'LAMBDA_API_BASE',
    serves: ['completion'],
    oldMaxTokens: true,
    refuses: effort,
  }),
  row('lemonade', 'Lemonade', 'http://localhost:8000/api/v1', {
    keyless: true,
    standInKey: 'lemonade',
    oldMaxTokens: true,
    refuses: effort,
  }),
  row('libertai', 'LibertAI', 'https://api.libertai.io/v1', { oldMaxTokens: true }),
  row('litellm_proxy', 'LiteLLM Proxy', undefined, {
    serves: [
      'completion',
      'embedding',
      'responses',
      'image_generation',
      'image_edit',
      'image_variation',
      'transcription',
      'translation',
      'speech',
      'moderation',
      'ocr',
    ],
    routes: { rerank: '/v1/rerank' },
    knows: 'verbosity thinking include_server_side_tool_invocations',
    keeps: ['files', 'batches', 'vector_stores'],
    takesUser: true,
    takesDeveloper: true,
  }),
  row('llamafile', 'Llamafile', 'http://127.0.0.1:8080/v1', {
    keyless: true,
    standInKey: 'fake-api-key',
    serves: ['completion', 'embedding'],
    refuses: effort,
  }),
  row('llamagate', 'LlamaGate', 'https://api.llamagate.dev/v1', { oldMaxTokens: true, refuses: effort }),
  row('lm_studio', 'LM Studio', 'http://localhost:1234/v1', {
    abilities: 'response_schema',
    keyless: true,
    standInKey: 'fake-api-key',
    serves: ['embedding'],
    refuses: effort,
  }),
  row('maritalk', 'Maritalk', 'https://chat.maritaca.ai/api', {
    oldMaxTokens: true,
    knows: 'stream_options top_k',
    refuses: `${effort} logit_bias seed parallel_tool_calls ${logs} ${tiers} response_format`,
    quirks: [saysStream],
  }),
  row('meta', 'Meta Model API', 'https://api.meta.ai/v1', {
    serves: ['responses', 'messages', 'image_generation', 'transcription'],
  }),
  row('meta_llama', 'Meta - Llama API', 'https://api.llama.com/compat/v1', {
    aliases: 'llama_api',
    key: 'LLAMA_API_KEY',
    baseEnv: 'LLAMA_API_BASE',
    serves: ['completion'],
    refuses: effort,
  }),
  row('modelscope', 'ModelScope', 'https://api-inference.modelscope.cn/v1', { serves: ['completion'], refuses: effort }),
  row('morph', 'Morph', 'https://api.morphllm.com/v1', {
    refuses: `${effort} ${sampling} max_tokens max_completion_tokens ${tools} response_format`,
    quirks: noMaxTokens,
  }),
  row('nadir', 'Nadir', 'https://api.getnadir.com/v1', {
    oldMaxTokens: true,
    refuses: `${effort} stop logit_bias seed parallel_tool_calls ${logs} ${tiers} tool_choice n tools`,
  }),
  row('nano-gpt', 'NanoGPT', 'https://nano-gpt.com/api/v1', {
    aliases: 'nanogpt',
    key: 'NANOGPT_API_KEY',
    serves: ['completion', 'embedding'],
    oldMaxTokens: true,
  }),
  row('nebius', 'Nebius AI Studio', 'https://api.studio.nebius.ai/v1', {
    hosts: 'api.tokenfactory.nebius.com',
    abilities: 'response_schema',
    serves: ['completion', 'embedding'],
    oldMaxTokens: true,
    refuses: effort,
  }),
  row('neosantara', 'Neosantara', 'https://api.neosantara.xyz/v1', { serves: ['responses'], oldMaxTokens: true }),
  row('novita', 'Novita AI', 'https://api.novita.ai/v3/openai', {
    refuses: effort,
    headers: { 'x-novita-source': 'switchyard' },
  }),
  row('nscale', 'Nscale', 'https://inference.api.nscale.com/v1', {
    oldMaxTokens: true,
    serves: ['image_generation'],
    refuses: `${effort} seed parallel_tool_calls ${tiers} tool_choice tools`,
  }),
  row('oobabooga', 'Oobabooga', undefined, {
    keyless: true,
    prefix: '/v1',
    serves: ['embedding', 'transcription', 'speech', 'moderation'],
    refuses: effort,
  }),
  row('openai_like', 'OpenAI-like', undefined, {
    keyless: true,
    serves: ['embedding'],
    keeps: ['files', 'batches', 'vector_stores', 'assistants', 'threads'],
    takesUser: true,
    takesDeveloper: true,
  }),
  row('ovhcloud', 'OVHCloud AI Endpoints', 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1', {
    serves: ['embedding', 'transcription'],
    refuses: effort,
  }),
  row('parasail', 'Parasail', 'https://api.parasail.io/v1', { serves: ['responses'] }),
  row('pinstripes', 'Pinstripes', 'https://pinstripes.io/v1', { serves: ['responses'], oldMaxTokens: true }),
  row('poe', 'Poe', 'https://api.poe.com/v1', { serves: ['completion'], oldMaxTokens: true }),
  row('prism', 'Prism', 'https://api.prisminference.com/v1', { serves: ['responses', 'messages'] }),
  row('publicai', 'PublicAI', 'https://api.publicai.co/v1', { serves: ['completion'], oldMaxTokens: true, quirks: [flat] }),
  row('reka', 'Reka', 'https://api.reka.ai/v1'),
  row('sail', 'Sail Research', 'https://api.sailresearch.com/v1', {
    serves: ['responses', 'messages'],
    takesUser: true,
    refuses: `stop ${penalties} logit_bias seed ${logs} service_tier`,
  }),
  row('sambanova', 'Sambanova', 'https://api.sambanova.ai/v1', {
    quirks: [flat],
    serves: ['embedding'],
    oldMaxTokens: true,
    knows: 'stream_options top_k',
    refuses: `${effort} ${penalties} logit_bias seed ${logs} ${tiers} n`,
  }),
  row('sarvam', 'Sarvam', 'https://api.sarvam.ai/v1', { oldMaxTokens: true, refuses: effort }),
  row('scaleway', 'Scaleway', 'https://api.scaleway.ai/v1', {
    aliases: 'scw',
    key: 'SCW_SECRET_KEY',
    serves: ['transcription', 'rerank'],
  }),
  row('scx-ai', 'SCX.ai', 'https://api.scx.ai/v1', {
    key: 'SCX_API_KEY',
    baseEnv: 'SCX_API_BASE',
    oldMaxTokens: true,
    quirks: [coolest(1.99)],
  }),
  row('synthetic', 'Synthetic', 'https://api.synthetic.new/openai/v1', {
    serves: ['completion', 'embedding'],
    oldMaxTokens: true,
  }),
  row('tencent', 'Tencent TokenHub', 'https://tokenhub-intl.tencentcloudmaas.com/v1', { serves: ['messages'] }),
  row('tensormesh', 'Tensormesh', 'https://serverless.tensormesh.ai/v1', {
    key: 'TENSORMESH_INFERENCE_API_KEY',
    baseEnv: 'TENSORMESH_SERVERLESS_BASE_URL',
    serves: ['completion', 'responses'],
    oldMaxTokens: true,
  }),
  row('text-completion-inception', 'Inception FIM', 'https://api.inceptionlabs.ai/v1', {
    key: 'INCEPTION_API_KEY',
    baseEnv: 'INCEPTION_API_BASE',
    chat: false,
    routes: { completion: '/fim/completions' },
  }),
  row('together_ai', 'Together AI', 'https://api.together.ai/v1', {
    aliases: 'together togetherai',
    hosts: 'api.together.xyz',
    key: 'TOGETHER_API_KEY TOGETHER_AI_API_KEY TOGETHERAI_API_KEY TOGETHER_AI_TOKEN',
    serves: ['completion', 'embedding', 'image_generation', 'transcription', 'translation', 'speech', 'rerank'],
    passThrough: {
      open: /^\/v1\/(?:chat\/completions|completions|embeddings|images\/|audio\/|rerank|models|videos)/,
      calls: [passedRerank('/rerank')],
    },
  }),
  row('v0', 'V0', 'https://api.v0.dev/v1', {
    serves: ['completion'],
    refuses: `${effort} ${sampling} max_tokens max_completion_tokens parallel_tool_calls response_format`,
    quirks: noMaxTokens,
    ignores: 'stream_options',
  }),
  row('veniceai', 'Venice.ai', 'https://api.venice.ai/api/v1', {
    aliases: 'venice',
    key: 'VENICE_AI_API_KEY',
    oldMaxTokens: true,
    refuses: effort,
  }),
  row('volcengine', 'Volcengine', 'https://ark.cn-beijing.volces.com/api/v3', {
    aliases: 'ark doubao',
    hosts: '.volces.com',
    key: 'VOLCENGINE_API_KEY ARK_API_KEY',
    serves: ['embedding', 'responses'],
    oldMaxTokens: true,
    refuses: `reasoning_effort parallel_tool_calls ${tiers} response_format`,
    knows: 'stream_options thinking functions function_call',
  }),
  row('wandb', 'WandB Inference', 'https://api.inference.wandb.ai/v1', {
    aliases: 'wandb_inference coreweave',
    serves: ['completion', 'embedding'],
    oldMaxTokens: true,
  }),
  row('xiaomi_mimo', 'Xiaomi Mimo', 'https://api.xiaomimimo.com/v1', { aliases: 'xiaomi', oldMaxTokens: true }),
  row('xinference', 'Xinference', 'http://127.0.0.1:9997/v1', {
    keyless: true,
    serves: ['embedding', 'image_generation'],
    oldMaxTokens: true,
    refuses: effort,
  }),
]
