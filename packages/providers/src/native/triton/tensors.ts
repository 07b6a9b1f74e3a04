import { arrayOf, isString, objectsOf, stringOf, type JsonObject } from '@switchyard/wire'

// Tensors of KServe's v2 protocol, `/infer` (kserve.github.io, "Open Inference Protocol", 2026-11-22).

type Value = string | number

/** One tensor of one dimension. */
export const tensor = (name: string, datatype: 'BYTES' | 'INT32' | 'FP32', data: readonly Value[]): JsonObject => ({
  name,
  shape: [data.length],
  datatype,
  data,
})

/** Texts among the outputs: that of the usual name, else the first. */
export function textsIn(reply: JsonObject): readonly string[] {
  const outputs = objectsOf(reply['outputs'])
  const output = outputs.find(({ name }) => name === 'text_output') ?? outputs.find(({ datatype }) => datatype === 'BYTES')
  return arrayOf(output?.['data']).filter(isString)
}

/** A matrix, row by row. */
export function rowsIn(reply: JsonObject): readonly (readonly number[])[] {
  const [output] = objectsOf(reply['outputs'])
  const values = arrayOf(output?.['data']).flat(1).map(Number)
  const width = Number(arrayOf(output?.['shape']).at(-1))
  if (!(width > 0)) return []
  return Array.from({ length: Math.floor(values.length / width) }, (_, row) => values.slice(row * width, (row + 1) * width))
}

export const reasonIn = (reply: JsonObject): string | undefined =>
  stringOf(reply['stop_reason']) ?? stringOf(reply['finish_reason'])
