import type { DataFile, Files } from '../machine.ts'
import type { Faults } from './faults.ts'
import type { Process, World } from './world.ts'

/** What a power loss leaves of a file is what was synced, and as much more as chance will have. */
interface StoredFile {
  bytes: Buffer
  length: number
  synced: number
  /** Its folder was synced since it is there. */
  isNamed: boolean
  /** What a write that is under way is going to append. */
  coming: Buffer | undefined
}

/** One disk for all processes; what is on it outlives them. */
export class Disk {
  readonly #world: World
  readonly #files = new Map<string, StoredFile>()
  constructor(world: World) {
    this.#world = world
  }

  get paths(): readonly string[] {
    return [...this.#files.keys()]
  }

  has(path: string): boolean {
    return this.#files.has(path)
  }

  remove(path: string): void {
    this.#files.delete(path)
  }

  /** For a file that is no journal, and whose bytes nobody reads. */
  put(path: string): void {
    this.#files.set(path, { bytes: Buffer.alloc(0), length: 0, synced: 0, isNamed: true, coming: undefined })
  }

  find(path: string): StoredFile {
    const file = this.#files.get(path)
    if (file === undefined) throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' })
    return file
  }

  findOrMake(path: string): StoredFile {
    if (!this.has(path)) {
      this.#files.set(path, { bytes: Buffer.alloc(4096), length: 0, synced: 0, isNamed: false, coming: undefined })
    }
    return this.find(path)
  }

  syncNames(): void {
    for (const file of this.#files.values()) file.isNamed = true
  }

  /** A process died: of the write that was under way any part may have been done. */
  interrupt(worker: string): void {
    for (const [path, file] of this.#files) {
      if (!path.includes(`/${worker}-`) || file.coming === undefined) continue
      append(file, file.coming.subarray(0, this.#world.random.between(0, file.coming.length)))
      file.coming = undefined
    }
  }

  losePower(): void {
    const { random } = this.#world
    for (const [path, file] of this.#files) {
      file.length = random.between(file.synced, file.length)
      if (!file.isNamed && random.chance(0.5)) this.remove(path)
    }
  }
}

function append(file: StoredFile, bytes: Buffer): void {
  const length = file.length + bytes.length
  if (length > file.bytes.length) {
    const larger = Buffer.alloc(2 * length)
    file.bytes.copy(larger, 0, 0, file.length)
    file.bytes = larger
  }
  bytes.copy(file.bytes, file.length)
  file.length = length
}

interface Access {
  readonly world: World
  readonly disk: Disk
  readonly faults: Faults
  readonly process: Process
}

/** The disk as a process sees it. */
export function filesOf(access: Access): Files {
  const { world, disk, faults, process } = access
  const begin = async (what: string): Promise<void> => {
    await world.wait(process, world.latency())
    faults.failAt('disk', process.name, what)
  }
  return {
    mkdir: () => begin('mkdir'),
    readdir: async (directory) => {
      await begin('readdir')
      return disk.paths.filter((path) => path.startsWith(`${directory}/`)).map((path) => path.slice(directory.length + 1))
    },
    rm: async (path) => {
      await begin(`rm ${path}`)
      world.note(process.name, `removes ${path}`)
      disk.remove(path)
    },
    open: async (path, flags) => {
      await begin(`open ${path}`)
      if (flags === 'a') return new SimulatedFile(disk.findOrMake(path), path, access)
      return disk.has(path) ? new SimulatedFile(disk.find(path), path, access) : folderOf(path, access)
    },
    existsSync: (path) => disk.has(path),
  }
}

function folderOf(path: string, { world, disk, faults, process }: Access): DataFile {
  if (path.endsWith('.journal')) disk.find(path)
  const refuse = (): Promise<never> => Promise.reject(new Error(`${path} is a folder`))
  return {
    read: refuse,
    write: refuse,
    datasync: refuse,
    sync: async () => {
      await world.wait(process, world.latency())
      faults.failAt('diskSync', process.name, `sync of ${path}`)
      disk.syncNames()
    },
    close: () => Promise.resolve(),
  }
}

class SimulatedFile implements DataFile {
  readonly #file: StoredFile
  readonly #path: string
  readonly #access: Access
  constructor(file: StoredFile, path: string, access: Access) {
    this.#file = file
    this.#path = path
    this.#access = access
  }

  async read(into: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }> {
    await this.#begin('disk', 'read')
    const { bytes, length: end } = this.#file
    return { bytesRead: bytes.copy(into, offset, position, Math.max(position, Math.min(end, position + length))) }
  }

  async write(from: Buffer, offset: number, length: number): Promise<{ readonly bytesWritten: number }> {
    const { world, faults, process } = this.#access
    const file = this.#file
    // A write may take less than it is given.
    const bytes = from.subarray(offset, offset + (world.random.chance(0.02) ? world.random.between(1, length) : length))
    file.coming = bytes
    await world.wait(process, world.latency())
    file.coming = undefined
    const fails = faults.strikes('disk')
    const done = fails ? bytes.subarray(0, world.random.between(0, bytes.length)) : bytes
    append(file, done)
    world.note(process.name, `writes ${done.length} of ${length} bytes to ${this.#path}${fails ? ', then FAILS' : ''}`)
    if (fails) throw new Error('no space left on device')
    return { bytesWritten: bytes.length }
  }

  async datasync(): Promise<void> {
    const { length } = this.#file
    await this.#begin('diskSync', 'datasync')
    this.#file.synced = Math.max(this.#file.synced, length)
  }

  sync(): Promise<void> {
    return this.datasync()
  }

  async close(): Promise<void> {
    await this.#begin('disk', 'close')
  }

  async #begin(kind: 'disk' | 'diskSync', what: string): Promise<void> {
    const { world, faults, process } = this.#access
    await world.wait(process, world.latency())
    faults.failAt(kind, process.name, `${what} of ${this.#path}`)
  }
}
