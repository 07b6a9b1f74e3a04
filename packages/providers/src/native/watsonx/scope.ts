import type { ParamSource, Target } from '@switchyard/core'
import { fail, stringOf, type JsonObject } from '@switchyard/wire'

export const scopeParams: Readonly<Record<string, ParamSource>> = {
  project_id: { env: ['WATSONX_PROJECT_ID', 'WX_PROJECT_ID', 'PROJECT_ID'] },
  space_id: { env: ['WATSONX_DEPLOYMENT_SPACE_ID', 'WATSONX_SPACE_ID', 'WX_SPACE_ID', 'SPACE_ID'] },
}

/** The id of a deployment of the customer's own: `deployment/<id>` in place of a model. */
export const deploymentOf = (model: string): string | undefined => /^deployment\/(.+)$/.exec(model)?.[1]

/** Who pays, and for which model: a project, else a space. Deployments know both themselves. */
export function scopeOf({ model, params }: Target): JsonObject {
  if (deploymentOf(model) !== undefined) return {}
  const project = stringOf(params['project_id'])
  const space = stringOf(params['space_id'])
  return {
    model_id: model,
    ...(project !== undefined ? { project_id: project } : space !== undefined ? { space_id: space } : {}),
  }
}

export function requireScope(target: Target): void {
  const scope = scopeOf(target)
  if (!('model_id' in scope) || 'project_id' in scope || 'space_id' in scope) return
  throw fail(
    'auth',
    'watsonx.ai needs a project or a space: set WATSONX_PROJECT_ID or WATSONX_SPACE_ID, or project_id or space_id in the deployment.',
    { param: 'project_id' },
  )
}
