// docs/loss.md: what a request keeps when it is written in another dialect, from `dialects[…].writes`.
import { dialects, features, type ChatDialect, type Feature, type Fidelity } from '@switchyard/wire'
import { code, table, type Page } from './page.ts'

const meanings: Readonly<Record<Feature, string>> = {
  system: 'system prompt at the beginning',
  'mid-system': 'system message inside the conversation',
  'participant-name': 'name of a participant',
  'image-url': 'image by URL',
  'image-data': 'image as data',
  audio: 'audio input',
  video: 'video input',
  'document-data': 'document as data',
  'document-url': 'document by URL',
  'document-text': 'document as plain text',
  'file-id': 'file uploaded before, by id',
  tools: 'functions that the client runs',
  'hosted-tools': 'tools that the provider runs',
  'tool-choice': 'auto, none, required or one named tool',
  'allowed-tools': 'choice among some of the tools',
  'parallel-tools-off': 'one tool call at a time',
  'strict-tools': 'arguments exactly by the schema',
  'tool-result-error': 'a tool result that is a failure',
  'tool-result-media': 'images and files in a tool result',
  'json-object': 'answer is some JSON object',
  'json-schema': 'answer by a JSON schema',
  'reasoning-effort': 'how hard to think, in words',
  'reasoning-budget': 'how much to think, in tokens',
  'reasoning-history': 'reasoning of earlier turns',
  'reasoning-signature': 'its signature',
  'sealed-reasoning': 'encrypted reasoning of earlier turns',
  'cache-marks': 'marks of what may be cached',
  temperature: 'temperature',
  'top-p': 'nucleus sampling',
  'top-k': 'top-k sampling',
  'max-tokens': 'limit of the output',
  stop: 'stop sequences',
  seed: 'seed',
  'frequency-penalty': 'frequency penalty',
  'presence-penalty': 'presence penalty',
  n: 'several answers',
  logprobs: 'log probabilities',
  'logit-bias': 'logit bias',
  user: 'id of the end user',
  metadata: 'metadata for the provider',
  'service-tier': 'service tier',
  store: 'whether the provider stores the reply',
  'previous-id': 'continuation of a stored reply',
  'native-blocks': 'blocks that only the client dialect knows',
  'citations-history': 'citations of earlier answers',
}

const marks: Readonly<Record<Fidelity, string>> = { keeps: '●', approximates: '◐', drops: '·' }

const all: readonly ChatDialect[] = Object.values(dialects)

const withFidelity = (dialect: ChatDialect, fidelity: Fidelity): readonly Feature[] =>
  features.filter((feature) => dialect.writes[feature] === fidelity)

const pairRow = (client: ChatDialect): readonly string[] => [
  code(client.id),
  ...all.map((provider) => (provider === client ? 'bytes pass' : `[${summary(provider)}](#to-${provider.id})`)),
]

const summary = (provider: ChatDialect): string =>
  `${withFidelity(provider, 'approximates').length} ◐, ${withFidelity(provider, 'drops').length} ·`

const section = (provider: ChatDialect): string => `### To ${provider.id}

From ${all
  .filter((client) => client !== provider)
  .map(({ id }) => code(id))
  .join(', ')}.

- **Approximates:** ${withFidelity(provider, 'approximates').map(code).join(', ')}
- **Drops:** ${withFidelity(provider, 'drops').map(code).join(', ')}
`

export const lossPage: Page = {
  file: 'loss.md',
  text: `# What a translation loses

<!-- Written by scripts/docs/loss.ts from packages/wire/src/dialects/*; do not edit. -->

A client speaks one dialect, the provider another; then the request is translated. Where both speak the same dialect nothing is
translated: the bytes pass, spliced where the gateway means to (the model's name, say), and nothing is lost. What a translation loses depends on the provider's dialect; a feature that the
client's dialect cannot say does not occur.

● keeps: the same meaning arrives · ◐ approximates: a near meaning arrives · \`·\` drops: nothing arrives.

Every loss of a call is listed in the reply's header \`x-switchyard-loss\` (\`seed=drops, n=drops\`), and \`switchyard explain\` shows
it before anything is sent. Fields that no dialect here knows are dropped by a translation and listed by their own names. With
\`switchyard_settings.strict_translation\` a request that would lose anything is refused. An openai-chat request whose sampling
parameters would be dropped is refused as LiteLLM refuses it, unless \`drop_params\` is set.

## Pairs

Rows are the client's dialect, columns the provider's; of ${features.length} features.

${table(['client', ...all.map(({ id }) => code(id))], all.map(pairRow))}

## Features

The columns are the provider's dialect.

${table(
  ['feature', ...all.map(({ id }) => code(id)), 'what it is'],
  features.map((feature) => [code(feature), ...all.map(({ writes }) => marks[writes[feature]]), meanings[feature]]),
)}

## Lists

${all.map(section).join('\n')}`,
}
