import type { CallShape, Quirk, Target } from '@switchyard/core'
import { objectOf, type JsonObject } from '@switchyard/wire'
import { without } from '../../tuning.ts'
import { hasOneImage, unknownToStability } from './images.ts'

/** What InvokeModel wants different in an Anthropic body (Bedrock user guide, "Anthropic Claude Messages API", 2026-11-22). */
export function tuneBedrock(target: Target, call: CallShape): readonly Quirk[] {
  if (call.operation === 'image_generation' || call.operation === 'image_edit')
    return hasOneImage(target) ? without(target, call, unknownToStability) : none
  if (call.shape === 'native' && call.operation !== 'embedding' && call.field('inferenceConfig') !== undefined)
    return converseQuirks
  if (call.shape !== 'anthropic-messages') return none
  return call.field('output_format') === undefined ? anthropicQuirks : [...anthropicQuirks, formatInConfig]
}

const none: readonly Quirk[] = []

export const anthropicVersion = 'bedrock-2023-05-31'

const anthropicQuirks: readonly Quirk[] = [
  { do: 'default', field: 'anthropic_version', value: anthropicVersion },
  // The URL says whether it streams.
  { do: 'drop', field: 'stream' },
  { do: 'drop', field: 'service_tier' },
]

/** All that Converse has at the top of a body; what else an operator or a caller adds is the model's own. */
const converseFields: ReadonlySet<string> = new Set(
  (
    'messages system inferenceConfig toolConfig guardrailConfig additionalModelRequestFields promptVariables ' +
    'additionalModelResponseFieldPaths requestMetadata performanceConfig serviceTier outputConfig'
  ).split(' '),
)

const converseQuirks: readonly Quirk[] = [{ do: 'edit', name: 'unknown-fields-are-the-models', edit: moveUnknown }]

function moveUnknown(body: JsonObject): JsonObject {
  const unknown = Object.keys(body).filter((name) => !converseFields.has(name))
  if (unknown.length === 0) return body
  const rest = Object.fromEntries(Object.entries(body).filter(([name]) => converseFields.has(name)))
  const moved = Object.fromEntries(unknown.map((name) => [name, body[name]]))
  return { ...rest, additionalModelRequestFields: { ...objectOf(body['additionalModelRequestFields']), ...moved } }
}

/** The older place of an answer's format is unknown here. */
const formatInConfig: Quirk = { do: 'edit', name: 'output-format-in-config', edit: moveFormat }

function moveFormat(body: JsonObject): JsonObject {
  const { output_format: format, ...rest } = body
  return { ...rest, output_config: { ...objectOf(body['output_config']), format } }
}
