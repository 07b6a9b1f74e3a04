import type { Counts, Disagreement, Tally } from './tally.ts'

const columns = ['cases', 'upstream', 'result', 'both', 'share', 'deviations'] as const

const cells = ({ total, upstream, result, agree, deviations }: Counts): readonly string[] => [
  String(total),
  String(upstream),
  String(result),
  String(agree),
  total === 0 ? '' : `${((100 * agree) / total).toFixed(1)} %`,
  deviations === 0 ? '' : String(deviations),
]

/** A table by provider and operation, the sum last. */
export function table(tally: Tally): string {
  const rows = [...tally.by].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, counts]) => [key, ...cells(counts)])
  const all = [['', ...columns], ...rows, ['all', ...cells(tally.all)]]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? []
  return all
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
    )
    .join('\n')
}

export function remarks(tally: Tally): string {
  const unserved = [...tally.unserved].map(([operation, count]) => `${operation} ${count}`).join(', ')
  const lines = [`records with a known defect of the reference: ${tally.quirks.total}, agreeing ${tally.quirks.agree}`]
  if (unserved !== '') lines.push(`unserved: ${unserved}`)
  return lines.join('\n')
}

/** Deviations that no case of a whole run needed can go. */
export const unused = (tally: Tally): string =>
  tally.unusedDeviations.map((name) => `no case needs the deviation ${name}`).join('\n')

const longest = 160

export function disagreement({ id, side, differences }: Disagreement): string {
  const [first] = differences
  const more = differences.length > 1 ? ` (+${differences.length - 1})` : ''
  return `${id} ${side} ${first?.path ?? ''}: want ${short(first?.exp)}, got ${short(first?.act)}${more}`
}

const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, longest)
