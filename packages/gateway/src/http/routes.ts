import { measuredOf, type MeasuredOperation } from '@switchyard/core'
import type { DialectId } from '@switchyard/wire'
import * as config from '../admin/config/routes.ts'
import * as keys from '../admin/keys/routes.ts'
import * as spend from '../admin/spend/routes.ts'
import { compactResponse } from '../llm/compact-response.ts'
import { countInputTokens } from '../llm/input-tokens.ts'
import { countGeminiTokens, countMessagesTokens } from '../llm/count-tokens.ts'
import { health, liveness, readiness } from '../llm/health.ts'
import { messageBatchRoutes } from '../llm/batches/message-routes.ts'
import { serveCursorChat } from '../llm/cursor/serve.ts'
import { listRegisteredStores } from '../llm/objects/registered-stores.ts'
import { keptRoutes } from '../llm/objects/routes.ts'
import { uploadRoutes } from '../llm/objects/upload-routes.ts'
import { discardEvents } from '../llm/event-logging.ts'
import { listGeminiModels, listModels, modelFacts, modelInfo, oneGeminiModel, oneModel } from '../llm/models.ts'
import { publicProviders } from '../llm/providers.ts'
import { cancelResponse, deleteResponse, getResponse, inputItems, serveResponses } from '../llm/responses.ts'
import { serveResponseSocket } from '../llm/response-socket/serve.ts'
import { listSearchTools } from '../llm/search-tools.ts'
import { supportedOpenAiParams } from '../llm/supported-params.ts'
import { tokenCounter } from '../llm/token-counter.ts'
import { transformRequest } from '../llm/transform-request.ts'
import { videoRoutes } from '../llm/videos-routes.ts'
import { passThroughRoutes } from '../passthrough/routes.ts'
import { serveCall } from '../pipeline/serve-call.ts'
import { makeClientSecret, refuseCalls, refuseTranscriptionSessions } from '../realtime/client-secrets.ts'
import { serveRealtime } from '../realtime/serve.ts'
import { docsPage, openapi } from './openapi.ts'
import type { Context } from './context.ts'
import type { GuardPoint, Route } from './route.ts'

const both: readonly GuardPoint[] = ['input', 'output']
const input: readonly GuardPoint[] = ['input']
const none: readonly GuardPoint[] = []

const withV1 = (path: string): readonly string[] => [path, `/v1${path}`]

const ofRealtime = (name: string): readonly string[] =>
  ['', '/v1', '/openai', '/openai/v1'].map((base) => `${base}/realtime/${name}`)

/** An LLM route: a key, a reservation, guards on both sides. */
const llm = (
  paths: readonly string[],
  dialect: DialectId,
  summary: string,
  serve: Route['serve'],
  guards = both,
): readonly Route[] =>
  paths.map((path) => ({ method: 'POST', path, auth: 'key', meter: 'call', guards, dialect, summary, serve }))

/** A route of an operation besides chat, on Azure's paths too. Its shape stands in the operation's row. */
const measured = (path: string, summary: string, operation: MeasuredOperation, guards = both): readonly Route[] => {
  const { shape } = measuredOf(operation)
  return [
    ...llm(withV1(path), 'openai-chat', summary, serveCall(operation, shape), guards),
    ...llm(azurePaths(path), 'openai-chat', `${summary}, Azure paths`, serveCall(operation, shape, modelPath), guards),
  ]
}

/** A WebSocket, which begins as a GET. */
const socket = (paths: readonly string[], summary: string, serve: Route['serve']): readonly Route[] =>
  paths.map((path) => ({ method: 'GET', path, auth: 'key', meter: 'call', guards: both, dialect: 'openai-chat', summary, serve }))

/** A route that reads or manages the gateway itself. */
const own = (
  method: Route['method'],
  paths: readonly string[],
  auth: Route['auth'],
  summary: string,
  serve: Route['serve'],
): readonly Route[] =>
  paths.map((path) => ({ method, path, auth, meter: 'free', guards: none, dialect: 'openai-chat', summary, serve }))

const inGemini = (routes: readonly Route[]): readonly Route[] => routes.map((route) => ({ ...route, dialect: 'gemini' }))

