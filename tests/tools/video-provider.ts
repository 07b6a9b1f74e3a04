import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isObject, numberOf, parseJson, stringOf, type JsonObject } from '@switchyard/wire'

export interface VideoRequest {
  readonly method: string
  /** With the query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** The bytes of every finished clip. */
export const clip = Buffer.from([0, 0, 0, 24, 102, 116, 121, 112, 109, 112, 52, 50])

/** OpenAI's videos: jobs stay queued until a test ends them. */
export class VideoProvider {
  readonly requests: VideoRequest[] = []
  readonly videos = new Map<string, JsonObject>()
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => this.#answer(request, Buffer.concat(pieces).toString('latin1'), response))
    })
  }

  static async start(): Promise<VideoProvider> {
    const provider = new VideoProvider()
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve))
    return provider
  }

  get origin(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the provider does not listen')
    return `http://127.0.0.1:${address.port}`
  }

  get last(): VideoRequest {
    const last = this.requests.at(-1)
    if (last === undefined) throw new Error('nothing was asked')
    return last
  }

  /** Changes the newest job. */
  end(change: JsonObject): void {
    const [id, video] = [...this.videos].at(-1) ?? []
    if (id === undefined) throw new Error('no video was begun')
    this.videos.set(id, { ...video, ...change })
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #answer({ method = '', url = '', headers }: IncomingMessage, body: string, response: ServerResponse): void {
    this.requests.push({ method, url, headers, body })
    const [, id, rest] = /\/videos(?:\/([^/?]+))?(?:\/([^/?]+))?/.exec(url) ?? []
    const known = id === undefined ? undefined : this.videos.get(id)
    if (id !== undefined && known === undefined) return json(response, 404, { error: { message: `no video ${id}`, code: null } })
    if (method === 'POST') return json(response, 200, this.#begin(body, known))
    if (method === 'DELETE' && id !== undefined) {
      this.videos.delete(id)
      return json(response, 200, { id, object: 'video.deleted', deleted: true })
    }
    if (rest === 'content') {
      response.writeHead(200, { 'content-type': 'video/mp4' })
      response.end(clip)
      return
    }
    json(response, 200, known ?? {})
  }

  #begin(body: string, source: JsonObject | undefined): JsonObject {
    const fields = parseJson(body)
    const said = (name: string): string | undefined =>
      isObject(fields) ? textOf(fields[name]) : new RegExp(`name="${name}"\r\n\r\n([^\r]*)`).exec(body)?.[1]
    const id = `video_${this.requests.length}`
    const video = {
      id,
      object: 'video',
      model: said('model') ?? source?.['model'] ?? 'sora-2',
      status: said('prompt')?.includes('refuse') ? 'failed' : 'queued',
      progress: 0,
      created_at: 1_700_000_000 + this.requests.length,
      size: said('size') ?? source?.['size'] ?? '720x1280',
      seconds: said('seconds') ?? source?.['seconds'] ?? '4',
      ...(source === undefined ? {} : { remixed_from_video_id: source['id'] }),
    }
    this.videos.set(id, video)
    return video
  }
}

const textOf = (value: unknown): string | undefined => stringOf(value) ?? numberOf(value)?.toString()

function json(response: ServerResponse, status: number, value: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}
