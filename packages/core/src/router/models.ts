import type { Deployment } from '../deployment.ts'

/** The deployments that share one public name, cheapest `order` first. */
export interface ModelGroup {
  readonly name: string
  readonly deployments: readonly Deployment[]
}

interface Wildcard {
  readonly prefix: string
  readonly suffix: string
  readonly group: ModelGroup
}

/**
 * Public model names → groups: an exact name, else the most specific wildcard, else whatever `resolve` makes of a
 * `provider/model` name. Built once a snapshot; groups made from wildcards are remembered, in bounded number.
 */
export class ModelTable {
  readonly #exact = new Map<string, ModelGroup>()
  readonly #wildcards: Wildcard[] = []
  readonly #made = new Map<string, ModelGroup | undefined>()
  readonly #aliases: ReadonlyMap<string, string>
  readonly #make: (deployment: Deployment, model: string, name: string) => Deployment
  readonly #resolve: (name: string) => Deployment | undefined

  /**
   * `make` turns a wildcard deployment into the one for a concrete upstream model; `resolve` serves names that no
   * deployment was configured for.
   */
  constructor(options: {
    deployments: readonly Deployment[]
    aliases: ReadonlyMap<string, string>
    make: (deployment: Deployment, model: string, name: string) => Deployment
    resolve: (name: string) => Deployment | undefined
  }) {
    this.#aliases = options.aliases
    this.#make = options.make
    this.#resolve = options.resolve
    for (const [name, deployments] of byName(options.deployments)) {
      const group = { name, deployments: deployments.toSorted((a, b) => a.order - b.order) }
      const star = name.indexOf('*')
      if (star < 0) this.#exact.set(name, group)
      else this.#wildcards.push({ prefix: name.slice(0, star), suffix: name.slice(star + 1), group })
    }
    this.#wildcards.sort((a, b) => b.prefix.length + b.suffix.length - (a.prefix.length + a.suffix.length))
  }

  find(name: string): ModelGroup | undefined {
    const real = this.#aliases.get(name) ?? name
    const exact = this.#exact.get(real)
    if (exact !== undefined) return exact
    if (this.#made.has(real)) return this.#made.get(real)
    const made = this.#fromWildcard(real) ?? this.#fromResolver(real)
    if (real.length > longestRemembered) return made
    if (this.#made.size >= maxMade) this.#made.clear()
    this.#made.set(real, made)
    return made
  }

  /** Every configured name, wildcards as they are written. */
  get groups(): readonly ModelGroup[] {
    return [...this.#exact.values(), ...this.#wildcards.map((wildcard) => wildcard.group)]
  }

  get aliases(): ReadonlyMap<string, string> {
    return this.#aliases
  }

  #fromWildcard(name: string): ModelGroup | undefined {
    for (const { prefix, suffix, group } of this.#wildcards) {
      if (name.length < prefix.length + suffix.length || !name.startsWith(prefix) || !name.endsWith(suffix)) continue
      const middle = name.slice(prefix.length, name.length - suffix.length)
      return { name, deployments: group.deployments.map((one) => this.#make(one, one.model.replace('*', middle), name)) }
    }
    return undefined
  }

  #fromResolver(name: string): ModelGroup | undefined {
    const deployment = this.#resolve(name)
    return deployment === undefined ? undefined : { name, deployments: [deployment] }
  }
}

/** `Map.groupBy` is not in Node 20, where the SDK runs. */
function byName(deployments: readonly Deployment[]): ReadonlyMap<string, Deployment[]> {
  const groups = new Map<string, Deployment[]>()
  for (const deployment of deployments) {
    const group = groups.get(deployment.modelName)
    if (group === undefined) groups.set(deployment.modelName, [deployment])
    else group.push(deployment)
  }
  return groups
}

/** Names come from clients: what is remembered of them is bounded, in number and in size. */
const maxMade = 5000
const longestRemembered = 512
