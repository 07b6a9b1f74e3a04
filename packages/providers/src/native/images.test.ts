import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FormFile, Payload, Provider } from '@switchyard/core'
import { objectOf, type JsonObject } from '@switchyard/wire'
import { ratioOf } from '../images.ts'
import { codecOf, exchanged, file, jsonOf, ofKind, posted, replied, targetFor } from '../operations.fixture.ts'
import { sentBy } from '../requests.fixture.ts'
import { aiml } from './aiml.ts'
import { openrouter } from './app-credit.ts'
import { azureAi } from './azure/foundry.ts'
import { bedrock } from './bedrock/index.ts'
import { blackForestLabs } from './black-forest-labs/index.ts'
import { dashscope, qwenCloud } from './dashscope/index.ts'
import { falAi } from './fal-ai/index.ts'
import { gemini } from './gemini/index.ts'
import { recraft } from './recraft.ts'
import { runwayml } from './runwayml/index.ts'
import { stability } from './stability/index.ts'
import { topaz } from './topaz/index.ts'
import { vertex } from './vertex/index.ts'
import { xai } from './xai.ts'

const drawn = (provider: Provider, model: string, more: JsonObject = {}): Payload =>
  codecOf(provider, 'image_generation').write({ model: 'x', prompt: 'a dot', ...more }, targetFor(model), [])

const edited = (provider: Provider, model: string, files: readonly FormFile[], more: JsonObject = {}): Payload =>
  codecOf(provider, 'image_edit').write({ model: 'x', prompt: 'blue', ...more }, targetFor(model), files)

const dataOf = (provider: Provider, reply: unknown, model = 'm'): unknown =>
  objectOf(codecOf(provider, 'image_generation').read(reply, {}, targetFor(model)))?.['data']

test('a size becomes the nearest of a provider’s ratios', () => {
  const ratios = ['1:1', '16:9', '9:16', '4:3', '3:4']
  assert.deepEqual(
    ['1024x1024', '1792x1024', '1024x1536', '16:9', 'auto', undefined].map((size) => ratioOf(size, ratios)),
    ['1:1', '16:9', '3:4', '16:9', undefined, undefined],
  )
})

test('fal_ai: names of sizes, ratios and pixels, each where the model wants it', () => {
  const sized = (model: string, size: string): JsonObject => jsonOf(drawn(falAi, model, { size, n: 2 }))
  assert.deepEqual(sized('fal-ai/flux/dev', '1024x1024'), { num_images: 2, image_size: 'square_hd', prompt: 'a dot' })
  assert.deepEqual(sized('fal-ai/flux/dev', '1792x1024')['image_size'], { width: 1792, height: 1024 })
  assert.equal(sized('fal-ai/imagen4/preview', '1792x1024')['aspect_ratio'], '16:9')
  assert.equal(drawn(falAi, 'fal-ai/../x').path, '/fal-ai/../x')
  const image = file('image', [0])
  assert.deepEqual(edited(falAi, 'fal-ai/nano-banana', [image]), {
    json: { prompt: 'blue', image_urls: ['data:image/png;base64,AA=='] },
    path: '/fal-ai/nano-banana/edit',
  })
  assert.deepEqual(dataOf(falAi, { images: [{ url: 'https://a' }, { url: 'data:image/png;base64,AA==' }] }), [
    { url: 'https://a' },
    { b64_json: 'AA==' },
  ])
  assert.throws(() => dataOf(falAi, {}), ofKind('bad_reply'))
})

test('fal_ai: its errors are read, and what one model lacks is left out by name', async () => {
  assert.equal(falAi.readError?.(401, { detail: 'Cannot authenticate' })?.kind, 'auth')
  assert.equal(falAi.readError?.(422, { detail: [{ msg: 'bad size' }] })?.message, 'bad size')
  const { url, headers, quirks } = await sentBy(
    falAi,
    { n: 2 },
    { model: 'fal-ai/recraft/v3', operation: 'image_generation', apiKey: 'k' },
  )
  assert.equal(url, 'https://fal.run')
  assert.equal(headers['authorization'], 'Key k')
  assert.deepEqual(quirks, [{ do: 'drop', field: 'n' }])
})

