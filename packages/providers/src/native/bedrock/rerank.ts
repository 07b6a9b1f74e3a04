import type { Codec, Target } from '@switchyard/core'
import { arrayOf, compact, isString, objectOf, objectsOf, type JsonObject } from '@switchyard/wire'
import { awsDomain } from '../../aws/params.ts'
import { regionalHost, type AwsService } from '../../aws/service.ts'
import { documentText, rankedReply, scoredOf } from '../../rerank.ts'
import { bedrockRegion, urlIdOf } from './model.ts'

/** Ranking is of the agents' runtime, which has a host of its own (native-wire facts §3.7, 2026-11-22). */
export const agentRuntime: AwsService = {
  name: 'bedrock',
  hostFor: regionalHost('bedrock-agent-runtime'),
  keyEnv: ['AWS_BEARER_TOKEN_BEDROCK'],
}

export const rerankPath = '/rerank'

/** What else that runtime has, for who asks it himself (API reference, "Agents for Amazon Bedrock Runtime", 2026-11-22). */
export const isOfAgents = (url: string): boolean =>
  /\/(?:rerank|retrieveAndGenerate(?:Stream)?|generateQuery|optimize-prompt)$|\/(?:agents|knowledgebases|flows|sessions)\//.test(
    url,
  )

/** A query may hold a hundred documents (aws.amazon.com/bedrock/pricing). */
const documentsPerQuery = 100

export const rerank: Codec = {
  write: ({ model: _, query, documents, top_n: top, return_documents: _return, max_tokens_per_doc: limit, ...own }, target) => ({
    json: {
      queries: [{ type: 'TEXT', textQuery: { text: documentText(query) } }],
      sources: arrayOf(documents).map((one) => ({ type: 'INLINE', inlineDocumentSource: sourceOf(one) })),
      rerankingConfiguration: {
        type: 'BEDROCK_RERANKING_MODEL',
        bedrockRerankingConfiguration: {
          modelConfiguration: compact({ modelArn: arnOf(target), additionalModelRequestFields: fieldsOf(limit) }),
          numberOfResults: top ?? arrayOf(documents).length,
        },
      },
      ...own,
    },
  }),
  read: (reply, request) => {
    const scores = objectsOf(objectOf(reply)?.['results']).map((one) => scoredOf(one, 'index', 'relevanceScore'))
    const queries = Math.max(1, Math.ceil(arrayOf(request['documents']).length / documentsPerQuery))
    return rankedReply({ scores, meta: { billed_units: { search_units: queries } } }, request)
  },
}

const sourceOf = (document: unknown): JsonObject =>
  isString(document) ? { type: 'TEXT', textDocument: { text: document } } : { type: 'JSON', jsonDocument: document }

const fieldsOf = (limit: unknown): JsonObject | undefined => (limit === undefined ? undefined : { max_tokens_per_doc: limit })

function arnOf(target: Target): string {
  const id = urlIdOf(target)
  if (id.startsWith('arn:')) return id
  const region = bedrockRegion(target)
  const partition = awsDomain(region).endsWith('.cn') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
  return `arn:${partition}:bedrock:${region}::foundation-model/${id}`
}
