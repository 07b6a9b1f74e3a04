import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { ReplyCollector } from '../../collect.ts'
import type { Echo, ModelTraits, Undo } from '../../dialect.ts'
import { SseParser } from '../../framing/sse.ts'
import type { ChatRequest, StreamEvent } from '../../hub.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { anthropicMessages as dialect } from './index.ts'

const folder = new URL('../../../../../fixtures/dialects/anthropic-messages/', import.meta.url)

export const fixtureText = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

export function fixtureJson(name: string): JsonObject {
  const value: unknown = JSON.parse(fixtureText(name))
  assert(isObject(value))
  return value
}

export const fixturesEnding = (end: string): string[] => readdirSync(folder).filter((name) => name.endsWith(end))

export function traits(supports: readonly string[] = [], more: Partial<ModelTraits> = {}): ModelTraits {
  return { id: 'm', supports: new Set(supports), lacks: new Set(), ...more }
}

export const anyRequest: ChatRequest = { model: 'm', stream: false, system: [], turns: [], tools: [], sampling: {} }

export const echoFor = (model: string): Echo => ({
  model,
  request: anyRequest,
  callId: '0b0f6f3a-6f0c-4d0f-8f0e-2f3a4b5c6d7e',
  now: 1_800_000_000,
})

export function frames(text: string): { name: string; data: string }[] {
  const out: { name: string; data: string }[] = []
  const parser = new SseParser((name, data) => out.push({ name, data }))
  parser.push(new TextEncoder().encode(text))
  parser.end()
  return out
}

/** The whole stream text read, as what it adds up to. */
export function collect(text: string, undo?: Undo): ReplyCollector {
  const collector = new ReplyCollector()
  const reader = dialect.reader(collector, undo)
  for (const { name, data } of frames(text)) reader.event(name, data)
  reader.end()
  return collector
}

/** The stream text read and written again. */
export function rewrite(text: string, model: string): string {
  let out = ''
  const writer = dialect.writer((more) => (out += more), echoFor(model))
  const reader = dialect.reader(writer)
  for (const { name, data } of frames(text)) reader.event(name, data)
  reader.end()
  return out
}

export function write(events: readonly StreamEvent[]): { name: string; data: JsonObject }[] {
  let out = ''
  const writer = dialect.writer((more) => (out += more), echoFor('shown'))
  for (const event of events) writer.event(event)
  writer.end()
  return parsed(out)
}

export function parsed(text: string): { name: string; data: JsonObject }[] {
  return frames(text).map(({ name, data }) => {
    const value: unknown = JSON.parse(data)
    assert(isObject(value))
    assert.equal(value.type, name)
    return { name, data: value }
  })
}
