import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One measured figure with its rival of the same run, where it has one. */
export interface Figure {
  readonly topic: string
  readonly name: string
  readonly value: number
  readonly unit: string
  /** Measured in turn with `value`: a direct call, another way of doing it. */
  readonly against?: { readonly name: string; readonly value: number }
  readonly note?: string
}

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

const rounded = (value: number): number => Number(value.toPrecision(4))

/** JSON lines on the terminal and in bench/results, then a table for people. */
export function report(figures: readonly Figure[]): void {
  const about = {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    bun: process.versions['bun'],
  }
  const folder = fileURLToPath(new URL('results', import.meta.url))
  mkdirSync(folder, { recursive: true })
  for (const [topic, own] of Map.groupBy(figures, (figure) => figure.topic)) {
    const lines = own.map((figure) => JSON.stringify({ ...figure, value: rounded(figure.value), ...about }))
    writeFileSync(join(folder, `${about.date.slice(0, 10)}-${topic}.jsonl`), `${lines.join('\n')}\n`)
    console.log(lines.join('\n'))
  }
  console.table(
    figures.map(({ topic, name, value, unit, against, note }) => ({
      topic,
      figure: name,
      value: `${rounded(value)} ${unit}`,
      against: against === undefined ? '' : `${rounded(against.value)} ${unit} (${against.name})`,
      note: note ?? '',
    })),
  )
}
