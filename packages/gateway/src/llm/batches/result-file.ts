import { open, type FileHandle } from 'node:fs/promises'
import { isObject, parseJson, stringOf, type JsonObject } from '@switchyard/wire'
import { linesOf } from '../objects/batch-file.ts'

const newLine = 10
const pieceBytes = 64 * 1024

interface Waiting {
  readonly bytes: Uint8Array
  readonly resolve: () => void
  readonly reject: (cause: unknown) => void
}

/** Lines of results that are on the disk when `append` resolves. What comes while the disk is busy shares the next sync. */
export class ResultFile {
  readonly #file: FileHandle
  #length: number
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined

  private constructor(file: FileHandle, length: number) {
    this.#file = file
    this.#length = length
  }

  /** Opens the file, cuts off a line that a crash left unfinished, and answers the `custom_id` of each that is whole. */
  static async open(path: string): Promise<{ readonly file: ResultFile; readonly ids: readonly string[] }> {
    const handle = await open(path, 'a+', 0o600)
    await handle.close()
    const file = await open(path, 'r+')
    const length = await wholeLines(file)
    await file.truncate(length)
    const ids: string[] = []
    for await (const line of linesOf(piecesOf(file))) {
      const row = parseJson(line)
      const id = isObject(row) ? stringOf(row['custom_id']) : undefined
      if (id !== undefined) ids.push(id)
    }
    return { file: new ResultFile(file, length), ids }
  }

  get bytes(): number {
    return this.#length
  }

  append(line: JsonObject): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject })
      this.#writing ??= this.#write()
    })
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#file.close()
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        const bytes = Buffer.concat(batch.map((one) => one.bytes))
        // Always behind the last line that is known to be whole: what a failed write left is written over.
        for (let done = 0; done < bytes.length;)
          done += (await this.#file.write(bytes, done, bytes.length - done, this.#length + done)).bytesWritten
        await this.#file.datasync()
        this.#length += bytes.length
        for (const { resolve } of batch) resolve()
      } catch (cause) {
        for (const { reject } of batch) reject(cause)
      }
    }
    this.#writing = undefined
  }
}

async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array, void, void> {
  const buffer = Buffer.allocUnsafe(pieceBytes)
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, pieceBytes, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

async function wholeLines(file: FileHandle): Promise<number> {
  let whole = 0
  let at = 0
  for await (const piece of piecesOf(file)) {
    const end = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).lastIndexOf(newLine)
    if (end >= 0) whole = at + end + 1
    at += piece.length
  }
  return whole
}
