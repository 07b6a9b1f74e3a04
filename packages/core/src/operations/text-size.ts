const encoder = new TextEncoder()

/** UTF-8 bytes of all the text in a value. */
export function bytesOf(value: unknown): number {
  if (value === undefined) return 0
  return encoder.encode(typeof value === 'string' ? value : JSON.stringify(value)).length
}

/** Characters as price lists count them: code points. */
export function charactersOf(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
