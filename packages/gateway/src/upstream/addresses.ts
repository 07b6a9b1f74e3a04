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
/** All of IPv6 that was ever given out; what lies outside needs no list. */
const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')
const ranges6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]
for (const [net, bits] of ranges4) special.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of ranges6) special.addSubnet(net, bits, 'ipv6')

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** May a URL that a user gave lead to this address? */
export function isPublicAddress(address: string): boolean {
  const plain = mapped.exec(address)?.[1] ?? address
  const family = isIP(plain)
  if (family === 4) return !special.check(plain, 'ipv4')
  return family === 6 && global6.check(plain, 'ipv6') && !special.check(plain, 'ipv6')
}