test('stability: a route for each model, everything as a form', () => {
  assert.deepEqual(drawn(stability, 'sd3.5-large', { size: '1792x1024', seed: 1 }), {
    form: { output_format: 'png', model: 'sd3.5-large', aspect_ratio: '16:9', prompt: 'a dot', seed: 1 },
    files: [],
    path: '/generate/sd3',
  })
  assert.equal(drawn(stability, 'stable-image-ultra').path, '/generate/ultra')
  assert.equal(edited(stability, 'inpaint', [file('image'), file('mask')]).path, '/edit/inpaint')
  assert.equal(edited(stability, 'structure', [file('image')]).path, '/control/structure')
  const styled = edited(stability, 'style-transfer', [file('image[]'), file('style_image')])
  assert.deepEqual('files' in styled && styled.files.map(({ field }) => field), ['init_image', 'style_image'])
  assert.throws(() => edited(stability, 'inpaint', []), ofKind('bad_request'))
  assert.throws(() => dataOf(stability, { image: 'AA', finish_reason: 'CONTENT_FILTERED' }), ofKind('content_filtered'))
  assert.equal(stability.readError?.(403, { name: 'content_moderation', errors: ['no'] })?.kind, 'content_filtered')
})

test('stability: an upscale that is a job is asked for until it is there', async () => {
  const url = 'https://api.stability.ai/v2beta/stable-image/upscale/creative'
  const { sent, last } = await exchanged(stability, posted(url), [replied({ id: 'j' }), replied({ result: 'AA==' })])
  assert.equal(sent[1]?.url, 'https://api.stability.ai/v2beta/results/j')
  assert.deepEqual(dataOf(stability, JSON.parse(new TextDecoder().decode(last))), [{ b64_json: 'AA==' }])
})

test('recraft: a mask chooses the route', () => {
  const whole = edited(recraft, 'recraftv3', [file('image')], { strength: 0.5 })
  assert.ok('form' in whole && whole.path === '/imageToImage')
  assert.deepEqual(whole.form, { strength: 0.5, model: 'recraftv3', prompt: 'blue' })
  assert.equal(edited(recraft, 'recraftv3', [file('image'), file('mask')]).path, '/inpaint')
})

test('bedrock: three kinds of bodies', () => {
  assert.deepEqual(jsonOf(drawn(bedrock, 'stability.stable-diffusion-xl-v1', { size: '512x512' })), {
    text_prompts: [{ text: 'a dot', weight: 1 }],
    width: 512,
    height: 512,
  })
  assert.deepEqual(jsonOf(drawn(bedrock, 'stability.sd3-5-large-v1:0', { size: '1792x1024' })), {
    prompt: 'a dot',
    aspect_ratio: '16:9',
  })
  assert.deepEqual(jsonOf(drawn(bedrock, 'amazon.nova-canvas-v1:0', { n: 2, quality: 'hd', size: '1024x1024', seed: 3 })), {
    taskType: 'TEXT_IMAGE',
    textToImageParams: { text: 'a dot' },
    imageGenerationConfig: { numberOfImages: 2, width: 1024, height: 1024, quality: 'premium', seed: 3 },
  })
  const images = [file('image', [0]), file('mask', [255])]
  assert.deepEqual(jsonOf(edited(bedrock, 'us.stability.stable-image-inpaint-v1:0', images, { seed: '7', prompt: '42' })), {
    output_format: 'png',
    prompt: '42',
    seed: 7,
    image: 'AA==',
    mask: '/w==',
  })
  assert.deepEqual(jsonOf(edited(bedrock, 'amazon.nova-canvas-v1:0', images)), {
    taskType: 'INPAINTING',
    inPaintingParams: { image: 'AA==', maskImage: '/w==', text: 'blue' },
  })
  assert.throws(() => dataOf(bedrock, { images: ['AA'], finish_reasons: ['Filter reason: prompt'] }), ofKind('content_filtered'))
  assert.throws(() => dataOf(bedrock, { artifacts: [{ finishReason: 'CONTENT_FILTERED' }] }), ofKind('content_filtered'))
  assert.deepEqual(dataOf(bedrock, { images: ['AA'], finish_reasons: [null] }), [{ b64_json: 'AA' }])
})

