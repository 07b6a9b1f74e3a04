import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '@switchyard/wire'
import { measuredOf } from './index.ts'

const video = measuredOf('video')
const counted = (reply: JsonObject, body: JsonObject = {}) => {
  const { units, unitVariant } = video.count({ reply, replyBytes: 0, field: (name) => body[name], files: [] })
  return [units?.['output-second'], unitVariant]
}
const most = (body: JsonObject) => video.most({ field: (name) => body[name], files: [] }).units?.['output-second']

test('videos are counted by the second; what the job says comes first', () => {
  assert.deepEqual(counted({ seconds: '8', size: '1280x720' }, { seconds: '12' }), [8, '720p'])
  assert.deepEqual(counted({}, { seconds: 12, size: '1080x1920' }), [12, '1080p'])
  assert.deepEqual(counted({ size: '3840x2160' }), [4, '4k'])
  assert.deepEqual(counted({ size: '1080P', seconds: '2.5' }), [2.5, '1080p'])
  assert.deepEqual(counted({ seconds: 'NaN', size: 'auto' }), [4, undefined])
})

test('what is reserved is never nothing', () => {
  assert.equal(most({ seconds: '8' }), 8)
  assert.equal(most({ seconds: '1e300' }), 3600)
  for (const seconds of [undefined, null, '', '-4', 0, 'many', Number.NaN]) assert.equal(most({ seconds }), 12)
})
