import { fail, type Block, type ChatRequest, type MediaBlock } from '@switchyard/wire'

/** Fetches media for providers that take no URLs. The implementation guards addresses, types and sizes. */
export type FetchMedia = (url: string) => Promise<{ readonly base64: string; readonly mimeType: string }>

/** More are a mistake or an attack. */
const maxMedia = 32

/** The request with the media whose URLs the provider would not fetch (`inlines`) in its place; the same one when there is none. */
export async function inlineMedia(
  request: ChatRequest,
  inlines: (url: string) => boolean,
  fetchMedia: FetchMedia,
): Promise<ChatRequest> {
  const urls = [...new Set(request.turns.flatMap((turn) => turn.blocks.flatMap(urlsIn)))].filter(inlines)
  if (urls.length === 0) return request
  if (urls.length > maxMedia)
    throw fail('bad_request', `The request names ${urls.length} files by URL; at most ${maxMedia} are fetched.`)
  const fetched = new Map(await Promise.all(urls.map(async (url) => [url, await fetchMedia(url)] as const)))
  const inline = (block: Block): Block => {
    if (block.type === 'result') return { ...block, content: block.content.map(inline) }
    if (block.type !== 'media' || block.source.kind !== 'url') return block
    const media = fetched.get(block.source.url)
    return media === undefined ? block : withData(block, media)
  }
  return { ...request, turns: request.turns.map((turn) => ({ ...turn, blocks: turn.blocks.map(inline) })) }
}

function urlsIn(block: Block): readonly string[] {
  if (block.type === 'result') return block.content.flatMap(urlsIn)
  return block.type === 'media' && block.source.kind === 'url' ? [block.source.url] : []
}

function withData(block: MediaBlock, media: { readonly base64: string; readonly mimeType: string }): MediaBlock {
  return { ...block, source: { kind: 'data', base64: media.base64 }, mimeType: block.mimeType ?? media.mimeType }
}
