import type { ReplyHeaders } from '@switchyard/core'
/** Replies up to this size with a declared length are read in one go. */
const wholeBytes = 8 * 1024 * 1024

export function isShort(headers: ReplyHeaders): boolean {
  const length = headers.get('content-length')
  return length !== null && Number(length) <= wholeBytes
}
