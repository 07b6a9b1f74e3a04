import type { Bar } from './bars.ts'
import type { Minute } from './minute.ts'
import type { SoakOptions, SoakResult } from './run.ts'

const shown = (value: number): string => String(Math.round(value * 100) / 100)

/** The run as JSON lines: its minutes, then its bars. */
export const linesOf = ({ minutes, bars }: SoakResult): string =>
  [...minutes, ...bars].map((entry) => `${JSON.stringify(entry)}\n`).join('')

/** The run for people. */
export function pageOf({ minutes, bars, tally, warmUpMs }: SoakResult, about: SoakOptions & { readonly date: string }): string {
  const { total, refusedByKey, wrongs } = tally
  const calls = Object.values(total).reduce((sum, count) => sum + count, 0)
  const refused = [...refusedByKey].map(([key, count]) => `${key} ${count}`).join(', ')
  return [
    `# Soak: ${about.minutes} minutes (${about.date.slice(0, 10)})`,
    `${calls} calls at ${about.rate}/s to ${about.workers} worker(s), seed ${about.seed}: four client dialects and embeddings, relayed ` +
      'and translated, whole and streamed, tools, clients that leave or read slowly, keys with limits, and a provider that fails ' +
      `as it is told. ${total.answered} answered and compared word by word, ${total.failed} failed as their provider did, ` +
      `${total.refused} refused by their key (${refused}), ${total.left} left by their client, ${total.wrong} wrong. ` +
      `The first ${Math.round(warmUpMs / 1000)} s are warm-up.`,
    'Memory moves in waves, so its growth is the least-squares slope through the lowest point of each 10 s, with twice its ' +
      'standard error, neighbours counted by their correlation. A growth bar is missed when the whole interval lies above ' +
      'it, and open when it lies on both sides or less than ten minutes were measured.',
    table(
      ['bar', 'value', 'limit', 'verdict', 'note'],
      bars.map(({ name, value, limit, unit, verdict, note }) => [
        name,
        `${shown(value)} ${unit}`.trim(),
        `${limit} ${unit}`.trim(),
        verdict,
        note.replaceAll('|', '\\|').replaceAll('\n', ' '),
      ]),
    ),
    minuteTable(minutes),
    ...(wrongs.length === 0
      ? []
      : ['## Wrong replies', wrongs.map((wrong) => `    ${wrong.replaceAll('\n', '\\n')}`).join('\n')]),
    '',
  ].join('\n\n')
}

export const hasMissed = (bars: readonly Bar[]): boolean => bars.some(({ verdict }) => verdict === 'missed')

function minuteTable(minutes: readonly Minute[]): string {
  const [first] = minutes
  return first === undefined
    ? ''
    : table(
        Object.keys(first),
        minutes.map((minute) => Object.values(minute).map(shown)),
      )
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
