import { setTimeout as sleep } from 'node:timers/promises'

/** Asks again and again until the answer is true. Fails after `ms`, with the last error when there was one. */
export async function until(isTrue: () => boolean | Promise<boolean>, ms = 5000): Promise<void> {
  const deadline = performance.now() + ms
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`still not true after ${ms} ms: ${isTrue.toString()}`)
    await sleep(10)
  }
}
