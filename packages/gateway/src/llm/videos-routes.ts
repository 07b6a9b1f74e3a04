import type { Context } from '../http/context.ts'
import type { Route } from '../http/route.ts'
import { listKept } from './objects/kept-list.ts'
import { createVideo, deleteVideo, getVideo, remixVideo, videoContent } from './videos.ts'

const list = (context: Context): Promise<Response> => listKept(context, 'videos')

const lines: readonly (readonly [Route['method'], path: string, summary: string, serve: Route['serve']])[] = [
  ['POST', '/videos', 'Make a video (JSON or multipart)', createVideo],
  ['GET', '/videos', 'The videos of the caller', list],
  ['GET', '/videos/{id}', 'How far a video is', getVideo],
  ['DELETE', '/videos/{id}', 'Delete a video', deleteVideo],
  ['GET', '/videos/{id}/content', 'The bytes of a video, streamed', videoContent],
  ['POST', '/videos/{id}/remix', 'Make another video of one', remixVideo],
]

export const videoRoutes: readonly Route[] = lines.flatMap(([method, path, summary, serve]) =>
  [path, `/v1${path}`].map((one): Route => ({
    method,
    path: one,
    auth: 'key',
    meter: 'call',
    guards: ['input'],
    dialect: 'openai-chat',
    summary,
    serve,
  })),
)
