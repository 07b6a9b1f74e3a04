import { arrayOf, makeUsage, numberOf, readResponsesUsage, stringOf, type Usage } from '@switchyard/wire'
import { boundTokens } from '../catalog/index.ts'
import type { CallInputs, Counted, Most } from './measured.ts'
import { bytesOf } from './text-size.ts'

/** gpt-image-1's largest picture of the highest quality is 6240 tokens (OpenAI's image guide); later models have higher ones. */
const mostTokensPerImage = 16_384

/** Tokens where the provider counts them (gpt-image, Gemini), else pictures by quality and size. */
export function countImages(counted: Counted): Usage {
  const { reply } = counted
  const usage = readResponsesUsage(reply)
  if (usage !== undefined && usage.input + usage.output > 0) {
    const drawn = usage.outputImage > 0 || hasDetails(reply['usage']) ? usage.outputImage : usage.output
    return makeUsage({ ...usage, outputImage: drawn })
  }
  const made = arrayOf(reply['data']).length
  return makeUsage({ units: { image: made === 0 ? imagesAsked(counted) : made }, unitVariant: variantOf(counted) })
}

const hasDetails = (usage: unknown): boolean => typeof usage === 'object' && usage !== null && 'output_tokens_details' in usage

/** Pictures that come as they are drawn are pictures too, so a stream may bring more than `n`. */
export function mostImages(inputs: CallInputs): Most {
  const images = imagesAsked(inputs)
  const drawn = images * (1 + (numberOf(inputs.field('partial_images')) ?? 0))
  const prompt = stringOf(inputs.field('prompt')) ?? ''
  return {
    units: { image: images },
    inputTokens: boundTokens(bytesOf(prompt)) + inputs.files.length * mostTokensPerImage,
    outputTokens: drawn * mostTokensPerImage,
  }
}

const imagesAsked = ({ field }: CallInputs): number => Math.max(1, Math.ceil(numberOf(field('n')) ?? 1))

/** As price lists name it: `hd/1024-x-1792`; sizes that are no measures (`2K`) stand alone. What the provider did comes first. */
function variantOf({ reply, field }: Counted): string {
  const said = (name: string): string | undefined => chosen(reply[name]) ?? chosen(field(name))
  const [, width, height] = /^(\d+)x(\d+)$/.exec(said('size') ?? '1024x1024') ?? []
  const size = said('size')
  if (width === undefined || height === undefined) return size ?? ''
  return `${said('quality') ?? 'standard'}/${width}-x-${height}`
}

const chosen = (value: unknown): string | undefined => (value === 'auto' || value === '' ? undefined : stringOf(value))
