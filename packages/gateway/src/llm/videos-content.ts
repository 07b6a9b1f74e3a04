import { maxReplyBytes, readAll, type Deployment, type Incoming } from '@switchyard/core'
import { videoAt } from '@switchyard/providers'
import { fail, isObject, parseJson } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import { booked } from './objects/booked.ts'

/** The bytes of a video that does not lie behind its own path: its job says where. */
export async function contentElsewhere(context: Context, keeper: Deployment, path: string): Promise<Incoming> {
  const status = await booked(context, keeper, { kind: 'videos', method: 'GET', path })
  const job = parseJson(new TextDecoder().decode(await readAll(status, maxReplyBytes)))
  const url = isObject(job) ? keeper.provider.keeps?.videoUrl?.(job) : undefined
  if (url === undefined) throw fail('not_found', 'This video is not ready yet.', { param: 'video_id' })
  const { engine, config } = context.snapshot
  const signal = AbortSignal.any([context.request.signal, AbortSignal.timeout(config.server.passThroughTimeoutMs)])
  return videoAt({ url, keeper, env: engine.env, signal })
}
