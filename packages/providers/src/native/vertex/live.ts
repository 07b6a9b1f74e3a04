import type { Realtime, Target } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import { liveTranslator, liveWatch } from '../gemini/live/index.ts'
import { knownProject, vertexParam } from './credentials.ts'
import { vertexPassUrl } from './url.ts'

/** The path that public clients of the Live API open (2026-11-22). */
export const livePath = '/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent'

/** Gemini's Live API in a project. */
export const live: Realtime = {
  url: (target) => vertexPassUrl(target, livePath),
  translator: (target) => liveTranslator(target.model, resourceOf(target)),
  watch: liveWatch,
}

function resourceOf(target: Target): string {
  const project = knownProject(target)
  if (project === undefined) {
    throw fail(
      'bad_request',
      'Realtime on Vertex AI needs a project: set VERTEXAI_PROJECT, or vertex_project in the deployment.',
      {
        param: 'vertex_project',
      },
    )
  }
  const location = vertexParam(target, 'location') ?? 'us-central1'
  return `projects/${project}/locations/${location}/publishers/google/models/${target.model}`
}
