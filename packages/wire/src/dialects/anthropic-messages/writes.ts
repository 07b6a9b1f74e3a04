import type { Feature, Fidelity } from '../../loss.ts'

/** What arrives when a request of another dialect is written in this one. */
export const writes: Readonly<Record<Feature, Fidelity>> = {
  system: 'keeps',
  // Native on few models, an operator's note in a user turn on the others.
  'mid-system': 'approximates',
  'participant-name': 'drops',
  'image-url': 'keeps',
  'image-data': 'keeps',
  audio: 'drops',
  video: 'drops',
  'document-data': 'keeps',
  'document-url': 'keeps',
  'document-text': 'keeps',
  'file-id': 'keeps',
  tools: 'keeps',
  // Web search, MCP servers and this dialect's own types arrive; other providers' tools have no counterpart.
  'hosted-tools': 'approximates',
  // A forced tool where thinking is on costs the thinking.
  'tool-choice': 'keeps',
  'allowed-tools': 'approximates',
  'parallel-tools-off': 'keeps',
  'strict-tools': 'drops',
  'tool-result-error': 'keeps',
  'tool-result-media': 'keeps',
  'json-object': 'drops',
  // Limits become words of the description, or a tool stands for the schema.
  'json-schema': 'approximates',
  'reasoning-effort': 'approximates',
  'reasoning-budget': 'approximates',
  // Only reasoning that this dialect's provider signed goes back to it.
  'reasoning-history': 'approximates',
  'reasoning-signature': 'keeps',
  'sealed-reasoning': 'approximates',
  'cache-marks': 'keeps',
  // At most 1, and not beside thinking.
  temperature: 'approximates',
  'top-p': 'approximates',
  'top-k': 'approximates',
  'max-tokens': 'keeps',
  // Stop words of blanks only are refused and left out.
  stop: 'approximates',
  seed: 'drops',
  'frequency-penalty': 'drops',
  'presence-penalty': 'drops',
  n: 'drops',
  logprobs: 'drops',
  'logit-bias': 'drops',
  user: 'keeps',
  // Only `user_id` exists.
  metadata: 'drops',
  'service-tier': 'approximates',
  store: 'drops',
  'previous-id': 'drops',
  'native-blocks': 'drops',
  'citations-history': 'drops',
}
