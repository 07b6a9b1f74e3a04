import type { PassedCall, WrittenError } from '@switchyard/core'
import { numberOf, objectOf, type ErrorKind, type GatewayError } from '@switchyard/wire'

/** Models whose bodies are no chats (native-wire facts §3.7, 2026-11-22). */
const embedders = /titan-embed|cohere\.embed|nova-\d?-?multimodal-embed|twelvelabs\.marengo/
const painters = /titan-image|nova-canvas/

export const passedCalls: readonly PassedCall[] = [
  {
    path: '/model/{model}/invoke',
    operation: 'embedding',
    models: embedders,
    asked: ({ inputText, texts }) => ({ input: inputText ?? texts }),
    usage: (reply) => {
      const tokens = numberOf(objectOf(reply)?.['inputTextTokenCount'])
      return tokens === undefined ? undefined : { input: tokens }
    },
  },
  {
    path: '/model/{model}/invoke',
    operation: 'image_generation',
    models: painters,
    asked: ({ imageGenerationConfig }) => {
      const { numberOfImages, quality, ...config } = objectOf(imageGenerationConfig) ?? {}
      const [width, height] = [numberOf(config['width']), numberOf(config['height'])]
      return { n: numberOfImages, quality, ...(width === undefined ? {} : { size: `${width}x${height ?? width}` }) }
    },
  },
]

/** The names by which AWS's clients choose the class of an exception (Bedrock's API reference, common errors). */
const exceptions: Readonly<Partial<Record<ErrorKind, string>>> = {
  auth: 'UnrecognizedClientException',
  forbidden: 'AccessDeniedException',
  not_found: 'ResourceNotFoundException',
  rate_limited: 'ThrottlingException',
  over_budget: 'ServiceQuotaExceededException',
  unavailable: 'ServiceUnavailableException',
  timeout: 'ModelTimeoutException',
  upstream_timeout: 'ModelTimeoutException',
}

export function writeAwsError({ kind, message, status }: GatewayError): WrittenError {
  const name = exceptions[kind] ?? (status >= 500 ? 'InternalServerException' : 'ValidationException')
  return { body: { message }, headers: { 'x-amzn-errortype': name } }
}
