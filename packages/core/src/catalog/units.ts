import { nanoFromPico, unitNames } from '@switchyard/wire'
import type { NanoUsd, PicoUsd, Unit, Units } from '@switchyard/wire'
import { own } from './own.ts'
import type { Prices } from './prices.ts'

/**
 * The names under which price lists have a measure, in the order tried. OpenAI's images are listed as input, other makers' as
 * output; a name whose price is 0 is the other half of one that has it (prices.md §1, 2026-11-22).
 */
const names: Readonly<Record<Unit, readonly string[]>> = {
  image: ['output-image', 'input-image'],
  'input-second': ['input-second', 'second', 'input-audio-second', 'output-second'],
  'output-second': ['output-second', 'output-video-second', 'second'],
  character: ['input-character', 'output-character'],
  page: ['ocr-page'],
  'annotated-page': ['annotation-page'],
  query: ['query'],
}

const pixelNames = ['output-pixel', 'input-pixel'] as const

/** The variant itself, then what says less: `hd/1024-x-1792` → `1024-x-1792` → none. */
const variantsOf = (variant: string | undefined): readonly string[] =>
  variant === undefined ? [] : [...new Set([variant, `standard/${afterSlash(variant)}`, afterSlash(variant)])]

const afterSlash = (variant: string): string => variant.slice(variant.indexOf('/') + 1)

/** Pixels of `1024-x-1792`, whatever stands before it. */
function pixelsOf(variant: string | undefined): number | undefined {
  const [, width, height] = /(\d+)-x-(\d+)$/.exec(variant ?? '') ?? []
  return width === undefined || height === undefined ? undefined : Number(width) * Number(height)
}

function listedPrice({ units }: Prices, name: string, variant: string | undefined): PicoUsd | undefined {
  for (const one of variantsOf(variant)) {
    const price = own(units, `${name}@${one}`)
    if (price !== undefined) return price
  }
  return own(units, name) ?? dearest(units, name)
}

/** A variant that no list has is taken for the dearest that it has: it must not look free. */
function dearest(units: Prices['units'], name: string): PicoUsd | undefined {
  const prices = Object.entries(units).flatMap(([unit, price]) => (unit === name || unit.startsWith(`${name}@`) ? [price] : []))
  return prices.length === 0 ? undefined : Math.max(...prices)
}

function firstPrice(tried: readonly string[], priceOf: (name: string) => PicoUsd | undefined): PicoUsd | undefined {
  let free: PicoUsd | undefined
  for (const name of tried) {
    const price = priceOf(name)
    if (price !== undefined && price > 0) return price
    free ??= price
  }
  return free
}

/** Pico-USD of one unit: by the image where that is listed, else by its pixels. Undefined: the model has no such price. */
export function unitRate(prices: Prices, unit: Unit, variant: string | undefined): PicoUsd | undefined {
  const price = firstPrice(names[unit], (name) => listedPrice(prices, name, variant))
  if (unit !== 'image' || (price ?? 0) > 0) return price
  const pixel = firstPrice(pixelNames, (name) => listedPrice(prices, name, variant))
  return pixel === undefined ? price : pixel * (pixelsOf(variant) ?? usualPixels)
}

/** The size that OpenAI's models make when none is named. */
const usualPixels = 1024 * 1024

/** No model that is priced by the pixel makes larger ones (2048 squared: Bedrock's and Azure's lists, 2026-11-22). */
const mostPixels = 2048 * 2048

const dearestByPixel = (units: Prices['units']): PicoUsd =>
  Math.max(
    0,
    ...Object.entries(units).flatMap(([unit, price]) =>
      pixelNames.some((name) => unit === name || unit.startsWith(`${name}@`)) ? [price * (pixelsOf(unit) ?? mostPixels)] : [],
    ),
  )

/** The most that so many units can cost, of whatever variant they turn out to be. */
export function unitBound({ units: listed }: Prices, units: Units): NanoUsd {
  let pico = 0
  for (const unit of unitNames) {
    const rate = Math.max(unit === 'image' ? dearestByPixel(listed) : 0, ...names[unit].map((name) => dearest(listed, name) ?? 0))
    pico += Math.ceil((units[unit] ?? 0) * rate)
  }
  return nanoFromPico(pico)
}
