const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const pool = new Uint8Array(4096)
let used = pool.length

/** A UUIDv7 (RFC 9562): sorts by the millisecond it was made in; 74 random bits. */
export function uuidv7(now: number = Date.now()): string {
  if (used + 10 > pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  const version = pair(0x70 | (byte(0) & 0x0f), byte(1))
  const variant = pair(0x80 | (byte(2) & 0x3f), byte(3))
  const id = `${prefixOf(now)}-${version}-${variant}-${pair(byte(4), byte(5))}${pair(byte(6), byte(7))}${pair(byte(8), byte(9))}`
  used += 10
  return id
}

const byte = (index: number): number => pool[used + index] ?? 0
const pair = (high: number, low: number): string => `${hex[high]}${hex[low]}`

let prefixMs = -1
let prefix = ''

/** Made once a millisecond. */
function prefixOf(now: number): string {
  if (now !== prefixMs) {
    const time = now.toString(16).padStart(12, '0')
    prefixMs = now
    prefix = `${time.slice(0, 8)}-${time.slice(8)}`
  }
  return prefix
}