const inMessages = (routes: readonly Route[]): readonly Route[] =>
  routes.map((route) => ({ ...route, dialect: 'anthropic-messages' }))

const geminiStream = ({ params, query }: Context) => ({
  model: params['model'] ?? '',
  stream: true,
  asArray: query.get('alt') !== 'sse',
})
const geminiPath = ({ params }: Context) => ({ model: params['model'] ?? '', stream: false })
const modelPath = ({ params }: Context) => ({ model: params['model'] ?? '' })

const geminiPaths = (method: string): readonly string[] =>
  ['/v1beta', '/v1', ''].map((prefix) => `${prefix}/models/{model:path}:${method}`)
const azurePaths = (path: string): readonly string[] => [
  `/openai/deployments/{model:path}${path}`,
  `/engines/{model:path}${path}`,
]

/** Every route of the gateway. What this table does not name does not exist. */
export const routes: readonly Route[] = [
  ...llm(withV1('/chat/completions'), 'openai-chat', 'Chat, OpenAI dialect', serveCall('chat', 'openai-chat')),
  ...llm(azurePaths('/chat/completions'), 'openai-chat', 'Chat, Azure paths', serveCall('chat', 'openai-chat', modelPath)),
  ...llm(
    ['/cursor/chat/completions', '/cursor/v1/chat/completions'],
    'openai-chat',
    "Chat as Cursor's editor asks for it",
    serveCursorChat,
  ),
  ...llm(withV1('/completions'), 'openai-chat', 'Text completion', serveCall('completion', 'openai-completions')),
  ...llm(
    azurePaths('/completions'),
    'openai-chat',
    'Text completion, Azure paths',
    serveCall('completion', 'openai-completions', modelPath),
  ),
  ...llm(withV1('/embeddings'), 'openai-chat', 'Embeddings', serveCall('embedding', 'openai-embeddings'), input),
  ...llm(
    azurePaths('/embeddings'),
    'openai-chat',
    'Embeddings, Azure paths',
    serveCall('embedding', 'openai-embeddings', modelPath),
    input,
  ),
  ...measured('/images/generations', 'Make images', 'image_generation', input),
  ...measured('/images/edits', 'Change images (multipart)', 'image_edit', input),
  ...measured('/images/variations', 'Variations of an image (multipart)', 'image_variation', input),
  ...measured('/audio/transcriptions', 'Speech to text (multipart)', 'transcription'),
  ...measured('/audio/translations', 'Speech to English text (multipart)', 'translation'),
  ...measured('/audio/speech', 'Text to speech; the audio is streamed', 'speech', input),
  ...measured('/moderations', 'Judge texts and images', 'moderation', input),
  ...measured('/rerank', 'Order documents by their relevance', 'rerank', input),
  ...llm(['/v2/rerank'], 'openai-chat', 'Order documents by their relevance', serveCall('rerank', 'rerank'), input),
  ...measured('/ocr', 'Read a document', 'ocr'),
  ...measured('/search', 'Search the web', 'search'),
  ...llm(withV1('/search/{model:path}'), 'openai-chat', 'Search with one tool', serveCall('search', 'search', modelPath)),
  ...llm(withV1('/messages'), 'anthropic-messages', 'Chat, Anthropic dialect', serveCall('chat', 'anthropic-messages')),
  ...llm(withV1('/messages/count_tokens'), 'anthropic-messages', 'Count the tokens of a message', countMessagesTokens, input),
  ...llm(withV1('/responses'), 'openai-responses', 'Chat, OpenAI Responses dialect', serveResponses),
  ...llm(
    withV1('/responses/input_tokens'),
    'openai-responses',
    'Count the tokens of a response’s input',
    countInputTokens,
    input,
  ),
  ...llm(withV1('/responses/compact'), 'openai-responses', 'Make a conversation short', compactResponse),
  ...llm(geminiPaths('generateContent'), 'gemini', 'Chat, Gemini dialect', serveCall('chat', 'gemini', geminiPath)),
  ...llm(
    geminiPaths('streamGenerateContent'),
    'gemini',
    'Chat as a stream, Gemini dialect',
    serveCall('chat', 'gemini', geminiStream),
  ),
  ...llm(geminiPaths('countTokens'), 'gemini', 'Count the tokens of contents', countGeminiTokens, input),

  ...socket(
    [...withV1('/realtime'), '/openai/realtime', '/openai/v1/realtime'],
    'Spoken conversations (WebSocket)',
    serveRealtime,
  ),

  ...own('POST', ofRealtime('client_secrets'), 'key', 'A secret that opens a realtime session in a browser', makeClientSecret),
  ...own('POST', ofRealtime('transcription_sessions'), 'key', 'Not served: says what to use', refuseTranscriptionSessions),
  ...own('POST', ofRealtime('calls'), 'key', 'Not served: says what to use', refuseCalls),
  ...socket(withV1('/responses'), 'Responses, one after the other (WebSocket)', serveResponseSocket),

  ...own('GET', withV1('/responses/{id}'), 'key', 'A stored response', getResponse),
  ...own('DELETE', withV1('/responses/{id}'), 'key', 'Delete a stored response', deleteResponse),
  ...own('POST', withV1('/responses/{id}/cancel'), 'key', 'Stop a response that is made in the background', cancelResponse),
  ...own('GET', withV1('/responses/{id}/input_items'), 'key', 'What a stored response answered', inputItems),
  ...own('GET', withV1('/vector_store/list'), 'key', 'The vector stores of the configuration', listRegisteredStores),
  ...own('GET', withV1('/search/tools'), 'key', 'The search tools', listSearchTools),
  ...own(
    'GET',
    [...withV1('/models'), '/cursor/models', '/cursor/v1/models'],
    'key',
    'The models that the key may use',
    listModels,
  ),
  ...own('GET', ['/model/info', '/v1/model/info'], 'key', 'Deployments with limits and prices', modelInfo),
  ...own('GET', withV1('/models/{id:path}'), 'key', 'One model', oneModel),
  ...inGemini(own('GET', ['/v1beta/models'], 'key', 'The models that the key may use, Gemini dialect', listGeminiModels)),
  ...inGemini(own('GET', ['/v1beta/models/{id:path}'], 'key', 'One model, Gemini dialect', oneGeminiModel)),
  ...own('GET', ['/utils/supported_openai_params'], 'key', 'The parameters that a model takes', supportedOpenAiParams),
  ...own('POST', ['/utils/token_counter'], 'key', 'Count tokens locally', tokenCounter),
  ...own('GET', ['/utils/model_info'], 'key', 'What is known of a model', modelFacts),
  ...own('POST', ['/utils/transform_request'], 'key', 'What a provider would be sent; nothing is sent', transformRequest),
  ...inMessages(own('POST', ['/api/event_logging/batch'], 'key', 'Reports of coding agents, thrown away', discardEvents)),

  ...own('GET', ['/health/liveliness', '/health/liveness'], 'public', 'The process is alive', liveness),
  ...own('GET', ['/health/readiness'], 'public', 'The gateway can serve', readiness),
  ...own('GET', ['/health'], 'admin', 'Calls every deployment once', health),
  ...own('GET', ['/public/providers'], 'public', 'The providers, and what is proved of each', publicProviders),
  ...own('GET', ['/openapi.json'], 'public', 'This list as OpenAPI', openapi),
  ...own('GET', ['/docs', '/'], 'public', 'This list for people', docsPage),

  ...own('POST', ['/key/generate'], 'admin', 'Make a virtual key', keys.generate),
  ...own('GET', ['/key/info'], 'key', 'One key', keys.info),
  ...own('GET', ['/key/list'], 'admin', 'List keys', keys.list),
  ...own('POST', ['/key/update'], 'admin', 'Change a key', keys.update),
  ...own('POST', ['/key/delete'], 'admin', 'Delete keys', keys.remove),
  ...own('POST', ['/key/block'], 'admin', 'Block a key', keys.block),
  ...own('POST', ['/key/unblock'], 'admin', 'Unblock a key', keys.unblock),
  ...own('GET', ['/spend/logs'], 'key', 'Ledger rows, or sums by day', spend.logs),
  ...own('POST', ['/config/reload'], 'admin', 'Read the configuration file again', config.reload),

  ...keptRoutes,
  ...messageBatchRoutes,
  ...uploadRoutes,
  ...videoRoutes,
  ...passThroughRoutes,
]
