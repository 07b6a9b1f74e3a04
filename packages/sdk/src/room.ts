import type { Deployment } from '@switchyard/core'

interface Minute {
  readonly minute: number
  requests: number
  tokens: number
}

/** What each deployment of a router has left of its rpm and tpm, in this process. */
export class Room {
  readonly #minutes = new Map<string, Minute>()

  has(deployment: Deployment): boolean {
    const { rpm, tpm } = deployment
    if (rpm === undefined && tpm === undefined) return true
    const { requests, tokens } = this.#minuteOf(deployment)
    return (rpm === undefined || requests < rpm) && (tpm === undefined || tokens < tpm)
  }

  take(deployment: Deployment): void {
    if (deployment.rpm !== undefined) this.#minuteOf(deployment).requests++
  }

  use(deployment: Deployment, tokens: number): void {
    if (deployment.tpm !== undefined) this.#minuteOf(deployment).tokens += tokens
  }

  #minuteOf({ id }: Deployment): Minute {
    const minute = Math.floor(Date.now() / 60_000)
    const known = this.#minutes.get(id)
    if (known?.minute === minute) return known
    const fresh = { minute, requests: 0, tokens: 0 }
    this.#minutes.set(id, fresh)
    return fresh
  }
}
