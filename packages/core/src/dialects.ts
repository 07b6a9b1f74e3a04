import { dialects, type ChatDialect, type ProviderDialect } from '@switchyard/wire'
import type { Endpoint, Shape } from './contracts.ts'

/** The chat dialect of a shape, or undefined for the shapes that need no hub. */
export function dialectOf(shape: Shape): ChatDialect | undefined {
  switch (shape) {
    case 'openai-chat':
    case 'openai-responses':
    case 'anthropic-messages':
    case 'gemini':
      return dialects[shape]
    default:
      return undefined
  }
}

/** Who reads usage and errors of a shape, and prints errors in it: OpenAI's other shapes do as its chat does. */
export const manners = (shape: Shape): ChatDialect => dialectOf(shape) ?? dialects['openai-chat']

/** The protocol in which an endpoint is asked and answers. */
export const protocolOf = ({ shape, speaks }: Endpoint): ProviderDialect => speaks ?? manners(shape)
