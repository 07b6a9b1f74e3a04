/** A file that the gateway keeps itself. Its bytes lie beside the database, under its id. Times are Unix milliseconds. */
export interface StoredFile {
  readonly id: string
  /** The id of a key, or `master`. */
  readonly owner: string
  readonly filename: string
  readonly contentType: string
  readonly purpose: string
  readonly bytes: number
  readonly createdAt: number
  readonly expiresAt: number
}

export interface FileStore {
  /** False when the owner would have more than `mostBytes` then; a file with this id is replaced. */
  put(file: StoredFile, mostBytes: number): Promise<boolean>
  get(id: string, now: number): Promise<StoredFile | undefined>
  delete(id: string): Promise<boolean>
  /** Ids of some files whose time is over. */
  expired(now: number, limit: number): Promise<readonly string[]>
}

/** A batch that the gateway works on. `body`: what its runner knows, as JSON. */
export interface StoredBatch {
  readonly id: string
  readonly owner: string
  readonly body: string
  /** There is work left to do. */
  readonly isOpen: boolean
  /** Somebody wants it to end. */
  readonly isCancelled: boolean
  readonly createdAt: number
  readonly keepUntil: number
}

/**
 * One worker works on a batch. Its claim lasts as long as its registration: whoever takes the batch over finds all that the dead
 * one has paid in the ledger.
 */
export interface BatchStore {
  /** False when its owner would have more than `mostOpen` open batches then. */
  insert(batch: Omit<StoredBatch, 'isCancelled'>, mostOpen: number): Promise<boolean>
  get(id: string, now: number): Promise<StoredBatch | undefined>
  /** An open batch that no living worker has, from now on this worker's: the oldest of the owner who has the fewest under way. */
  claim(worker: string): Promise<StoredBatch | undefined>
  /** Writes what the worker that has it knows now; undefined when it is not (any more) that worker's. */
  save(worker: string, batch: Pick<StoredBatch, 'id' | 'body' | 'isOpen'>): Promise<Pick<StoredBatch, 'isCancelled'> | undefined>
  /** False where there is none that is over. */
  delete(id: string): Promise<boolean>
  /** Marks an open batch; false when there is none. */
  cancel(id: string): Promise<boolean>
  /** Gives back what this worker has, or one batch of it, so that the next one goes on at once. */
  release(worker: string, id?: string): Promise<void>
  /** Deletes some that are over and whose time is over too; answers how many. */
  prune(now: number): Promise<number>
}
