/**
 * Money is integers: amounts in nano-USD (1e-9), prices in pico-USD (1e-12) per token. Both are safe integers in a
 * double: one amount holds up to nine million dollars, one product (tokens × price) up to nine thousand.
 */
export type NanoUsd = number
export type PicoUsd = number

export const nanoPerUsd = 1_000_000_000
export const picoPerNano = 1000

/** A sum of `tokens × price` in pico-USD to nano-USD, rounded up: a fraction is never given away. */
export const nanoFromPico = (pico: PicoUsd): NanoUsd => Math.ceil(pico / picoPerNano)

/** Dollars as people write them (a budget, a price in a config) to nano-USD. */
export const nanoFromUsd = (usd: number): NanoUsd => Math.round(usd * nanoPerUsd)

/** For JSON replies and reports only; nothing is computed with the result. */
export const usdFromNano = (nano: NanoUsd): number => nano / nanoPerUsd

/** `0.0000705`: decimal dollars without exponent or rounding, for headers. */
export function formatUsd(nano: NanoUsd): string {
  const sign = nano < 0 ? '-' : ''
  const whole = Math.floor(Math.abs(nano) / nanoPerUsd)
  let rest = Math.abs(nano) % nanoPerUsd
  if (rest === 0) return `${sign}${whole}`
  let digits = 9
  for (; rest % 10 === 0; digits--) rest /= 10
  return `${sign}${whole}.${String(rest).padStart(digits, '0')}`
}
