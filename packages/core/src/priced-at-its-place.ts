import type { Deployment } from './deployment.ts'
import { targetOf } from './prepare.ts'

/** The deployment with the prices of its region, where those differ. */
export function pricedAtItsPlace(deployment: Deployment): Deployment {
  const { provider, facts } = deployment
  if (provider.uplifts === undefined || facts?.prices.uplifts === undefined) return deployment
  const standing = provider.uplifts(targetOf(deployment, deployment.model))
  return standing.length === 0 ? deployment : { ...deployment, facts: { ...facts, prices: { ...facts.prices, standing } } }
}
