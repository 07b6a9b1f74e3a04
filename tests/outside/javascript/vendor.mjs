// Runs a vendor's JavaScript client that its argument names against the gateway of STAGE, and prints one JSON line a check.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const [name] = process.argv.slice(2)
const { url, key, unknown } = JSON.parse(process.env.STAGE)
const { make, packageName } = await import(`./vendors/${name}.mjs`)

const tell = (line) => console.log(JSON.stringify({ client: name, ...line }))
const installed = new URL(`../node_modules/${packageName}/package.json`, import.meta.url)
tell({ package: packageName, version: JSON.parse(readFileSync(installed, 'utf8')).version })

async function attempt(check, model, act) {
  const problem = await act().then(
    () => null,
    (error) => `${error.name}: ${error.message}`,
  )
  tell({ check, model, problem })
}

const client = make(url, key)
for (const [method, { run }] of Object.entries(client.checks)) {
  await attempt(method.startsWith('stream') ? 'streams' : 'calls', method, async () => {
    const [actual, expected] = (await run()).map((value) => JSON.stringify(value))
    if (actual !== expected) throw new Error(`${actual} instead of ${expected}`)
  })
}

async function expectError(status) {
  const [who, text, words] =
    status === 401 ? [make(url, unknown), 'hi', 'not known here'] : [client, `answer with ${status}`, `scripted ${status}`]
  const error = await who.say(text).then(
    () => undefined,
    (raised) => raised,
  )
  if (error === undefined) throw new Error('no error where one was due')
  const told = client.told(error)
  if (told.status !== status || !told.message.includes(words)) throw new Error(`${told.status} ${told.message}`)
}
for (const status of [401, 404, 429, 500]) await attempt('errors', String(status), () => expectError(status))

async function rowsOf(atLeast) {
  for (let tries = 0; ; tries++) {
    const reply = await fetch(`${url}/spend/logs?api_key=${key}`, { headers: { authorization: `Bearer ${key}` } })
    const rows = await reply.json()
    if (rows.length >= atLeast || tries === 100) return rows
    await sleep(50)
  }
}
const rows = await rowsOf(Object.keys(client.checks).length)
for (const [method, { billed }] of Object.entries(client.checks)) {
  if (billed === undefined) continue
  const [call, model, ...tokens] = billed
  await attempt('ledger', method, async () => {
    const good = rows.filter((row) => row.call_type === call && row.model === model && row.status === 'success')
    if (good.length === 0) throw new Error(`no row of a ${call} with ${model}`)
    const fits = (row) => tokens.length === 0 || (row.prompt_tokens === tokens[0] && row.completion_tokens === tokens[1])
    if (!good.some(fits)) throw new Error(`no row with ${tokens} tokens`)
    if (call !== 'count_tokens' && good.some((row) => row.spend === 0)) throw new Error('it costs nothing')
  })
}
