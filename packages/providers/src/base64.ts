import { fail } from '@switchyard/wire'

/** `btoa` takes text; long lists of arguments overflow the stack. */
const pieceLength = 8192

export function base64Of(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += pieceLength) {
    binary += String.fromCharCode(...bytes.subarray(at, at + pieceLength))
  }
  return btoa(binary)
}

export function bytesOfBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch (cause) {
    throw fail('bad_reply', 'The provider sent something that is not base64.', {}, { cause })
  }
}
