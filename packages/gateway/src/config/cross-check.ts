import type { Context } from './context.ts'
import type { CredentialConfig, DeploymentConfig, RouterSettings, SearchToolConfig, VectorStoreConfig } from './config.ts'
import { nearestName } from './nearest-name.ts'
import { positionOf } from './yaml-node.ts'

interface Parts {
  readonly deployments: readonly DeploymentConfig[]
  readonly searchTools: readonly SearchToolConfig[]
  readonly vectorStores: readonly VectorStoreConfig[]
  readonly credentials: ReadonlyMap<string, CredentialConfig>
  readonly router: RouterSettings
}

/** Names that lead nowhere: warnings, for models and credentials may also come from the database. */
export function checkReferences(context: Context, { deployments, searchTools, vectorStores, credentials, router }: Parts): void {
  refuseSharedNames(context, deployments, searchTools)
  const exact = new Set(router.aliases.keys())
  const wildcards = new Set<string>()
  for (const { modelName, match } of deployments) (match === 'exact' ? exact : wildcards).add(modelName)
  const patterns = [...wildcards].map(patternOf)
  const seen = new Set<string>()
  for (const { name, path, node } of context.modelReferences) {
    if (name === '*' || exact.has(name) || wildcards.has(name) || patterns.some((pattern) => pattern.test(name))) continue
    warnOnce(context, seen, {
      position: positionOf(node),
      path,
      message: `no model_name is ${name}`,
      near: nearestName(name, exact),
    })
  }
  for (const { credentialName: name, origin } of [...deployments, ...searchTools, ...vectorStores]) {
    if (name === undefined || credentials.has(name)) continue
    const message = `litellm_credential_name: no credential_name is ${name}`
    warnOnce(context, seen, {
      position: { ...origin, column: 1 },
      path: 'model_list',
      message,
      near: nearestName(name, credentials.keys()),
    })
  }
}

/** Both are asked for by name, but keys are limited to models only. */
function refuseSharedNames(
  { diagnostics }: Context,
  deployments: readonly DeploymentConfig[],
  tools: readonly SearchToolConfig[],
): void {
  const models = new Set(deployments.map(({ modelName }) => modelName))
  for (const { modelName, origin } of tools) {
    if (!models.has(modelName)) continue
    const message = `${modelName} is a model_name too`
    diagnostics.error({ ...origin, column: 1 }, { path: 'search_tools', message, hint: 'give the tool another name' })
  }
}

const patternOf = (wildcard: string): RegExp =>
  new RegExp(`^${wildcard.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)

interface Warning {
  readonly position: Parameters<Context['diagnostics']['warn']>[0]
  readonly path: string
  readonly message: string
  readonly near: string | undefined
}

function warnOnce(context: Context, seen: Set<string>, { position, path, message, near }: Warning): void {
  if (seen.has(message)) return
  seen.add(message)
  context.diagnostics.warn(position, { path, message, hint: near === undefined ? '' : `did you mean ${near}?` })
}
