import type { Endpoint, Operation, Target } from '@switchyard/core'
import { imagePath } from '../gemini/images.ts'
import { knownProject, unknownProject } from './credentials.ts'
import { deepseekOcrEndpoint, isDeepseekOcr } from './deepseek-ocr.ts'

// Google's services beside the models: each has a host of its own (native-wire facts §20 and providers.json, 2026-11-22).

const service = (url: string): Endpoint => ({ shape: 'native', path: url })
const speaking = service('https://texttospeech.googleapis.com/v1/text:synthesize')
const listening = service(
  'https://{host}speech.googleapis.com/v2/projects/{project}/locations/{location}/recognizers/_:recognize',
)
const ranking = service(
  'https://discoveryengine.googleapis.com/v1/projects/{project}/locations/global/rankingConfigs/default_ranking_config:rank',
)

/** Mistral's models, in Mistral's shape. */
const reading: Endpoint = { shape: 'ocr', path: '/publishers/mistralai/models/{model}:rawPredict' }

const published = '/publishers/google/models/{model}'
const drawing = (model: string): Endpoint => ({ shape: 'native', path: published + imagePath(model) })

const filming: Endpoint = { shape: 'native', path: `${published}:predictLongRunning` }

const isGemini = (model: string): boolean => model.startsWith('gemini-')

/** Where a measured operation is served; undefined for chats and the like. */
export function serviceOf(operation: Operation, model: string): Endpoint | undefined {
  switch (operation) {
    case 'image_generation':
    case 'image_edit':
      return drawing(model)
    case 'speech':
      return isGemini(model) ? drawing(model) : speaking
    case 'transcription':
      return listening
    case 'rerank':
      return ranking
    case 'ocr':
      return isDeepseekOcr(model) ? deepseekOcrEndpoint : reading
    case 'video':
      return filming
    default:
      return undefined
  }
}

/** Those that are asked for, for who asks what is served at all. */
export const services = {
  image_generation: [drawing('imagen')],
  image_edit: [drawing('gemini')],
  speech: [speaking],
  transcription: [listening],
  rerank: [ranking],
  ocr: [reading],
  video: [filming],
} as const

export const isService = ({ path }: Endpoint): boolean => path.startsWith('https://')

/** The whole URL; another base URL stands for Google's host. */
export function serviceUrl(target: Target, endpoint: Endpoint, location: string, base: string | undefined): string {
  const project = knownProject(target)
  const url = endpoint.path
    .replace('{host}', location === 'global' ? '' : `${location}-`)
    .replace('{location}', location)
    .replace('{project}', project === undefined ? unknownProject : encodeURIComponent(project))
  return base === undefined ? url : base.replace(/\/+$/, '') + url.replace(/^https:\/\/[^/]+/, '')
}

/** The project that pays, where the URL need not name it. */
export function payerOf(target: Target): Readonly<Record<string, string>> {
  const project = knownProject(target)
  return project === undefined ? {} : { 'x-goog-user-project': project }
}
