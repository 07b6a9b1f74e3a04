import { missingKey, type Outgoing, type ParamSource, type ProviderEnv, type Target } from '@switchyard/core'
import { fail, type GatewayError } from '@switchyard/wire'
import { Bought } from '../../bought.ts'
import { readLocalFile } from '../../local-file.ts'
import { secretText } from '../../secret-text.ts'
import { isSameOrigin } from '../../url.ts'
import { isUnreachable } from './auth/ask.ts'
import { inlineCredential, isGoogleUrl, isSelfContained, projectOf, readCredential } from './auth/credential.ts'
import { machineToken, tokenFor, type Token } from './auth/token.ts'

/**
 * A project is enough where the machine itself, or a login of `gcloud`, has credentials. The names with `_ai_` are LiteLLM's
 * other spelling; the last variables are those of Google's own libraries.
 */
export const vertexParams: Readonly<Record<string, ParamSource>> = {
  vertex_project: { env: ['VERTEXAI_PROJECT', 'VERTEX_PROJECT', 'GOOGLE_CLOUD_PROJECT'], insteadOfKey: true },
  vertex_location: { env: ['VERTEXAI_LOCATION', 'VERTEX_LOCATION', 'GOOGLE_CLOUD_LOCATION'] },
  vertex_credentials: {
    env: ['VERTEXAI_CREDENTIALS', 'VERTEX_CREDENTIALS', 'GOOGLE_APPLICATION_CREDENTIALS'],
    secret: true,
    insteadOfKey: true,
  },
  vertex_ai_project: { env: [], insteadOfKey: true },
  vertex_ai_location: { env: [] },
  vertex_ai_credentials: { env: [], secret: true, insteadOfKey: true },
}

/** A parameter of the deployment in either spelling. */
export const vertexParam = ({ params }: Target, name: 'project' | 'location' | 'credentials'): string | undefined =>
  secretText(params[`vertex_ai_${name}`]) ?? secretText(params[`vertex_${name}`])

/** Stands in a URL for the project that is only known when the credentials have been read. */
export const unknownProject = '{project}'

/** The project that is configured, or that the credential in the configuration belongs to. */
export function knownProject(target: Target): string | undefined {
  const named = vertexParam(target, 'project')
  if (named !== undefined) return named
  const credential = inlineCredential(vertexParam(target, 'credentials') ?? '')
  return credential === undefined ? undefined : projectOf(credential)
}

const bought = new Bought<Token>()

/** Puts the key (of Vertex' express mode) or a bought token on a request. */
export async function signVertex(outgoing: Outgoing, target: Target, env: ProviderEnv): Promise<void> {
  if (target.key !== undefined) {
    outgoing.headers['x-goog-api-key'] = target.key.reveal()
    return
  }
  const given = vertexParam(target, 'credentials')
  // What the machine has is its owner's: it goes to Google, and to a base URL that the same owner's environment names. Asked
  // for every call, because equal parameters share a token whatever address they are used with.
  if (!isGoogleUrl(outgoing.url) && !isOwnBase(outgoing, env) && isBorrowed(given)) throw missing()
  const { token, project, quotaProject } = await bought.get(target.params, env.now, () => buy(given, env))
  outgoing.headers['authorization'] = `Bearer ${token}`
  if (quotaProject !== undefined) outgoing.headers['x-goog-user-project'] ??= quotaProject
  if (!outgoing.url.includes(unknownProject)) return
  if (project === undefined) throw noProject()
  outgoing.url = outgoing.url.replace(unknownProject, encodeURIComponent(project))
}

const noProject = (): Error =>
  fail('bad_request', 'Vertex AI needs a project: set VERTEXAI_PROJECT, or vertex_project in the deployment.', {
    param: 'vertex_project',
  })

async function buy(given: string | undefined, env: ProviderEnv): Promise<Token> {
  if (given !== undefined) return tokenFor(await readCredential(given), env)
  const login = await readLogin(env)
  if (login !== undefined) return tokenFor(await readCredential(login), env)
  try {
    return await machineToken(env)
  } catch (cause) {
    throw isUnreachable(cause) ? missing(cause) : cause
  }
}

function missing(cause?: unknown): GatewayError {
  const { kind, message, ...more } = missingKey('vertex_ai', ['VERTEXAI_CREDENTIALS', 'GOOGLE_APPLICATION_CREDENTIALS']).facts
  return fail(kind, message, more, { cause })
}

export const vertexBaseEnv = ['VERTEXAI_API_BASE', 'VERTEX_API_BASE'] as const

const isOwnBase = ({ url }: Outgoing, env: ProviderEnv): boolean =>
  vertexBaseEnv.some((name) => isSameOrigin(url, env.variable(name)))

/** Who made the deployment only points to it: to a file of this machine, or to what its cloud says of it. */
function isBorrowed(given: string | undefined): boolean {
  const credential = given === undefined ? undefined : inlineCredential(given)
  return credential === undefined || !isSelfContained(credential)
}

/** What `gcloud auth application-default login` left behind. */
async function readLogin({ variable }: ProviderEnv): Promise<string | undefined> {
  const home = variable('HOME')
  const folder = variable('CLOUDSDK_CONFIG') ?? (home === undefined ? undefined : `${home}/.config/gcloud`)
  return folder === undefined ? undefined : readLocalFile(`${folder}/application_default_credentials.json`)
}
