import type { Block, ChatReply, EventSink } from './hub.ts'

/** Sends a whole reply as the events of a stream: for a provider that answered a streaming call with one JSON body. */
export function replay(reply: ChatReply, sink: EventSink): void {
  const { id, model, created, usage, extra } = reply
  sink.event({
    type: 'start',
    id,
    model,
    created,
    ...(usage === undefined ? {} : { usage }),
    ...(extra === undefined ? {} : { extra }),
  })
  let block = 0
  for (const choice of reply.choices) {
    for (const content of choice.blocks) replayBlock(content, choice.index, block++, sink)
    if (choice.logprobs !== undefined) sink.event({ type: 'logprobs', choice: choice.index, logprobs: choice.logprobs })
  }
  for (const { index, stop, rawStop, stopSequence, extra: stopExtra } of reply.choices) {
    sink.event({
      type: 'stop',
      choice: index,
      stop,
      ...(rawStop === undefined ? {} : { rawStop }),
      ...(stopSequence === undefined ? {} : { stopSequence }),
      ...(stopExtra === undefined ? {} : { extra: stopExtra }),
    })
  }
  if (usage !== undefined) sink.event({ type: 'usage', usage })
  sink.end()
}

function replayBlock(content: Block, choice: number, block: number, sink: EventSink): void {
  const { seed, text } = split(content)
  sink.event({ type: 'block-start', choice, block, seed })
  if (text !== '') sink.event({ type: 'block-delta', choice, block, text })
  if (content.type === 'text') {
    for (const citation of content.citations ?? []) sink.event({ type: 'block-data', choice, block, data: { citation } })
  }
  if ((content.type === 'reasoning' || content.type === 'text') && content.signature !== undefined) {
    sink.event({ type: 'block-data', choice, block, data: { signature: content.signature } })
  }
  sink.event({ type: 'block-end', choice, block })
}

/** A block as its start (text, citations and the signature of text still to come) and the text that follows. */
function split(content: Block): { seed: Block; text: string } {
  switch (content.type) {
    case 'text': {
      const { citations, signature: _signature, ...rest } = content
      return { seed: { ...rest, ...(citations === undefined ? {} : { citations: [] }), text: '' }, text: content.text }
    }
    case 'reasoning': {
      const { signature: _signature, ...rest } = content
      return { seed: { ...rest, text: '' }, text: content.text }
    }
    case 'call':
      return { seed: { ...content, input: '' }, text: content.input }
    case 'media':
    case 'result':
    case 'native':
      return { seed: content, text: '' }
  }
}
