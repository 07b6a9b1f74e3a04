import { open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

const pieceBytes = 64 * 1024

/** Bytes that wait on the disk because they are too many for memory. The file has no name, so that nothing of it stays behind. */
export class Spool {
  readonly #file: FileHandle
  size = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async open(folder: string): Promise<Spool> {
    const path = join(folder, `spool-${crypto.randomUUID()}`)
    const file = await open(path, 'wx+', 0o600)
    await rm(path)
    return new Spool(file)
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.size)
      done += bytesWritten
      this.size += bytesWritten
    }
  }

  /** A piece is good until the next one is asked for: one buffer serves them all. */
  async *read(): AsyncGenerator<Uint8Array, void, void> {
    const buffer = Buffer.allocUnsafe(pieceBytes)
    for (let at = 0; at < this.size;) {
      const { bytesRead } = await this.#file.read(buffer, 0, pieceBytes, at)
      if (bytesRead === 0) throw new Error('a spooled file is shorter than it was')
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
