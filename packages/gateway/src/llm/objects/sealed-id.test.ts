import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hashKey } from '../../identity/key-hash.ts'
import { isSealed, refOf, seal, unseal } from './sealed-id.ts'

type Hasher = Parameters<typeof seal>[0]

/** The part of a gateway that ids need. */
function hasher(pepper: string): Hasher {
  const directory: Pick<Hasher['identity']['directory'], 'hash'> = { hash: (text) => hashKey(pepper, text) }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of the gateway is read
  return { identity: { directory } } as unknown as Hasher
}

describe('an id of ours', () => {
  const ours = hasher('pepper-of-the-tests')
  const object = { deploymentRef: refOf(ours, 'd'), ownerRef: refOf(ours, 'o'), upstreamId: 'file-abc_1', note: '42' }

  it('says what it was made of, and keeps the kind of the provider’s', () => {
    const id = seal(ours, object)
    assert.match(id, /^file-sy[\w-]+$/)
    assert.deepEqual(unseal(ours, id), object)
    assert.match(seal(ours, { ...object, upstreamId: '0d3c-uuid' }), /^id-sy/)
  })

  it('cannot be made or changed by anybody else', () => {
    const id = seal(ours, object)
    assert.equal(unseal(hasher('another-pepper'), id), undefined)
    for (let at = 0; at < id.length; at++) {
      const changed = `${id.slice(0, at)}${id[at] === 'a' ? 'b' : 'a'}${id.slice(at + 1)}`
      assert.equal(unseal(ours, changed), undefined, String(at))
    }
    for (const other of ['', 'file-abc', 'file-sy', `batch_${id.slice(5)}`]) assert.equal(unseal(ours, other), undefined)
    assert.equal(isSealed('file-abc_1'), false)
  })
})
