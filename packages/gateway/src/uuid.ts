const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const pool = new Uint8Array(4096)
let used = pool.length

/** A UUIDv7 (RFC 9562): sorts by the millisecond it was made in; 74 random bits. */
export function uuidv7(now: number = Date.now()): string {
  if (used + 10 > pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  const at = (index: number): number => pool[used + index] ?? 0
  const time = now.toString(16).padStart(12, '0')
  const version = (0x70 | (at(0) & 0x0f)) & 0xff
  const variant = 0x80 | (at(2) & 0x3f)
  let tail = ''
  for (let i = 4; i < 10; i++) tail += hex[at(i)]
  const id = `${time.slice(0, 8)}-${time.slice(8)}-${hex[version]}${hex[at(1)]}-${hex[variant]}${hex[at(3)]}-${tail}`
  used += 10
  return id
}
