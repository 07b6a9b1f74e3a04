import { fileURLToPath } from 'node:url'
import { TestGateway } from '../../tests/tools/gateway.ts'
import { printedMs } from '../processes.ts'
import { median, type Figure } from '../report.ts'

const rounds = 7
const sdk = fileURLToPath(new URL('../../packages/sdk/src/index.ts', import.meta.url))
const timed = (what: string): string => `const start = performance.now(); ${what}; console.log(performance.now() - start)`

/** From the command to the first answer of a model, and what an application pays for importing the SDK. */
export async function measureStart(): Promise<readonly Figure[]> {
  const starts: number[] = []
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now()
    const gateway = await TestGateway.start({ config: undefined })
    const { status, text } = await gateway.call('POST', '/v1/chat/completions', {
      model: 'demo/echo',
      messages: [{ role: 'user', content: 'hi' }],
    })
    if (status !== 200) throw new Error(text)
    starts.push(performance.now() - startMs)
    await gateway.stop()
  }
  const imports: number[] = []
  const nothing: number[] = []
  for (let round = 0; round < rounds; round++) {
    imports.push(printedMs(process.execPath, ['-e', timed(`await import(${JSON.stringify(sdk)})`)]))
    nothing.push(printedMs(process.execPath, ['-e', timed('await import("node:path")')]))
  }
  return [
    {
      topic: 'start',
      name: 'command to first reply (empty data folder)',
      value: median(starts),
      unit: 'ms',
      note: `median of ${rounds}`,
    },
    {
      topic: 'start',
      name: 'import of the SDK on Bun, from source',
      value: median(imports),
      unit: 'ms',
      against: { name: 'import of node:path', value: median(nothing) },
      note: `median of ${rounds}`,
    },
  ]
}
