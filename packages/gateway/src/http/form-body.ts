import { isUtf8 } from 'node:buffer'
import { RequestBody, type FieldTypes, type FormFile } from '@switchyard/core'
import { fail, isString, parseJson } from '@switchyard/wire'
import { readMultipart } from './multipart.ts'

/** A multipart form as a request body: fields as JSON, files as views of the bytes that came. */
export function formBody(bytes: Uint8Array, contentType: string, types: FieldTypes): RequestBody {
  const values = new Map<string, string[]>()
  const lists = new Set<string>()
  const files: FormFile[] = []
  for (const part of readMultipart(bytes, contentType)) {
    if (part.filename !== undefined) {
      files.push({
        field: part.name,
        filename: part.filename,
        contentType: part.contentType ?? 'application/octet-stream',
        bytes: part.bytes,
      })
      continue
    }
    if (!isUtf8(part.bytes))
      throw fail('bad_request', `The field "${part.name.slice(0, 64)}" is not valid UTF-8.`, { param: part.name })
    const name = part.name.replace(/\[\]$/, '')
    if (name !== part.name) lists.add(name)
    values.set(name, [...(values.get(name) ?? []), Buffer.from(part.bytes).toString('utf8')])
  }
  const fields = [...values].map(
    ([name, texts]) => [name, fieldOf(texts, lists.has(name), Object.hasOwn(types, name) ? types[name] : undefined)] as const,
  )
  return RequestBody.ofForm(Object.fromEntries(fields), files)
}

function fieldOf(texts: readonly string[], isList: boolean, wanted: FieldTypes[string] | undefined): unknown {
  const [only] = texts
  if (isList || texts.length > 1 || only === undefined) return texts
  return wanted === undefined || wanted.includes('string') ? only : typed(only, wanted)
}

/** Forms have text only. What cannot be read as what it should be stays text, and is refused as such. */
function typed(text: string, wanted: NonNullable<FieldTypes[string]>): unknown {
  if (wanted.includes('number') && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
  if (wanted.includes('boolean') && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  if (wanted.includes('array')) {
    const value = parseJson(text)
    return Array.isArray(value) && value.every(isString) ? value : [text]
  }
  return text
}
