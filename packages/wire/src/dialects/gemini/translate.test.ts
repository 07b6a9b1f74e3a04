import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError } from '../../errors.ts'
import type { ChatRequest, Turn } from '../../hub.ts'
import type { JsonObject } from '../../json.ts'
import { features } from '../../loss.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { gemini } from './index.ts'
import { emptyRequest, jsonOf, traitsOf } from './test-kit.ts'

const said: Turn = { role: 'user', blocks: [{ type: 'text', text: 'Hi' }] }

/** Writes a request as it comes from another dialect. */
function write(request: Partial<ChatRequest>, model = 'gemini-2.5-flash'): JsonObject {
  return gemini.writeRequest({ ...emptyRequest, turns: [said], ...request }, traitsOf(model)).body
}

const hi = { role: 'user', parts: [{ text: 'Hi' }] }
const config = (request: Partial<ChatRequest>, model?: string): unknown => write(request, model).generationConfig

describe('gemini: a request of another dialect', () => {
  it('merges neighbours, moves system turns and lets answers of tools stand alone', () => {
    const turns: Turn[] = [
      said,
      { role: 'system', blocks: [{ type: 'text', text: 'Later rule.' }] },
      {
        role: 'user',
        blocks: [
          { type: 'text', text: 'again' },
          { type: 'text', text: '' },
        ],
      },
      {
        role: 'assistant',
        blocks: [
          { type: 'call', id: 'a', name: 'f', input: '{"x":1}' },
          { type: 'call', id: 'b', name: 'g', input: '' },
        ],
      },
      { role: 'user', blocks: [{ type: 'result', callId: 'a', content: [{ type: 'text', text: '{"t":1}' }] }] },
      {
        role: 'user',
        blocks: [
          { type: 'result', callId: 'b', content: [{ type: 'text', text: 'boom' }], isError: true },
          { type: 'text', text: 'Well?' },
        ],
      },
    ]
    assert.deepEqual(write({ system: [{ type: 'text', text: 'Rule.' }], turns }), {
      system_instruction: { parts: [{ text: 'Rule.' }, { text: 'Later rule.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }, { text: 'again' }] },
        { role: 'model', parts: [{ function_call: { name: 'f', args: { x: 1 } } }, { function_call: { name: 'g' } }] },
        {
          role: 'user',
          parts: [
            { function_response: { name: 'f', response: { t: 1 } } },
            { function_response: { name: 'g', response: { error: 'boom' } } },
          ],
        },
        { role: 'user', parts: [{ text: 'Well?' }] },
      ],
    })
  })

  it('has contents even when there is only a system prompt', () => {
    assert.deepEqual(write({ system: [{ type: 'text', text: 'Rule.' }], turns: [] }).contents, [
      { role: 'user', parts: [{ text: '.' }] },
    ])
  })

  it('gives Gemini 3 ids, signatures and a temperature', () => {
    const calls: Turn = {
      role: 'assistant',
      blocks: [
        { type: 'call', id: 'a', name: 'f', input: '{}' },
        { type: 'call', id: 'b__thought__c2ln', name: 'f', input: '{}' },
      ],
    }
    const body = write(
      { turns: [said, calls, { role: 'user', blocks: [{ type: 'result', callId: 'b__thought__c2ln', content: [] }] }] },
      'gemini-3-pro',
    )
    assert.deepEqual(body.contents, [
      hi,
      {
        role: 'model',
        parts: [
          { function_call: { id: 'a', name: 'f', args: {} }, thoughtSignature: 'c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=' },
          { function_call: { id: 'b', name: 'f', args: {} }, thoughtSignature: 'c2ln' },
        ],
      },
      { role: 'user', parts: [{ function_response: { id: 'b', name: 'f', response: { content: '' } } }] },
    ])
    assert.deepEqual(body.generationConfig, { temperature: 1 })
  })

  it('keeps reasoning and drops what only its provider can read', () => {
    const turns: Turn[] = [
      said,
      {
        role: 'assistant',
        blocks: [
          { type: 'reasoning', text: 'Think.', signature: 'c2ln' },
          { type: 'reasoning', text: '', sealed: 'xyz' },
          { type: 'native', dialect: 'anthropic-messages', data: { type: 'server_tool_use' } },
          { type: 'text', text: 'Done', signature: 'c2lnMg==' },
        ],
      },
    ]
    assert.deepEqual(write({ turns }).contents, [
      hi,
      {
        role: 'model',
        parts: [
          { text: 'Think.', thought: true, thoughtSignature: 'c2ln' },
          { text: 'Done', thoughtSignature: 'c2lnMg==' },
        ],
      },
    ])
  })

  it('writes media by type, and their resolution for the whole request or for the part', () => {
    const turns: Turn[] = [
      {
        role: 'user',
        blocks: [
          { type: 'media', media: 'image', source: { kind: 'data', base64: 'AA==' }, mimeType: 'image/png', detail: 'low' },
          { type: 'media', media: 'document', source: { kind: 'data', base64: 'AA==' }, name: 'a.txt' },
          { type: 'media', media: 'image', source: { kind: 'url', url: 'https://example.com/a.webp?x=1' }, detail: 'high' },
          { type: 'media', media: 'document', source: { kind: 'file', id: 'gs://b/c.pdf' } },
          { type: 'media', media: 'document', source: { kind: 'text', text: 'plain' } },
        ],
      },
    ]
    const image = { inline_data: { mime_type: 'image/png', data: 'AA==' } }
    const link = { file_data: { mime_type: 'image/webp', file_uri: 'https://example.com/a.webp?x=1' } }
    const others = [
      { inline_data: { mime_type: 'text/plain', data: 'AA==' } },
      { file_data: { mime_type: 'application/pdf', file_uri: 'gs://b/c.pdf' } },
      { text: 'plain' },
    ]
    const old = write({ turns })
    assert.deepEqual(old.contents, [{ role: 'user', parts: [image, others[0], link, others[1], others[2]] }])
    assert.deepEqual(old.generationConfig, { mediaResolution: 'MEDIA_RESOLUTION_HIGH' })
    const third = { media_resolution: { level: 'MEDIA_RESOLUTION_LOW' } }
    const high = { media_resolution: { level: 'MEDIA_RESOLUTION_HIGH' } }
    const parts = [{ ...image, ...third }, others[0], { ...link, ...high }, others[1], others[2]]
    assert.deepEqual(write({ turns }, 'gemini-3-flash').contents, [{ role: 'user', parts }])
  })

  it('puts media of an answer beside it before Gemini 3, and inside from then on', () => {
    const picture = { type: 'media', media: 'image', source: { kind: 'data', base64: 'AA==' }, mimeType: 'image/png' } as const
    const turns: Turn[] = [
      { role: 'user', blocks: [{ type: 'result', callId: 'a', name: 'f', content: [{ type: 'text', text: 'see' }, picture] }] },
    ]
    const data = { inline_data: { mime_type: 'image/png', data: 'AA==' } }
    const answer = { name: 'f', response: { content: 'see' } }
    assert.deepEqual(write({ turns }).contents, [{ role: 'user', parts: [{ function_response: answer }, data] }])
    assert.deepEqual(write({ turns }, 'gemini-3-pro').contents, [
      { role: 'user', parts: [{ function_response: { id: 'a', ...answer, parts: [data] } }] },
    ])
  })

  it('renames tools that Google refuses, and readers undo it', () => {
    const tools = [{ name: 'mcp/list files' }, { name: 'mcp_list_files' }, { name: '1st' }]
    const written = gemini.writeRequest(
      { ...emptyRequest, turns: [said], tools, toolChoice: { mode: 'named', name: '1st' } },
      traitsOf('gemini-2.5-flash'),
    )
    assert.deepEqual(written.body.tools, [
      { function_declarations: [{ name: 'mcp_list_files_2' }, { name: 'mcp_list_files' }, { name: '_1st' }] },
    ])
    assert.deepEqual(written.body.toolConfig, { functionCallingConfig: { mode: 'ANY', allowed_function_names: ['_1st'] } })
    const reply = gemini.readReply(
      { candidates: [{ content: { parts: [{ functionCall: { name: 'mcp_list_files_2' } }] }, finishReason: 'STOP' }] },
      written.undo,
    )
    const block = reply.choices[0]?.blocks[0]
    assert.equal(block?.type === 'call' ? block.name : undefined, 'mcp/list files')
  })

  it('translates hosted tools, and leaves them out beside functions', () => {
    const search = { name: 'web_search_20250305', hosted: true } as const
    const code = { name: 'code_interpreter', hosted: true } as const
    const unknown = { name: 'computer_use_preview', hosted: true } as const
    assert.deepEqual(write({ tools: [search, code, unknown] }).tools, [{ googleSearch: {} }, { code_execution: {} }])
    assert.deepEqual(write({ tools: [search, { name: 'f' }] }).tools, [{ function_declarations: [{ name: 'f' }] }])
  })

  it('says choices of tools', () => {
    const calling = (toolChoice: ChatRequest['toolChoice']): unknown =>
      write(toolChoice === undefined ? {} : { toolChoice }).toolConfig
    assert.deepEqual(calling({ mode: 'required' }), { functionCallingConfig: { mode: 'ANY' } })
    assert.deepEqual(calling({ mode: 'allowed', names: ['f', 'g'], required: false }), {
      functionCallingConfig: { mode: 'VALIDATED', allowed_function_names: ['f', 'g'] },
    })
    assert.equal(calling(undefined), undefined)
  })

  it('says what thinking is wanted in the words of the family', () => {
    const thinking = (reasoning: NonNullable<ChatRequest['reasoning']>, model: string): unknown => config({ reasoning }, model)
    const thoughts = { includeThoughts: true }
    const table: readonly (readonly [NonNullable<ChatRequest['reasoning']>, string, unknown])[] = [
      [{ effort: 'medium' }, 'gemini-2.5-flash', { thinkingBudget: 2048, ...thoughts }],
      [{ effort: 'minimal' }, 'gemini-2.5-flash', { thinkingBudget: 1, ...thoughts }],
      [{ effort: 'minimal' }, 'gemini-2.5-pro', { thinkingBudget: 128, ...thoughts }],
      [{ effort: 'minimal' }, 'gemini-2.5-flash-lite', { thinkingBudget: 512, ...thoughts }],
      [{ effort: 'none' }, 'gemini-2.5-pro', { thinkingBudget: 0, includeThoughts: false }],
      [{ budget: 2000, summary: 'none' }, 'gemini-2.5-pro', { thinkingBudget: 2000, includeThoughts: false }],
      [{ adaptive: true }, 'gemini-2.5-pro', { thinkingBudget: -1, ...thoughts }],
    ]
    for (const [reasoning, model, expected] of table) assert.deepEqual(thinking(reasoning, model), { thinkingConfig: expected })
    const third = (reasoning: NonNullable<ChatRequest['reasoning']>, model: string, thinkingConfig: unknown): void =>
      assert.deepEqual(thinking(reasoning, model), { temperature: 1, thinkingConfig })
    third({ effort: 'minimal' }, 'gemini-3-pro-preview', { thinkingLevel: 'low', ...thoughts })
    third({ effort: 'minimal' }, 'gemini-3.5-flash', { thinkingLevel: 'minimal', ...thoughts })
    third({ effort: 'max' }, 'gemini-flash-latest', { thinkingLevel: 'high', ...thoughts })
    third({ effort: 'none' }, 'gemini-3-pro-preview', { thinkingLevel: 'low', includeThoughts: false })
    third({ budget: 1024 }, 'gemini-4-argon', { thinkingLevel: 'low', ...thoughts })
    third({ budget: 9000 }, 'gemini-4-argon', { ...thoughts })
    assert.equal(thinking({ effort: 'low' }, 'gemini-2.0-flash'), undefined)
    assert.equal(thinking({ effort: 'low' }, 'gemma-3-27b-it'), undefined)
  })

  it('says sampling, and leaves out penalties where they are refused', () => {
    const sampling = {
      maxTokens: 32,
      temperature: 0.2,
      topP: 0.5,
      topK: 20,
      stop: ['END'],
      seed: 7,
      n: 2,
      frequencyPenalty: 0.4,
      presencePenalty: -0.2,
      topLogprobs: 2,
    }
    const common = {
      max_output_tokens: 32,
      temperature: 0.2,
      top_p: 0.5,
      top_k: 20,
      stop_sequences: ['END'],
      seed: 7,
      candidate_count: 2,
      responseLogprobs: true,
      logprobs: 2,
    }
    assert.deepEqual(config({ sampling }), { ...common, presence_penalty: -0.2, frequency_penalty: 0.4 })
    assert.deepEqual(config({ sampling }, 'gemini-3.1-pro-preview'), common)
  })

  it('sends JSON Schema to Gemini and the subset to others', () => {
    const schema = {
      type: 'object',
      properties: { b: { type: ['string', 'null'] }, a: { const: 'x' } },
      additionalProperties: false,
    }
    const format = { type: 'schema', name: 'n', schema } as const
    assert.deepEqual(config({ format }), { response_mime_type: 'application/json', response_json_schema: schema })
    assert.deepEqual(config({ format }, 'gemma-3-27b-it'), {
      response_mime_type: 'application/json',
      response_schema: {
        type: 'object',
        properties: { b: { type: 'string', nullable: true }, a: { type: 'string', enum: ['x'] } },
        propertyOrdering: ['b', 'a'],
      },
    })
  })

  it('says tiers in Google’s words', () => {
    const tier = (serviceTier: string): unknown => write({ serviceTier }).serviceTier
    assert.deepEqual(['auto', 'default', 'flex', 'priority', 'standard_only', 'scale'].map(tier), [
      undefined,
      'standard',
      'flex',
      'priority',
      'standard',
      undefined,
    ])
  })

  it('takes the parameters for Gemini that chat clients pass', () => {
    const chat = openaiChat.readRequest({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
      cached_content: 'cachedContents/c1',
      modalities: ['text', 'audio'],
      audio: { voice: 'Kore', format: 'pcm16' },
      response_format: { type: 'json_object', response_schema: { type: 'object' } },
      unknown: 1,
    })
    assert.deepEqual(write(chat), {
      contents: [hi],
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
      cachedContent: 'cachedContents/c1',
      generationConfig: {
        responseModalities: ['TEXT', 'AUDIO'],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
        response_mime_type: 'application/json',
        response_json_schema: { type: 'object' },
      },
    })
  })

  it('searches and calls functions in one request where the caller asks for it', () => {
    const searching = {
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      web_search_options: { search_context_size: 'low' },
    }
    assert.deepEqual(write(openaiChat.readRequest(searching)).tools, [{ googleSearch: {} }])
    const tools = [{ type: 'function', function: { name: 'f' } }]
    assert.deepEqual(write(openaiChat.readRequest({ ...searching, tools })).tools, [{ function_declarations: [{ name: 'f' }] }])
    const mixed = write(openaiChat.readRequest({ ...searching, tools, include_server_side_tool_invocations: true }))
    assert.deepEqual(mixed.tools, [{ function_declarations: [{ name: 'f' }] }, { googleSearch: {} }])
    assert.deepEqual(mixed.toolConfig, { includeServerSideToolInvocations: true })
  })

  it('ignores notes of other dialects', () => {
    const extra = { dialect: 'openai-chat', fields: { custom_flag: true, $string: true } } as const
    assert.deepEqual(write({ extra, turns: [{ ...said, extra }] }), { contents: [hi] })
  })

  it('has a fidelity for every feature', () => {
    assert.deepEqual(Object.keys(gemini.writes).toSorted(), [...features].toSorted())
  })
})

describe('gemini: a Gemini request in the hub', () => {
  it('has the hub’s words for what the hub knows', () => {
    const request = gemini.readRequest(jsonOf('tools.request.json'))
    const calls = request.turns.flatMap((turn) => turn.blocks).flatMap((block) => (block.type === 'call' ? [block] : []))
    const results = request.turns.flatMap((turn) => turn.blocks).flatMap((block) => (block.type === 'result' ? [block] : []))
    assert.deepEqual(calls.map((call) => [call.id, call.name, call.input]).slice(0, 3), [
      ['call_0', 'get_weather', '{"city":"Oslo","unit":"c"}'],
      ['call_1', 'get_weather', '{"city":"Rome"}'],
      ['fc-9', 'get_time', ''],
    ])
    assert.deepEqual(results.map((result) => [result.callId, result.name, result.isError]).slice(0, 3), [
      ['call_0', 'get_weather', undefined],
      ['call_1', 'get_weather', undefined],
      ['fc-9', 'get_time', true],
    ])
    assert.deepEqual(request.tools[0]?.schema, {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['c', 'f'] } },
      required: ['city'],
    })
    assert.deepEqual(request.toolChoice, { mode: 'allowed', names: ['get_weather', 'get_time'], required: true })
  })

  it('writes a change that a guardrail makes', () => {
    const body = { contents: [{ role: 'user', parts: [{ text: 'my phone is 555', future: 1 }] }], labels: { a: 'b' } }
    const request = gemini.readRequest(body)
    const turns = request.turns.map((turn) => ({
      ...turn,
      blocks: turn.blocks.map((block) => (block.type === 'text' ? { ...block, text: 'my phone is ***' } : block)),
    }))
    assert.deepEqual(gemini.writeRequest({ ...request, turns }, traitsOf('gemini-3-pro')).body, {
      contents: [{ role: 'user', parts: [{ text: 'my phone is ***', future: 1 }] }],
      labels: { a: 'b' },
    })
  })

  it('refuses with the path in the caller’s spelling', () => {
    const refused = (body: JsonObject, param: string): void => {
      assert.throws(
        () => gemini.readRequest(body),
        (error: unknown) => isGatewayError(error) && error.kind === 'bad_request' && error.facts.param === param,
      )
    }
    refused({}, 'contents')
    refused({ contents: [{ parts: [{ text: 1 }] }] }, 'contents[0].parts[0].text')
    refused({ contents: [{ role: 'model' }] }, 'contents[0].parts')
    refused({ contents: [{ role: 'system', parts: [] }] }, 'contents[0].role')
    refused({ contents: [], generation_config: { max_output_tokens: 'x' } }, 'generation_config.max_output_tokens')
    refused({ contents: [{ parts: [{ functionCall: { args: {} } }] }] }, 'contents[0].parts[0].functionCall.name')
  })
})
