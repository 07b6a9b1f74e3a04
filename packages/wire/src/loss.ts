import type { Block, ChatRequest, Turn } from './hub.ts'

/** Everything that a request may hold and a dialect may lack: the rows of the loss table (docs/loss.md). */
export const features = [
  'system',
  'mid-system',
  'participant-name',
  'image-url',
  'image-data',
  'audio',
  'video',
  'document-data',
  'document-url',
  'document-text',
  'file-id',
  'tools',
  'hosted-tools',
  'tool-choice',
  'allowed-tools',
  'parallel-tools-off',
  'strict-tools',
  'tool-result-error',
  'tool-result-media',
  'json-object',
  'json-schema',
  'reasoning-effort',
  'reasoning-budget',
  'reasoning-history',
  'reasoning-signature',
  'sealed-reasoning',
  'cache-marks',
  'temperature',
  'top-p',
  'top-k',
  'max-tokens',
  'stop',
  'seed',
  'frequency-penalty',
  'presence-penalty',
  'n',
  'logprobs',
  'logit-bias',
  'user',
  'metadata',
  'service-tier',
  'store',
  'previous-id',
  'native-blocks',
  'citations-history',
] as const
export type Feature = (typeof features)[number]

/** `keeps`: the same meaning arrives; `approximates`: a near meaning; `drops`: nothing arrives. */
export type Fidelity = 'keeps' | 'approximates' | 'drops'

/** One thing that a translation did not carry whole. `field` names what it was, for a header and the log. */
export interface Loss {
  readonly feature: Feature | 'unknown-field'
  readonly fidelity: Exclude<Fidelity, 'keeps'>
  readonly field?: string
}

/** The features that a request uses, each once. */
export function featuresOf(request: ChatRequest): ReadonlySet<Feature> {
  const found = new Set<Feature>()
  if (request.system.length > 0) found.add('system')
  addBlocks(request.system, found)
  for (const turn of request.turns) addTurn(turn, found)
  addTools(request, found)
  addSettings(request, found)
  return found
}

/** What is lost when `request` is written in another dialect; `extra` fields of the request count as unknown fields. */
export function lossesOf(request: ChatRequest, writes: Readonly<Record<Feature, Fidelity>>): readonly Loss[] {
  const losses: Loss[] = []
  for (const feature of featuresOf(request)) {
    const fidelity = writes[feature]
    if (fidelity !== 'keeps') losses.push({ feature, fidelity })
  }
  for (const field of Object.keys(request.extra?.fields ?? {})) {
    if (!field.startsWith('$')) losses.push({ feature: 'unknown-field', fidelity: 'drops', field })
  }
  return losses
}

/** `seed=drops, n=drops`: the value of x-switchyard-loss. */
export function formatLosses(losses: readonly Loss[]): string {
  const shown = losses.slice(0, mostShown).map(formatLoss)
  return [...shown, ...(losses.length > mostShown ? [`others=${losses.length - mostShown}`] : [])].join(', ')
}

/** The names are the client's, and proxies refuse headers of more than a few kilobytes. */
const mostShown = 50

const formatLoss = ({ feature, field, fidelity }: Loss): string =>
  `${field === undefined ? feature : headerToken(field)}=${fidelity}`

const headerToken = (field: string): string => field.replace(/[^\w.-]/g, '_').slice(0, 64)

function addTurn(turn: Turn, found: Set<Feature>): void {
  if (turn.role === 'system') found.add('mid-system')
  if (turn.name !== undefined) found.add('participant-name')
  addBlocks(turn.blocks, found)
}

function addBlocks(blocks: readonly Block[], found: Set<Feature>): void {
  for (const block of blocks) {
    if (block.cache !== undefined) found.add('cache-marks')
    switch (block.type) {
      case 'text':
        if (block.citations !== undefined && block.citations.length > 0) found.add('citations-history')
        break
      case 'reasoning':
        found.add('reasoning-history')
        if (block.signature !== undefined) found.add('reasoning-signature')
        if (block.sealed !== undefined) found.add('sealed-reasoning')
        break
      case 'media':
        found.add(mediaFeature(block.media, block.source.kind))
        break
      case 'result':
        if (block.isError) found.add('tool-result-error')
        if (block.content.some((part) => part.type === 'media')) found.add('tool-result-media')
        addBlocks(block.content, found)
        break
      case 'native':
        found.add('native-blocks')
        break
      case 'call':
        break
    }
  }
}

function mediaFeature(media: 'image' | 'audio' | 'video' | 'document', source: 'data' | 'url' | 'file' | 'text'): Feature {
  if (source === 'file') return 'file-id'
  if (media === 'audio' || media === 'video') return media
  if (media === 'image') return source === 'url' ? 'image-url' : 'image-data'
  return source === 'url' ? 'document-url' : source === 'text' ? 'document-text' : 'document-data'
}

function addTools(request: ChatRequest, found: Set<Feature>): void {
  for (const tool of request.tools) {
    found.add(tool.hosted ? 'hosted-tools' : 'tools')
    if (tool.strict !== undefined) found.add('strict-tools')
    if (tool.cache !== undefined) found.add('cache-marks')
  }
  if (request.toolChoice?.mode === 'allowed') found.add('allowed-tools')
  // `auto` is what saying nothing means.
  else if (request.toolChoice !== undefined && request.toolChoice.mode !== 'auto') found.add('tool-choice')
  if (request.parallelTools === false) found.add('parallel-tools-off')
}

function addSettings(request: ChatRequest, found: Set<Feature>): void {
  const { sampling, reasoning, format } = request
  const present: readonly (readonly [Feature, unknown])[] = [
    ['temperature', sampling.temperature],
    ['top-p', sampling.topP],
    ['top-k', sampling.topK],
    ['max-tokens', sampling.maxTokens],
    ['stop', sampling.stop],
    ['seed', sampling.seed],
    ['frequency-penalty', sampling.frequencyPenalty],
    ['presence-penalty', sampling.presencePenalty],
    ['logprobs', sampling.logprobs ?? sampling.topLogprobs],
    ['logit-bias', sampling.logitBias],
    ['reasoning-effort', reasoning?.effort],
    ['reasoning-budget', reasoning?.budget],
    ['user', request.user],
    ['metadata', request.metadata],
    ['service-tier', request.serviceTier],
    ['store', request.store],
    ['previous-id', request.previousId],
  ]
  for (const [feature, value] of present) if (value !== undefined) found.add(feature)
  if (sampling.n !== undefined && sampling.n !== 1) found.add('n')
  if (format?.type === 'json') found.add('json-object')
  if (format?.type === 'schema') found.add('json-schema')
}
