import type { Feature, Fidelity } from '@switchyard/wire'

/** What arrives when a request is written for Cohere's v2 chat (docs.cohere.com/reference/chat, 2026-11-22). */
export const writes: Readonly<Record<Feature, Fidelity>> = {
  system: 'keeps',
  'mid-system': 'keeps',
  'participant-name': 'drops',
  'image-url': 'keeps',
  'image-data': 'keeps',
  audio: 'drops',
  video: 'drops',
  'document-data': 'drops',
  'document-url': 'drops',
  // A document given as text becomes a text part.
  'document-text': 'approximates',
  'file-id': 'drops',
  tools: 'keeps',
  'hosted-tools': 'drops',
  // A named tool is required by being the only one.
  'tool-choice': 'approximates',
  'allowed-tools': 'approximates',
  'parallel-tools-off': 'drops',
  // One switch for all tools.
  'strict-tools': 'approximates',
  'tool-result-error': 'drops',
  'tool-result-media': 'drops',
  'json-object': 'keeps',
  'json-schema': 'approximates',
  // On or off.
  'reasoning-effort': 'approximates',
  'reasoning-budget': 'keeps',
  // Before calls it becomes their plan.
  'reasoning-history': 'approximates',
  'reasoning-signature': 'drops',
  'sealed-reasoning': 'drops',
  'cache-marks': 'drops',
  temperature: 'keeps',
  'top-p': 'keeps',
  'top-k': 'keeps',
  'max-tokens': 'keeps',
  stop: 'keeps',
  seed: 'keeps',
  'frequency-penalty': 'keeps',
  'presence-penalty': 'keeps',
  n: 'drops',
  logprobs: 'drops',
  'logit-bias': 'drops',
  user: 'drops',
  metadata: 'drops',
  'service-tier': 'drops',
  store: 'drops',
  'previous-id': 'drops',
  'native-blocks': 'drops',
  'citations-history': 'drops',
}

/** The same for v1, whose turns are plain text and whose tools have parameters instead of a schema. */
export const writesV1: typeof writes = {
  ...writes,
  'image-url': 'drops',
  'image-data': 'drops',
  tools: 'approximates',
  'strict-tools': 'drops',
  'reasoning-effort': 'drops',
  'reasoning-budget': 'drops',
  'reasoning-history': 'drops',
}
