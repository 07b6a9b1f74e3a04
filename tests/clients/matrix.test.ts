import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openStage, type Stage } from '../tools/stage.ts'
import { until } from '../tools/until.ts'
import { answerSchema, toolAnswer, toolName, type Driver } from './drivers/driver.ts'
import { drivers } from './drivers/index.ts'

/** Model of each provider dialect, with the path on which that dialect is spoken. */
const targets = [
  { model: 'chat', path: /\/chat\/completions$/ },
  { model: 'responses', path: /\/responses$/ },
  { model: 'claude', path: /\/messages$/ },
  { model: 'gemini', path: /[gG]enerateContent$/ },
] as const

const sample = { title: 'text', count: 1, tags: ['text'] }

describe('every client library against every provider dialect', () => {
  let stage: Stage
  let key = ''
  const withDriver = (make: (typeof drivers)[number]): Driver => make({ url: stage.gateway.url, key })
  before(async () => {
    stage = await openStage()
    key = await stage.gateway.newKey({ key_alias: 'matrix' })
  })
  after(() => stage.close())

  for (const make of drivers) {
    const { name } = make({ url: 'http://localhost', key: 'unused' })
    for (const { model, path } of targets) {
      for (const stream of [false, true]) {
        const how = stream ? 'streamed' : 'whole'

        it(`${name} → ${model}, ${how}: text and usage`, async () => {
          const said = await withDriver(make).say({ model, text: 'good morning Zürich', stream })
          assert.match(stage.provider.last.path, path)
          assert.equal(said.text, 'echo: good morning Zürich')
          assert.deepEqual({ input: said.input, output: said.output }, { input: 10, output: 4 })
          assert.match(said.stop, /^(stop|completed|end_turn|STOP)$/)
        })

        it(`${name} → ${model}, ${how}: a tool over two turns`, async () => {
          const round = await withDriver(make).useTool({ model, stream })
          assert.deepEqual({ name: round.name, input: round.input }, { name: toolName, input: { city: 'Zürich', days: 2 } })
          assert.match(round.stop, /^(tool_calls|completed|tool_use|STOP)$/)
          assert.equal(round.text, `the tools said: ${toolAnswer}`)
        })
      }

      it(`${name} → ${model}: an answer that follows a schema`, async () => {
        assert.deepEqual(await withDriver(make).structured(model), sample)
        assert.deepEqual(Object.keys(sample), answerSchema.required)
      })

      it(`${name} → ${model}: leaving a stream stops the provider`, async () => {
        stage.provider.next({ paceMs: 20 })
        await withDriver(make).leave(model)
        const leftMs = Date.now()
        const { last } = stage.provider
        await until(() => last.abortedAtMs !== undefined, 2000)
        assert.ok((last.abortedAtMs ?? 0) - leftMs < 1000)
      })
    }
  }
})
