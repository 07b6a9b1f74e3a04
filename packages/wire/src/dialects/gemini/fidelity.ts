import type { Feature, Fidelity } from '../../loss.ts'

/** What a request of another dialect keeps when it is written for Gemini. */
export const writes: Readonly<Record<Feature, Fidelity>> = {
  system: 'keeps',
  // Moved to the system instruction: the place in the conversation is lost.
  'mid-system': 'approximates',
  'participant-name': 'drops',
  'image-url': 'keeps',
  'image-data': 'keeps',
  audio: 'keeps',
  video: 'keeps',
  'document-data': 'keeps',
  'document-url': 'keeps',
  // A document given as text becomes a text part, without its name.
  'document-text': 'approximates',
  // The id is sent as a file's URI: only Google's own files can be found.
  'file-id': 'approximates',
  // Schemas are cut to Google's subset.
  tools: 'approximates',
  'hosted-tools': 'approximates',
  'tool-choice': 'keeps',
  'allowed-tools': 'keeps',
  'parallel-tools-off': 'drops',
  'strict-tools': 'drops',
  'tool-result-error': 'keeps',
  // Inside the answer from Gemini 3 on, beside it before.
  'tool-result-media': 'approximates',
  'json-object': 'keeps',
  'json-schema': 'keeps',
  // Words become token counts on 2.5, and the nearest level on 3.
  'reasoning-effort': 'approximates',
  'reasoning-budget': 'approximates',
  'reasoning-history': 'keeps',
  'reasoning-signature': 'keeps',
  'sealed-reasoning': 'drops',
  // Caches are objects of their own; marks inside a prompt do not exist.
  'cache-marks': 'drops',
  temperature: 'keeps',
  'top-p': 'keeps',
  'top-k': 'keeps',
  'max-tokens': 'keeps',
  stop: 'keeps',
  seed: 'keeps',
  // Dropped for Gemini 3 and previews, which refuse penalties.
  'frequency-penalty': 'approximates',
  'presence-penalty': 'approximates',
  n: 'keeps',
  logprobs: 'keeps',
  'logit-bias': 'drops',
  user: 'drops',
  metadata: 'drops',
  'service-tier': 'approximates',
  store: 'drops',
  'previous-id': 'drops',
  // Only Gemini's own are written, and those need no translation.
  'native-blocks': 'drops',
  'citations-history': 'drops',
}
