import { makeUsage, numberOf, stringOf, type Usage } from '@switchyard/wire'
import type { CallInputs, Counted, Most } from './measured.ts'

/** The length of a clip when nothing names one: OpenAI's, the only one that documents it for its replies (its API reference, 2026-11-22). */
const usualSeconds = 4
/** The longest that any of the makers gives to those who name no length. */
const mostUnasked = 12
/** No maker's clips come near it. */
const mostSeconds = 3600

/** By the second; the size decides the price. What the job is about comes before what was asked for. */
export function countVideo({ reply, field }: Counted): Usage {
  const seconds = secondsIn(reply['seconds']) ?? secondsIn(field('seconds')) ?? usualSeconds
  const resolution = resolutionOf(stringOf(reply['size']) ?? stringOf(field('size')))
  return makeUsage({
    units: { 'output-second': seconds },
    ...(resolution === undefined ? {} : { unitVariant: resolution }),
  })
}

export const mostVideo = ({ field }: CallInputs): Most => ({
  units: { 'output-second': secondsIn(field('seconds')) ?? mostUnasked },
})

/** OpenAI has them as text. */
function secondsIn(value: unknown): number | undefined {
  const seconds = numberOf(value) ?? Number(stringOf(value)?.trim() || Number.NaN)
  return seconds > 0 && Number.isFinite(seconds) ? Math.min(seconds, mostSeconds) : undefined
}

/** As price lists name it: `1280x720` and `720x1280` are `720p`, and four times the width of HD is `4k`. */
function resolutionOf(size: string | undefined): string | undefined {
  const [, width, height] = /^(\d+)[x:*](\d+)$/.exec(size ?? '') ?? []
  if (width === undefined || height === undefined) return size === '' || size === 'auto' ? undefined : size?.toLowerCase()
  const lines = Math.min(Number(width), Number(height))
  return lines >= 2160 ? '4k' : `${lines}p`
}
