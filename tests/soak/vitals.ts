import { isObject, numberOf, objectOf, parseJson } from '@switchyard/wire'

/** One answer of a worker to SIGUSR2. */
export interface VitalSigns {
  readonly pid: number
  readonly time: number
  readonly heapMb: number
  readonly loopP999Ms: number
  readonly loopMaxMs: number
}

/** The answers in what a gateway printed, oldest first. */
export function vitalsIn(output: string): readonly VitalSigns[] {
  return output.split('\n').flatMap((line) => {
    const entry = line.includes('"message":"vitals"') ? parseJson(line) : undefined
    if (!isObject(entry)) return []
    const delay = objectOf(entry['loopDelayMs'])
    return [
      {
        pid: numberOf(entry['pid']) ?? 0,
        time: Date.parse(String(entry['time'])),
        heapMb: (numberOf(entry['heapUsed']) ?? 0) / 1024 ** 2,
        loopP999Ms: numberOf(delay?.['p999']) ?? Number.NaN,
        loopMaxMs: numberOf(delay?.['max']) ?? Number.NaN,
      },
    ]
  })
}

/** What the gateway itself took for an error. */
export const errorsIn = (output: string): readonly string[] =>
  output.split('\n').filter((line) => line.includes('"level":"error"'))
