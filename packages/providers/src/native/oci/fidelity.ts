import { openaiChatProtocol, type Feature, type Fidelity } from '@switchyard/wire'
import { writesV1 } from '../cohere/fidelity.ts'

/** Of OpenAI's chat, what Oracle's generic format has no field for (native-wire facts §11, 2026-11-22). */
const lost = [
  'audio',
  'video',
  'document-data',
  'document-url',
  'file-id',
  'hosted-tools',
  'strict-tools',
  'reasoning-history',
  'user',
  'metadata',
  'service-tier',
  'store',
  'cache-marks',
] as const satisfies readonly Feature[]

const drops = Object.fromEntries(lost.map((feature) => [feature, 'drops' as const]))

export const writesGeneric: Readonly<Record<Feature, Fidelity>> = {
  ...openaiChatProtocol.writes,
  ...drops,
  'top-k': 'keeps',
}

export const writesCohere: Readonly<Record<Feature, Fidelity>> = writesV1
