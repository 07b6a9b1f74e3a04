import { BlockList, isIP } from 'node:net'

/** Addresses that are not the public internet: IANA's special-purpose registries (RFC 6890 and its successors, 2026-11). */
const special = new BlockList()
const ranges4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Azure's host agent answers here, outside of every private range.
  ['168.63.129.16', 32],
]
const ranges6: readonly (readonly [string, number])[] = [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]
for (const [net, bits] of ranges4) special.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of ranges6) special.addSubnet(net, bits, 'ipv6')

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** May a URL that a user gave lead to this address? */
export function isPublicAddress(address: string): boolean {
  const plain = mapped.exec(address)?.[1] ?? address
  const family = isIP(plain)
  if (family === 0) return false
  if (family === 6 && /^::ffff:/i.test(plain)) return false
  return !special.check(plain, family === 4 ? 'ipv4' : 'ipv6')
}