test('gemini: Imagen predicts, Gemini answers with parts; a picture of a thought is none', async () => {
  assert.deepEqual(jsonOf(drawn(gemini, 'imagen-4.0-generate-001', { n: 2, size: '1024x1024' })), {
    instances: [{ prompt: 'a dot' }],
    parameters: { sampleCount: 2, aspectRatio: '1:1', imageSize: '1K' },
  })
  assert.deepEqual(jsonOf(edited(vertex, 'gemini-2.5-flash-image', [file('image', [0])], { size: '1792x1024' })), {
    contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }, { text: 'blue' }] }],
    generationConfig: { response_modalities: ['IMAGE', 'TEXT'], imageConfig: { aspectRatio: '16:9' } },
  })
  const part = (data: string, thought: boolean): JsonObject => ({ inlineData: { data }, thought })
  const reply = { candidates: [{ content: { parts: [part('draft', true), part('AA', false)] } }] }
  assert.deepEqual(dataOf(gemini, reply), [{ b64_json: 'AA' }])
  assert.throws(() => dataOf(gemini, { candidates: [{ finishReason: 'IMAGE_SAFETY' }] }), ofKind('content_filtered'))
  assert.throws(() => dataOf(gemini, { predictions: [{ raiFilteredReason: 'no' }] }), ofKind('content_filtered'))
  assert.throws(() => drawn(gemini, 'gemini-2.5-flash-image', { n: 2 }), ofKind('unsupported_params'))
  assert.throws(() => edited(gemini, 'imagen-4.0-generate-001', [file('image')]), ofKind('bad_request'))
  const editor = 'imagen-3.0-capability-001'
  const raw = { referenceType: 'REFERENCE_TYPE_RAW', referenceImage: { bytesBase64Encoded: 'AQID' }, referenceId: 1 }
  assert.deepEqual(jsonOf(edited(vertex, editor, [file('image')], { n: '2', negativePrompt: 'red' })), {
    instances: [{ prompt: 'blue', referenceImages: [raw] }],
    parameters: { sampleCount: 2, negativePrompt: 'red' },
  })
  const masked = jsonOf(edited(vertex, editor, [file('image'), file('mask')]))
  assert.deepEqual(masked['parameters'], { sampleCount: 1, editMode: 'EDIT_MODE_INPAINT_INSERTION' })
  assert.match(JSON.stringify(masked), /"maskMode":"MASK_MODE_USER_PROVIDED"},"referenceId":2/)
  const setting = { model: 'imagen-4.0-generate-001', operation: 'image_generation', apiKey: 'k' } as const
  assert.match((await sentBy(gemini, {}, setting)).url, /v1beta\/models\/imagen-4\.0-generate-001:predict$/)
})

test('dashscope: pictures on the host of the chats, refusals inside a 200', async () => {
  assert.deepEqual(jsonOf(drawn(dashscope, 'qwen-image', { size: '1024x1024', seed: 4 })), {
    model: 'qwen-image',
    input: { messages: [{ role: 'user', content: [{ text: 'a dot' }] }] },
    parameters: { size: '1024*1024', seed: 4 },
  })
  const { url } = await sentBy(qwenCloud, {}, { operation: 'image_generation', apiKey: 'k' })
  assert.equal(url, 'https://dashscope-intl.aliyuncs.com/api/v1/services/aigc/multimodal-generation/generation')
  assert.throws(() => dataOf(dashscope, { code: 'DataInspectionFailed', message: 'no' }), ofKind('content_filtered'))
})

