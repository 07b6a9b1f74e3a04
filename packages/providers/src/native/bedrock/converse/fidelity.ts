import type { Feature, Fidelity } from '@switchyard/wire'
import type { Family } from './families.ts'

/** What a request keeps when it is written for Converse. */
const common: Readonly<Record<Feature, Fidelity>> = {
  system: 'keeps',
  // Written as an operator's note in a user turn.
  'mid-system': 'approximates',
  'participant-name': 'drops',
  // Fetched first, unless it lies in S3.
  'image-url': 'keeps',
  'image-data': 'keeps',
  audio: 'drops',
  video: 'keeps',
  'document-data': 'keeps',
  'document-url': 'keeps',
  'document-text': 'approximates',
  'file-id': 'drops',
  tools: 'keeps',
  'hosted-tools': 'drops',
  'tool-choice': 'keeps',
  'allowed-tools': 'keeps',
  'parallel-tools-off': 'drops',
  'strict-tools': 'drops',
  'tool-result-error': 'drops',
  'tool-result-media': 'keeps',
  'json-object': 'drops',
  // By a tool whose arguments are the answer, where the model has no such format.
  'json-schema': 'approximates',
  'reasoning-effort': 'drops',
  'reasoning-budget': 'drops',
  'reasoning-history': 'drops',
  'reasoning-signature': 'drops',
  'sealed-reasoning': 'drops',
  'cache-marks': 'approximates',
  temperature: 'keeps',
  'top-p': 'keeps',
  'top-k': 'drops',
  'max-tokens': 'keeps',
  stop: 'keeps',
  seed: 'drops',
  'frequency-penalty': 'drops',
  'presence-penalty': 'drops',
  n: 'drops',
  logprobs: 'drops',
  'logit-bias': 'drops',
  user: 'drops',
  metadata: 'approximates',
  'service-tier': 'approximates',
  store: 'drops',
  'previous-id': 'drops',
  'native-blocks': 'drops',
  'citations-history': 'drops',
}

const claude: Partial<Record<Feature, Fidelity>> = {
  'hosted-tools': 'approximates',
  'parallel-tools-off': 'approximates',
  'reasoning-effort': 'approximates',
  'reasoning-budget': 'approximates',
  'reasoning-history': 'keeps',
  'reasoning-signature': 'keeps',
  'sealed-reasoning': 'keeps',
}

export function writesOf(family: Family): Readonly<Record<Feature, Fidelity>> {
  return {
    ...common,
    ...(family.claude ? claude : {}),
    ...(family.effort ? { 'reasoning-effort': 'approximates', 'reasoning-budget': 'approximates' } : {}),
    ...(family.topK ? { 'top-k': 'keeps' } : {}),
    ...(family.searches === undefined ? {} : { 'hosted-tools': 'approximates' }),
    ...(family.resultStatus ? { 'tool-result-error': 'keeps' } : {}),
    ...(family.forces === 'none' ? { 'tool-choice': 'drops' } : {}),
    ...(family.forces === 'any' ? { 'tool-choice': 'approximates' } : {}),
    ...(family.tools === false ? { tools: 'drops', 'tool-choice': 'drops' } : {}),
  }
}
