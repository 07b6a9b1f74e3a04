import { RequestBody, type FormFile } from '@switchyard/core'
import { fail, isObject, isString, type JsonObject } from '@switchyard/wire'

/** A file to send: a File or Blob, bytes, or bytes with a name. */
export type FileInput =
  | Blob
  | Uint8Array
  | { readonly filename: string; readonly bytes: Uint8Array; readonly contentType?: string }

/** The body of a call whose API takes a form: options that are files become its files. */
export async function formOf(body: JsonObject, required: readonly string[]): Promise<RequestBody> {
  const fields: JsonObject = {}
  const files: FormFile[] = []
  for (const [name, value] of Object.entries(body)) {
    const inputs: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (inputs.length > 0 && inputs.every(isFileInput)) {
      const field = Array.isArray(value) ? `${name}[]` : name
      files.push(...(await Promise.all(inputs.map((input) => fileOf(input, field, name)))))
    } else if (required.includes(name) && isString(value) && name !== 'prompt') throw notAFile(name)
    else fields[name] = value
  }
  return RequestBody.ofForm(fields, files)
}

const notAFile = (name: string): Error =>
  fail('bad_request', `"${name}" must be a File, a Blob, bytes, or {filename, bytes}, not a string: read the file first.`, {
    param: name,
  })

export const isFileInput = (value: unknown): value is FileInput =>
  value instanceof Blob || value instanceof Uint8Array || (isObject(value) && value['bytes'] instanceof Uint8Array)

async function fileOf(input: FileInput, field: string, name: string): Promise<FormFile> {
  if (input instanceof Uint8Array) return { field, filename: name, contentType: unknownType, bytes: input }
  if (!(input instanceof Blob)) {
    const { filename, bytes, contentType = unknownType } = input
    return { field, filename, contentType, bytes }
  }
  const filename = 'name' in input && isString(input.name) ? input.name : name
  const contentType = input.type === '' ? unknownType : input.type
  return { field, filename, contentType, bytes: new Uint8Array(await input.arrayBuffer()) }
}

const unknownType = 'application/octet-stream'
