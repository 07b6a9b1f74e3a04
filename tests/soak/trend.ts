export interface Point {
  readonly atMs: number
  readonly value: number
}

/** A straight line through points by least squares: its slope, and twice the standard error of that. */
export interface Trend {
  readonly perHour: number
  readonly uncertainty: number
}

const msPerHour = 3_600_000

/**
 * Memory comes and goes in waves that are longer than the pause between two points, so that neighbours say nearly the same
 * twice: the error is that of as many points as are independent, by the correlation of neighbours.
 */
export function trendOf(points: readonly Point[]): Trend {
  const count = points.length
  if (count < 3) return { perHour: 0, uncertainty: Number.POSITIVE_INFINITY }
  const hours = points.map(({ atMs }) => atMs / msPerHour)
  const meanHours = mean(hours)
  const meanValue = mean(points.map(({ value }) => value))
  const spread = hours.reduce((sum, hour) => sum + (hour - meanHours) ** 2, 0)
  const perHour = points.reduce((sum, { value }, at) => sum + ((hours[at] ?? 0) - meanHours) * (value - meanValue), 0) / spread
  const residuals = points.map(({ value }, at) => value - meanValue - perHour * ((hours[at] ?? 0) - meanHours))
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0)
  const independent = Math.max(3, count * independence(residuals, squares))
  return { perHour, uncertainty: 2 * Math.sqrt(squares / (independent - 2) / ((spread / count) * independent)) }
}

/** The share of the points that tell something new. */
function independence(residuals: readonly number[], squares: number): number {
  if (squares === 0) return 1
  const products = residuals.reduce((sum, residual, at) => sum + residual * (residuals[at - 1] ?? 0), 0)
  const correlation = Math.min(0.99, Math.max(0, products / squares))
  return (1 - correlation) / (1 + correlation)
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The lowest point of each stretch of time: what a process holds when its garbage has just been collected. */
export function lowsOf(points: readonly Point[], stretchMs: number): readonly Point[] {
  const lows = new Map<number, Point>()
  for (const point of points) {
    const stretch = Math.floor(point.atMs / stretchMs)
    const low = lows.get(stretch)
    if (low === undefined || point.value < low.value) lows.set(stretch, point)
  }
  return [...lows.values()]
}

/** How much higher the last third lies than the first, by their medians. */
export function growthOf(points: readonly Point[]): number {
  const third = Math.ceil(points.length / 3)
  const middle = (part: readonly Point[]): number =>
    part.map(({ value }) => value).toSorted((a, b) => a - b)[Math.floor(part.length / 2)] ?? 0
  return middle(points.slice(-third)) - middle(points.slice(0, third))
}
