// Runs in an empty folder into which the packed tarball was installed: on Node, on Bun, whatever imports ESM.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { completion, completionCost, configure, modelInfo, RateLimitError, Router, tokenCounter } from 'switchyard'

const reply = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
}
const chunk = (delta, finish_reason) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o',
  choices: [{ index: 0, delta, finish_reason }],
})
const events = [chunk({ role: 'assistant', content: 'Hi' }, null), chunk({ content: '.' }, null), chunk({}, 'stop')]

let leave
const left = new Promise((resolve) => (leave = resolve))

async function answer(request, response) {
  let text = ''
  for await (const piece of request) text += piece
  const body = JSON.parse(text)
  if (body.messages[0].content === 'too often') {
    response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' })
    response.end('{"error":{"message":"Slow down.","type":"requests","code":"rate_limit_exceeded"}}')
  } else if (body.stream) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const event of events.slice(0, 2)) response.write(`data: ${JSON.stringify(event)}\n\n`)
    if (body.messages[0].content === 'forever') return void response.on('close', leave)
    response.write(`data: ${JSON.stringify(events[2])}\n\n`)
    response.end('data: [DONE]\n\n')
  } else {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(reply))
  }
}
const provider = createServer((request, response) => void answer(request, response))
await new Promise((resolve) => provider.listen(0, '127.0.0.1', resolve))

const at = { model: 'openai/gpt-4o', api_base: `http://127.0.0.1:${provider.address().port}/v1`, api_key: 'sk-test' }
const said = (content) => ({ ...at, messages: [{ role: 'user', content }] })

const records = []
configure({ callbacks: [{ onSuccess: (record) => records.push(record), onFailure: (record) => records.push(record) }] })

const whole = await completion(said('hello'))
assert.equal(whole.choices[0].message.content, 'Hi.')
assert.equal((await completionCost({ completionResponse: whole })).costNano, 3_500_000)
assert.equal(records[0].costNano, 3_500_000)

const stream = await completion({ ...said('hello'), stream: true })
let text = ''
for await (const piece of stream) text += piece.choices[0]?.delta.content ?? ''
assert.equal(text, 'Hi.')
assert.equal((await stream.finalReply()).choices[0].message.content, 'Hi.')

for await (const _piece of await completion({ ...said('forever'), stream: true })) break
await left

const failure = await completion({ ...said('too often'), num_retries: 0 }).catch((error) => error)
assert.ok(failure instanceof RateLimitError)
assert.deepEqual(
  [failure.name, failure.statusCode, failure.llmProvider, failure.retryAfterMs],
  ['RateLimitError', 429, 'openai', 7000],
)

const router = new Router({
  modelList: [
    { model_name: 'first', litellm_params: { ...at, mock_response: 'litellm.InternalServerError' } },
    { model_name: 'second', litellm_params: at },
  ],
  fallbacks: [{ first: ['second'] }],
  numRetries: 0,
})
const routed = await router.completion({ model: 'first', messages: [{ role: 'user', content: 'hello' }] })
assert.equal(routed._info.fallbacks, 1)

assert.equal((await modelInfo('gpt-4o')).max_input_tokens, 128_000)
assert.equal(await tokenCounter({ model: 'gpt-4o', text: 'hello world' }), 2)
provider.close()
