/** Ids in this dialect's style, made from the call's id (a UUID) where the provider gave none. */
export const responseId = (callId: string, given: string): string =>
  given.startsWith('resp_') ? given : `resp_${callId.replaceAll('-', '')}`

export type ItemPrefix = 'msg' | 'fc' | 'ctc' | 'tsc' | 'rs' | 'ig'

export const itemId = (prefix: ItemPrefix, callId: string, index: number): string =>
  `${prefix}_${callId.replaceAll('-', '')}${index.toString(16).padStart(4, '0')}`
