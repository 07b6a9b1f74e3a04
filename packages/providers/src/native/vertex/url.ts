import type { Endpoint, Operation, Target } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import { knownProject, unknownProject, vertexParam } from './credentials.ts'
import { ai21Endpoint } from './families.ts'
import { isService, serviceUrl } from './services.ts'

/** Stands for the host of the location, which is known when a call is made. */
export const anyRegion = 'https://aiplatform.googleapis.com'

export function vertexUrl(target: Target, endpoint: Endpoint, call: { operation: Operation; stream: boolean }): string {
  const location = locationOf(target)
  if (isService(endpoint)) {
    return serviceUrl(target, endpoint, location, target.baseUrl === anyRegion ? undefined : target.baseUrl)
  }
  const host = target.baseUrl === anyRegion ? hostOf(location) : target.baseUrl.replace(/\/v1(beta1)?\/?$/, '')
  const version = endpoint === ai21Endpoint ? 'v1beta1' : 'v1'
  const path = endpoint.path.replace('{model}', segment(ownName(target.traits.id)))
  return `${host}/${version}${placeOf(target, location)}${call.operation === 'chat' && call.stream ? streamed(path) : path}`
}

/** What stands under the version's path, at the host of the location that it names. */
export const pathUrl = (target: Target, path: string): string => vertexPassUrl(target, `/v1/${path}`)

/** Projects have locations; the keys of express mode have neither. */
function placeOf(target: Target, location: string): string {
  const project = knownProject(target)
  if (project === undefined && target.key !== undefined) return ''
  return `/projects/${project === undefined ? unknownProject : encodeURIComponent(project)}/locations/${location}`
}

/** The configured location, where the model is served there. LiteLLM sends models of one region there too (1.106.2, 2026-11-22). */
export function servedAt(target: Target): string {
  const named = vertexParam(target, 'location') ?? 'us-central1'
  const { regions = [] } = target.traits
  return regions.includes(named) ? named : (regions[0] ?? named)
}

function locationOf(target: Target): string {
  const location = servedAt(target)
  // It becomes part of a host's name.
  if (/^[a-z0-9-]+$/.test(location)) return location
  throw badLocation(location)
}

/** Multi-regions have hosts of another form (native-wire facts §2, 2026-11-22). */
function hostOf(location: string): string {
  if (location === 'global') return anyRegion
  if (location === 'us' || location === 'eu') return `https://aiplatform.${location}.rep.googleapis.com`
  return `https://${location}-aiplatform.googleapis.com`
}

/** The publisher stands in the path. Versions (`…@20250929`) are part of the name. */
const ownName = (model: string): string => model.slice(model.lastIndexOf('/') + 1)

const segment = (name: string): string => encodeURIComponent(name).replaceAll('%40', '@')

const streamed = (path: string): string =>
  path.replace(/:generateContent$/, ':streamGenerateContent?alt=sse').replace(/:rawPredict$/, ':streamRawPredict')

/** The path of a request names its location, which decides the host. */
export function vertexPassUrl(target: Target, path: string): string {
  const named = /\/locations\/([^/?]+)/.exec(path)?.[1] ?? vertexParam(target, 'location') ?? 'us-central1'
  if (!/^[a-z0-9-]+$/.test(named)) throw badLocation(named)
  return (target.baseUrl === anyRegion ? hostOf(named) : target.baseUrl.replace(/\/v1(beta1)?\/?$/, '')) + path
}

const badLocation = (named: string): Error =>
  fail('bad_request', `"${named}" is not a location of Vertex AI: write it as us-central1, eu or global.`, {
    param: 'vertex_location',
  })
