import {
  dialects,
  fail,
  openaiChatClient,
  type ChatDialect,
  type ClientDialect,
  type DialectId,
  type GatewayError,
  type ProviderDialect,
} from '@switchyard/wire'
import type { Shape } from './contracts.ts'

/** The dialects that a program was given. One with few of them is a small one. */
export interface Dialects {
  /** What callers may speak. Who reads usage and errors of OpenAI's chat is always there. */
  readonly clients: Readonly<Partial<Record<DialectId, ClientDialect>>>
  /** What providers can be asked in. */
  readonly protocols: Readonly<Partial<Record<DialectId, ProviderDialect>>>
}

export const allDialects: Dialects = { clients: dialects, protocols: dialects }

/** Is it a chat dialect, and not one of the shapes that need no hub? */
export function isDialect(shape: Shape): shape is DialectId {
  switch (shape) {
    case 'openai-chat':
    case 'openai-responses':
    case 'anthropic-messages':
    case 'gemini':
      return true
    default:
      return false
  }
}

/** The chat dialect of a shape, or undefined for the shapes that need no hub. */
export const dialectOf = (shape: Shape): ChatDialect | undefined => (isDialect(shape) ? dialects[shape] : undefined)

/** Who reads usage and errors of a shape, and prints errors in it: OpenAI's other shapes do as its chat does. */
export const manners = (shape: Shape): ChatDialect => dialectOf(shape) ?? dialects['openai-chat']

/** The dialect that a program's callers speak; undefined where it was not given, and for the shapes that need no hub. */
export const clientDialect = ({ clients }: Dialects, shape: Shape): ClientDialect | undefined =>
  isDialect(shape) ? clients[shape] : undefined

/** The protocol that providers are asked in on endpoints of this shape. */
export const protocolOf = ({ protocols }: Dialects, shape: Shape): ProviderDialect | undefined =>
  isDialect(shape) ? protocols[shape] : undefined

/** A program that was built with few dialects, and a call that takes another. */
export const missingDialect = (id: DialectId): GatewayError =>
  fail('bad_request', `This call takes the dialect "${id}", which this program was built without.`, { code: 'missing_dialect' })

/** `manners` among a program's own dialects. */
export const clientManners = (own: Dialects, shape: Shape): ClientDialect => clientDialect(own, shape) ?? openaiChatClient
