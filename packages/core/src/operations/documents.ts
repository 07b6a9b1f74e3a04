import { arrayOf, makeUsage, numberOf, objectOf, type Usage } from '@switchyard/wire'
import { boundTokens, estimateTokens } from '../catalog/index.ts'
import type { CallInputs, Counted, Most } from './measured.ts'
import { bytesOf } from './text-size.ts'

export const countModeration = ({ field }: Counted): Usage =>
  makeUsage({ input: estimateTokens(bytesOf(field('input'))), estimated: true })

export const mostModeration = ({ field }: CallInputs): Most => ({ inputTokens: boundTokens(bytesOf(field('input'))) })

/** A search unit of Cohere: a query with up to 100 documents, longer ones cut into pieces of 500 tokens (cohere.com/pricing). */
const documentsPerQuery = 100
const bytesPerPiece = 500

/** Queries or tokens, whichever the provider names; one without a price costs nothing. */
export function countRerank({ reply, field }: Counted): Usage {
  const meta = objectOf(reply['meta'])
  const billed = objectOf(meta?.['billed_units'])
  const usage = objectOf(reply['usage'])
  const tokens =
    numberOf(usage?.['total_tokens']) ??
    numberOf(objectOf(meta?.['tokens'])?.['input_tokens']) ??
    numberOf(billed?.['total_tokens']) ??
    0
  const documents = arrayOf(field('documents')).length
  const queries = numberOf(billed?.['search_units']) ?? Math.max(1, Math.ceil(documents / documentsPerQuery))
  return makeUsage({ input: tokens, units: { query: queries } })
}

/** Some read the query anew with every document. */
export function mostRerank({ field }: CallInputs): Most {
  const documents = arrayOf(field('documents'))
  const query = bytesOf(field('query'))
  const bytes = documents.reduce<number>((sum, one) => sum + bytesOf(one) + query, 0)
  const pieces = documents.length + Math.ceil(bytes / bytesPerPiece)
  return { units: { query: Math.max(1, Math.ceil(pieces / documentsPerQuery)) }, inputTokens: boundTokens(bytes) }
}

/** Mistral reads no longer documents (its OCR guide). */
const mostPagesOfDocument = 1000

const isAnnotated = ({ field }: CallInputs): boolean =>
  ['bbox_annotation_format', 'document_annotation_format'].some((name) => (field(name) ?? undefined) !== undefined)

const pages = (inputs: CallInputs, count: number): Most['units'] => ({
  page: count,
  ...(isAnnotated(inputs) ? { 'annotated-page': count } : {}),
})

export function countPages(counted: Counted): Usage {
  const { reply } = counted
  const read = numberOf(objectOf(reply['usage_info'])?.['pages_processed']) ?? arrayOf(reply['pages']).length
  return makeUsage({ units: pages(counted, Math.max(1, read)) ?? {} })
}

export function mostPages(inputs: CallInputs): Most {
  const isPicture = objectOf(inputs.field('document'))?.['type'] === 'image_url'
  const chosen = arrayOf(inputs.field('pages')).length
  return { units: pages(inputs, isPicture ? 1 : chosen > 0 ? chosen : mostPagesOfDocument) ?? {} }
}

const queriesIn = ({ field }: CallInputs): number => Math.max(1, arrayOf(field('query')).length)

export const countSearch = (counted: Counted): Usage => makeUsage({ units: { query: queriesIn(counted) } })

export const mostSearch = (inputs: CallInputs): Most => ({ units: { query: queriesIn(inputs) } })
