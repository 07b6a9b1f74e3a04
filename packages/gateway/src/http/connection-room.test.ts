import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ConnectionRoom, type Guest } from './connection-room.ts'

class Visitor implements Guest {
  isIdle = false
  leaveIfIdle(): boolean {
    return this.isIdle
  }
}

describe('the room for connections', () => {
  function crowd(): { room: ConnectionRoom<Visitor>; visitors: readonly Visitor[]; fullness: () => number } {
    let calls = 0
    const room = new ConnectionRoom<Visitor>({ most: 3, extra: 1, full: () => void calls++ })
    const visitors = [new Visitor(), new Visitor(), new Visitor()]
    for (const visitor of visitors) {
      assert.equal(room.placeFor(0), 'usual')
      room.guests.add(visitor)
    }
    return { room, visitors, fullness: () => calls }
  }

  it('is full, then has extra places, then none', () => {
    const { room, fullness } = crowd()
    assert.equal(room.placeFor(0), 'extra')
    room.guests.add(new Visitor())
    assert.equal(room.placeFor(0), 'none')
    assert.equal(fullness(), 2)
  })

  it('the oldest idle connection makes place, and only as many as are needed', () => {
    const { room, visitors, fullness } = crowd()
    for (const visitor of visitors.slice(1)) visitor.isIdle = true
    assert.equal(room.placeFor(0), 'usual')
    assert.deepEqual([...room.guests], [visitors[0], visitors[2]])
    assert.equal(fullness(), 0)
  })

  it('looks at all of them no more often than ten times a second', () => {
    const { room, visitors } = crowd()
    assert.equal(room.placeFor(0), 'extra')
    for (const visitor of visitors) visitor.isIdle = true
    assert.equal(room.placeFor(50), 'extra')
    assert.equal(room.placeFor(100), 'usual')
  })
})