test('aiml: OpenAI’s models as at OpenAI, others by their own names', async () => {
  assert.deepEqual(jsonOf(drawn(aiml, 'flux-pro', { size: '512x256', n: 2 })), {
    model: 'flux-pro',
    image_size: { width: 512, height: 256 },
    num_images: 2,
    prompt: 'a dot',
  })
  const shapeOf = async (model: string): Promise<string> =>
    (await sentBy(aiml, {}, { model, operation: 'image_generation', apiKey: 'k' })).endpoint.shape
  assert.deepEqual([await shapeOf('flux-pro'), await shapeOf('dall-e-3')], ['native', 'openai-images'])
})

test('runwayml and topaz: sizes by their names; a picture in bytes', () => {
  assert.equal(jsonOf(drawn(runwayml, 'gen4_image', { size: '1280x720' }))['ratio'], '1280:720')
  assert.throws(() => dataOf(runwayml, { status: 'CANCELLED' }), ofKind('bad_reply'))
  const codec = codecOf(topaz, 'image_variation')
  const sent = codec.write({ model: 'x', size: '64x32' }, targetFor('Standard V2'), [file('image[]')])
  assert.deepEqual('form' in sent && sent.form, { model: 'Standard V2', output_width: 64, output_height: 32 })
  assert.throws(() => codec.read({}, {}, targetFor('m')), ofKind('bad_reply'))
})

test('azure_ai and xai: OpenAI’s shape, with an own URL and a ratio', async () => {
  const foundry = {
    model: 'FLUX',
    operation: 'image_generation',
    apiKey: 'k',
    apiBase: 'https://a.services.ai.azure.com',
  } as const
  const { url, headers } = await sentBy(azureAi, {}, { ...foundry, params: { api_version: 'preview' } })
  assert.equal(url, 'https://a.services.ai.azure.com/openai/v1/images/generations?api-version=preview')
  assert.equal(headers['api-key'], 'k')
  const { quirks } = await sentBy(xai, { size: '1792x1024' }, { operation: 'image_generation', apiKey: 'k' })
  const edit = quirks.flatMap((quirk) => (quirk.do === 'edit' ? [quirk.edit] : []))[0] ?? assert.fail('no edit')
  assert.deepEqual(edit({ size: '1792x1024', n: 1 }), { aspect_ratio: '16:9', n: 1 })
})

test('openrouter: pictures are drawn in a chat, at the price that it states', () => {
  const image = file('image', [0])
  assert.deepEqual(jsonOf(edited(openrouter, 'google/gemini-image', [image], { size: '1792x1024' })), {
    model: 'google/gemini-image',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'blue' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
        ],
      },
    ],
    modalities: ['image', 'text'],
    usage: { include: true },
    image_config: { aspect_ratio: '16:9' },
  })
  const message = { images: [{ image_url: { url: 'data:image/png;base64,AA==' } }] }
  const reply = { choices: [{ message }], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, cost: 0.04 } }
  assert.deepEqual(dataOf(openrouter, reply), [{ b64_json: 'AA==' }])
  assert.deepEqual(codecOf(openrouter, 'image_generation').usage?.(reply), { statedCostUsd: 0.04 })
  assert.throws(() => dataOf(openrouter, { choices: [{ message: { content: 'no' } }] }), ofKind('bad_reply'))
})

test('black_forest_labs: Kontext and Fill name the picture in their own ways', () => {
  const files = [file('image', [0]), file('mask', [255])]
  assert.deepEqual(edited(blackForestLabs, 'flux-kontext-pro', [file('image', [0])]), {
    json: { output_format: 'png', prompt: 'blue', input_image: 'AA==' },
    path: '/flux-kontext-pro',
  })
  assert.deepEqual(jsonOf(edited(blackForestLabs, 'flux-pro-1.0-fill', files)), {
    output_format: 'png',
    prompt: 'blue',
    image: 'AA==',
    mask: '/w==',
  })
})
