import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isOurTrouble } from '@switchyard/core'
import { isGatewayError } from '@switchyard/wire'
import { OutgoingRoom } from './outgoing-room.ts'

it('a place is taken until it is left, which counts once', () => {
  const room = new OutgoingRoom(2)
  const leave = room.enter()
  room.enter()
  assert.throws(() => room.enter())
  leave()
  leave()
  room.enter()
  assert.throws(() => room.enter())
})

it('idle connections make place', () => {
  const room = new OutgoingRoom(1)
  room.onFull(room.enter())
  room.enter()
})

it('without a place it is a 503 of our own, which says nothing about the provider', () => {
  assert.throws(
    () => new OutgoingRoom(0).enter(),
    (error) => isGatewayError(error) && error.status === 503 && error.facts.code === 'too_many_open_files' && isOurTrouble(error),
  )
})
