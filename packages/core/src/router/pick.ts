import { fail, type GatewayError } from '@switchyard/wire'
import type { Deployment } from '../deployment.ts'
import type { Health } from './health.ts'
import type { ModelGroup } from './models.ts'

export interface PickOptions {
  readonly health: Health
  /** Deployments that this call has tried in vain. */
  readonly tried: ReadonlySet<string>
  /** Has the deployment room under its rpm/tpm? */
  readonly hasRoom: (deployment: Deployment) => boolean
  readonly random: () => number
  /** Taken before all others, while it has not failed. */
  readonly prefers?: string | undefined
}

/**
 * LiteLLM's `simple-shuffle`: among the usable deployments of the lowest `order`, one at random by weight (else rpm,
 * else tpm, else evenly). When all have been tried, those that do not cool down may be tried again.
 */
export function pickDeployment(group: ModelGroup, options: PickOptions): Deployment | undefined {
  const only = group.deployments[0]
  if (only !== undefined && group.deployments.length === 1) return isUsable(only, options) ? only : undefined
  const usable = group.deployments.filter((deployment) => isUsable(deployment, options))
  const fresh = usable.filter((deployment) => !options.tried.has(deployment.id))
  const candidates = fresh.length > 0 ? fresh : usable
  const preferred = options.prefers === undefined ? undefined : fresh.find(({ id }) => id === options.prefers)
  if (preferred !== undefined) return preferred
  const order = candidates[0]?.order
  return shuffle(
    candidates.filter((deployment) => deployment.order === order),
    options.random,
  )
}

/** Why no deployment could be picked, with the time after which one may be. */
export function nothingLeft(group: ModelGroup, health: Health): GatewayError {
  const waitMs = health.coolsFor(group.deployments.map((deployment) => deployment.id))
  const retryAfterMs = Math.max(1000, waitMs)
  return fail(
    'no_deployment',
    `No deployment of "${group.name}" can take the call now; try again in ${Math.ceil(retryAfterMs / 1000)} seconds.`,
    { retryAfterMs },
  )
}

function isUsable(deployment: Deployment, { health, hasRoom }: PickOptions): boolean {
  if (health.isCooling(deployment.id)) return false
  if (deployment.maxParallel !== undefined && health.inFlight(deployment.id) >= deployment.maxParallel) return false
  return hasRoom(deployment)
}

function shuffle(candidates: readonly Deployment[], random: () => number): Deployment | undefined {
  const [first] = candidates
  if (first === undefined || candidates.length === 1) return first
  const weights = weightsOf(candidates)
  let ticket = random() * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [index, deployment] of candidates.entries()) {
    ticket -= weights[index] ?? 0
    if (ticket < 0) return deployment
  }
  return candidates.at(-1)
}

function weightsOf(candidates: readonly Deployment[]): readonly number[] {
  for (const field of ['weight', 'rpm', 'tpm'] as const) {
    const weights = candidates.map((deployment) => deployment[field] ?? 0)
    if (weights.some((weight) => weight > 0)) return weights
  }
  return candidates.map(() => 1)
}
