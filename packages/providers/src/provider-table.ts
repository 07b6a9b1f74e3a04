import type { Provider } from '@switchyard/core'

/** The providers that a program was given, by their ids and other names. An id goes before another one's alias. */
export class ProviderTable {
  readonly all: readonly Provider[]
  readonly #byName: ReadonlyMap<string, Provider>

  constructor(all: readonly Provider[]) {
    this.all = all
    this.#byName = new Map([
      ...all.flatMap((provider) => (provider.aliases ?? []).map((alias) => [alias, provider] as const)),
      ...all.map((provider) => [provider.id, provider] as const),
    ])
  }

  /** The provider of this id or alias. */
  find(name: string): Provider | undefined {
    return this.#byName.get(name)
  }
}
