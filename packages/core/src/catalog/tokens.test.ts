import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countTokens as wholeCount } from 'gpt-tokenizer/encoding/o200k_base'
import { boundTokens, countTokens, estimateTokens, loadTokenizer } from './tokens.ts'

const tokenizer = await loadTokenizer()
const bytesOf = (text: string): number => new TextEncoder().encode(text).length

const samples: Readonly<Record<string, string>> = {
  english: 'The gateway keeps a ledger of every call, and a limit that was set is a limit that holds. '.repeat(40),
  code: 'export const add = (one: number, other: number): number => one + other\n'.repeat(40),
  json: JSON.stringify(
    Array.from({ length: 60 }, (_, at) => ({ id: at, name: `item-${at}`, tags: ['a', 'b'], ok: at % 2 === 0 })),
  ),
  chinese: '人工智能网关把所有模型服务放在同一个接口后面，并且保证每一次调用都有记录。'.repeat(40),
  emoji: '😀🎉🚀👩‍👩‍👧‍👦'.repeat(60),
  capitals: 'QXZVKJWPQYHG'.repeat(90),
  control: '\u0001\u0002\u0003'.repeat(200),
  rare: '𒀀𓂀ⵣꙮ'.repeat(100),
  empty: '',
}

for (const [name, text] of Object.entries(samples))
  test(`the bound holds: ${name}`, () => assert.ok(tokenizer.count(text) <= boundTokens(bytesOf(text))))

test('the estimate is near for ordinary text, and two thirds of the truth for dense JSON', () => {
  for (const name of ['english', 'code', 'json', 'chinese']) {
    const text = samples[name] ?? ''
    const ratio = estimateTokens(bytesOf(text)) / tokenizer.count(text)
    assert.ok(ratio > (name === 'json' ? 0.6 : 0.9) && ratio < 1.3, `${name}: ${ratio}`)
  }
})

test('counts are those of the vocabulary, also for text that is cut into pieces', () => {
  assert.equal(tokenizer.count('hello world'), 2)
  for (const name of ['english', 'code', 'json']) {
    const text = (samples[name] ?? '').repeat(5)
    assert.equal(tokenizer.count(text), wholeCount(text), name)
  }
})

test('special tokens are text', () => assert.ok(tokenizer.count('<|endoftext|>') > 1))

test('a cut never splits a character', () => {
  const single = tokenizer.count('😀')
  assert.equal(tokenizer.count(`a${'😀'.repeat(2000)}`), 1 + 2000 * single)
})

test('a long run is no denial of service', () => {
  const start = performance.now()
  for (const run of [' ', 'a', '人', '\n']) assert.ok(tokenizer.count(run.repeat(80_000)) > 0)
  assert.ok(performance.now() - start < 5000)
})

test('messages cost three tokens each and three for the answer', () => {
  assert.equal(countTokens(tokenizer, { texts: ['hello world', 'hello'], messages: 2 }), 2 + 1 + 2 * 3 + 3)
  assert.equal(countTokens(tokenizer, { texts: ['hello world'], messages: 0 }), 2)
})

test('cl100k is another vocabulary', async () => {
  const older = await loadTokenizer('cl100k_base')
  const text = samples['chinese'] ?? ''
  assert.ok(older.count(text) > tokenizer.count(text))
})
