import type { Codec, Incoming, Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import { compact, fail, objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { base64File, filesOf, imagesIn, typedFields } from '../../images.ts'
import { peeked, pollJob } from '../../polling.ts'

// How often LiteLLM asks, and how long (native-wire facts §21, 2026-11-22).
const paceMs = 1500
const limitMs = 300_000

/** The model is the last part of the path; a picture is a job. */
const imageGeneration: Codec = {
  write: ({ model: _, size, n, response_format: _format, ...body }, target) => {
    if (n !== undefined && n !== 1)
      throw fail('unsupported_params', 'Black Forest Labs makes one image a call; leave "n" out.', { param: 'n' })
    return { json: compact({ output_format: 'png', ...measures(size), ...body }), path: `/${encodeURIComponent(target.model)}` }
  },
  read: (reply) => {
    const { status, result } = objectOf(reply) ?? {}
    const url = stringOf(objectOf(result)?.['sample'])
    if (status === 'Ready' && url !== undefined) return { created: Math.floor(Date.now() / 1000), data: [{ url }] }
    const said = stringOf(status) ?? 'nothing'
    if (/moderated/i.test(said)) throw fail('content_filtered', `Black Forest Labs refused the prompt or the image: ${said}.`)
    throw fail('bad_reply', `The job of Black Forest Labs ended with "${said}".`)
  },
}

/** Kontext changes a picture as told, Fill what a mask covers (docs.bfl.ml). */
const imageEdit: Codec = {
  ...imageGeneration,
  write: (body, target, files) => {
    const written = imageGeneration.write(typedFields(body), target, [])
    const [image, ...more] = imagesIn(files).map(base64File)
    const mask = base64File(filesOf(files, 'mask')[0])
    if (more.length > 0) throw fail('bad_request', 'Black Forest Labs changes one image a call.', { param: 'image' })
    if (!('json' in written)) return written
    const field = target.model.includes('kontext') ? 'input_image' : 'image'
    return { ...written, json: compact({ ...written.json, [field]: image, mask }) }
  },
}

/** `1024x768` in pixels; `16:9` is a ratio, which Ultra models take. */
function measures(size: unknown): JsonObject {
  const text = stringOf(size)
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text ?? '') ?? []
  if (width !== undefined && height !== undefined) return { width: Number(width), height: Number(height) }
  return text === undefined || text === 'auto' ? {} : { aspect_ratio: text }
}

/** Makes the job, then asks for it where the reply says. The key goes to the provider's own hosts alone. */
async function exchange(outgoing: Outgoing, _target: Target, env: ProviderEnv, signal: AbortSignal): Promise<Incoming> {
  const made = await peeked(await env.send(outgoing, { signal }))
  if (made.incoming.status !== 200) return made.incoming
  const url = stringOf(made.json['polling_url'])
  if (url === undefined) throw fail('bad_reply', 'Black Forest Labs answered without a polling_url.')
  if (!isOwnUrl(url, outgoing.url)) throw fail('bad_reply', 'Black Forest Labs answered with a polling_url of another host.')
  const { 'content-type': _, ...headers } = outgoing.headers
  const ask = (): Promise<Incoming> => env.send({ url, method: 'GET', headers, body: undefined }, { signal })
  return pollJob({ ask, isOver: ({ status }) => status !== 'Pending', paceMs, limitMs, now: env.now, signal })
}

function isOwnUrl(url: string, asked: string): boolean {
  const { protocol, hostname, origin } = new URL(url)
  return origin === new URL(asked).origin || (protocol === 'https:' && /(^|\.)bfl\.ai$/.test(hostname))
}

export const blackForestLabs: Provider = {
  id: 'black_forest_labs',
  name: 'Black Forest Labs',
  aliases: ['bfl'],
  keyEnv: ['BFL_API_KEY', 'BLACK_FOREST_LABS_API_KEY'],
  auth: { kind: 'header', name: 'x-key' },
  baseUrl: 'https://api.bfl.ai',
  baseEnv: ['BFL_API_BASE'],
  hosts: ['.bfl.ai'],
  endpoints: { image_generation: [{ shape: 'native', path: '/v1' }], image_edit: [{ shape: 'native', path: '/v1' }] },
  codecs: { image_generation: imageGeneration, image_edit: imageEdit },
  exchange,
}
