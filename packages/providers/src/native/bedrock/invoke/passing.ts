import { objectOf, type ProviderDialect } from '@switchyard/wire'
import { unknownFields } from '../../../passed-fields.ts'

/**
 * The fields of a chat that nobody knows may be the model's own: they travel, to where the model has its settings. A guardrail is
 * the service's.
 */
export const passing = (dialect: ProviderDialect, settings?: string): ProviderDialect => ({
  ...dialect,
  writeRequest: (request, traits) => {
    const { body, undo } = dialect.writeRequest(request, traits)
    const { guardrailConfig, ...unknown } = unknownFields(request, ['stream_options'])
    const inside = settings === undefined ? unknown : { [settings]: { ...objectOf(body[settings]), ...unknown } }
    return { body: { ...body, ...inside, ...(guardrailConfig === undefined ? {} : { guardrailConfig }) }, undo }
  },
})
