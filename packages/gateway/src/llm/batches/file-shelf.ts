import { mkdir, open, opendir, rm, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '@switchyard/wire'
import type { Store, StoredFile } from '../../store/index.ts'
import { Spool } from '../objects/spool.ts'

const pieceBytes = 64 * 1024
/** A file without a row may be one that is just being written. */
const orphanMs = 3_600_000
const swept = 100

type NewFile = Omit<StoredFile, 'id' | 'bytes' | 'createdAt'>

/** Files that the gateway keeps itself: rows in the store, bytes in a folder beside it. Nothing of them is ever whole in memory. */
export class FileShelf {
  readonly #folder: string
  readonly #store: Pick<Store, 'files'>

  private constructor(folder: string, store: Pick<Store, 'files'>) {
    this.#folder = folder
    this.#store = store
  }

  static async open(dataDir: string, store: Pick<Store, 'files'>): Promise<FileShelf> {
    const folder = join(dataDir, 'files')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return new FileShelf(folder, store)
  }

  /** Bytes first, on the disk; then the row. Throws `too_large` when the owner keeps too much. */
  async keep(file: NewFile, pieces: AsyncIterable<Uint8Array>, mostBytes: number): Promise<StoredFile> {
    const id = newFileId()
    const handle = await open(join(this.#folder, id), 'wx', 0o600)
    let bytes = 0
    let isKept = false
    try {
      for await (const piece of pieces) bytes += await writeAll(handle, piece, bytes)
      await handle.datasync()
      const kept = { ...file, id, bytes, createdAt: Date.now() }
      isKept = await this.#store.files.put(kept, mostBytes)
      if (isKept) return kept
    } finally {
      await handle.close()
      if (!isKept) await rm(join(this.#folder, id), { force: true })
    }
    throw fail('too_large', 'This key keeps too much here already: delete files that are no longer needed.', {
      code: 'file_storage_exceeded',
    })
  }

  get(id: string): Promise<StoredFile | undefined> {
    return this.#store.files.get(id, Date.now())
  }

  /** A file that is written bit by bit: its row comes first, so that nobody takes its bytes for an orphan's. */
  async begin(file: StoredFile): Promise<void> {
    await this.#store.files.put(file, Number.MAX_SAFE_INTEGER)
  }

  /** Room for bytes on their way, on the disk: a folder for what is temporary often lies in memory. */
  spool(): Promise<Spool> {
    return Spool.open(this.#folder)
  }

  pathOf(id: string): string {
    return join(this.#folder, id)
  }

  /** A piece is good until the next one is asked for: one buffer serves them all. */
  async *read(id: string): AsyncGenerator<Uint8Array, void, void> {
    const handle = await open(join(this.#folder, id), 'r')
    try {
      const buffer = Buffer.allocUnsafe(pieceBytes)
      for (;;) {
        const { bytesRead } = await handle.read(buffer, 0, pieceBytes)
        if (bytesRead === 0) return
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await handle.close()
    }
  }

  /** A part of a file, as text. */
  async slice(id: string, { at, length }: { readonly at: number; readonly length: number }): Promise<string> {
    const handle = await open(join(this.#folder, id), 'r')
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, at)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await handle.close()
    }
  }

  async remove(id: string): Promise<boolean> {
    const was = await this.#store.files.delete(id)
    await rm(join(this.#folder, id), { force: true })
    return was
  }

  /** Removes files whose time is over, and bytes that a crash left without a row. */
  async sweep(now: number): Promise<void> {
    for (const id of await this.#store.files.expired(now, swept)) await this.remove(id)
    // Read bit by bit: a folder of a hundred thousand files would hold up everything else.
    for await (const { name } of await opendir(this.#folder)) {
      const known = await this.#store.files.get(name, 0)
      if (known !== undefined) continue
      const { mtimeMs } = await stat(join(this.#folder, name))
      if (mtimeMs + orphanMs < now) await rm(join(this.#folder, name), { force: true })
    }
  }
}

export const newFileId = (): string => `file-${crypto.randomUUID().replaceAll('-', '')}`

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<number> {
  for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten
  return bytes.length
}
