const inspect = Symbol.for('nodejs.util.inspect.custom')

/** A value that cannot be printed: only `reveal()` gives it, at the one place that puts it on the wire. */
export class Secret {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  reveal(): string {
    return this.#value
  }
  toString(): string {
    return '[secret]'
  }
  toJSON(): string {
    return '[secret]'
  }
  [inspect](): string {
    return '[secret]'
  }
}
