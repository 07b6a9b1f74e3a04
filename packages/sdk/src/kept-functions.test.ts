import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as switchyard from './index.ts'
import type { CallRecord } from './index.ts'

interface Sent {
  readonly line: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const openai = { custom_llm_provider: 'openai' }

/** Settings whose network answers each request in turn, the last reply again and again. */
function network(...replies: readonly (() => Response)[]) {
  const sent: Sent[] = []
  const records: CallRecord[] = []
  switchyard.configure({
    env: { OPENAI_API_KEY: 'sk-mine', GEMINI_API_KEY: 'g-mine' },
    callbacks: [{ onSuccess: (record) => records.push(record), onFailure: (record) => records.push(record) }],
    fetch: (url, { method, headers, body }) => {
      sent.push({
        line: `${method} ${url.replace('https://api.openai.com/v1', '')}`,
        headers,
        body: new TextDecoder().decode(body),
      })
      return Promise.resolve(replies[Math.min(sent.length, replies.length) - 1]?.() ?? Response.json({ id: 'x', object: 'x' }))
    },
  })
  return { sent, records, lines: () => sent.map(({ line }) => line) }
}

test('fine-tuning jobs are made, listed, followed and cancelled', async () => {
  const { sent, lines } = network()
  await switchyard.createFineTuningJob({ ...openai, model: 'gpt-4o-mini', training_file: 'file-1' })
  await switchyard.retrieveFineTuningJob({ ...openai, fine_tuning_job_id: 'ft-1' })
  await switchyard.cancelFineTuningJob({ ...openai, fine_tuning_job_id: 'ft-1' })
  await switchyard.listFineTuningJobs({ ...openai, limit: 2 })
  await switchyard.listFineTuningEvents({ ...openai, fine_tuning_job_id: 'ft-1', after: 'e' })
  assert.deepEqual(lines(), [
    'POST /fine_tuning/jobs',
    'GET /fine_tuning/jobs/ft-1',
    'POST /fine_tuning/jobs/ft-1/cancel',
    'GET /fine_tuning/jobs?limit=2',
    'GET /fine_tuning/jobs/ft-1/events?after=e',
  ])
  assert.deepEqual(JSON.parse(sent[0]?.body ?? ''), { model: 'gpt-4o-mini', training_file: 'file-1' })
  assert.equal(sent[2]?.body, '')
})

test('vector stores hold files and are searched', async () => {
  const { sent, lines } = network()
  const store = { ...openai, vector_store_id: 'vs' }
  await switchyard.createVectorStore({ ...openai, name: 'docs', organization: 'org' })
  await switchyard.updateVectorStore({ ...store, name: 'papers' })
  await switchyard.retrieveVectorStore(store)
  await switchyard.listVectorStores(openai)
  await switchyard.searchVectorStore({ ...store, query: 'ships' })
  await switchyard.createVectorStoreFile({ ...store, file_id: 'f' })
  await switchyard.retrieveVectorStoreFile({ ...store, file_id: 'f' })
  await switchyard.listVectorStoreFiles(store)
  await switchyard.deleteVectorStoreFile({ ...store, file_id: 'f' })
  await switchyard.deleteVectorStore(store)
  assert.deepEqual(lines(), [
    'POST /vector_stores',
    'POST /vector_stores/vs',
    'GET /vector_stores/vs',
    'GET /vector_stores',
    'POST /vector_stores/vs/search',
    'POST /vector_stores/vs/files',
    'GET /vector_stores/vs/files/f',
    'GET /vector_stores/vs/files',
    'DELETE /vector_stores/vs/files/f',
    'DELETE /vector_stores/vs',
  ])
  assert.equal(sent[0]?.body, '{"name":"docs"}')
  assert.equal(sent[0].headers['openai-organization'], 'org')
})

test('containers, assistants and threads stand behind OpenAI’s routes', async () => {
  const { sent, lines } = network()
  await switchyard.createContainer({ ...openai, name: 'box' })
  await switchyard.retrieveContainer({ ...openai, container_id: 'c' })
  await switchyard.listContainers(openai)
  await switchyard.listContainerFiles({ ...openai, container_id: 'c' })
  await switchyard.containerFileContent({ ...openai, container_id: 'c', file_id: 'f' })
  await switchyard.deleteContainer({ ...openai, container_id: 'c' })
  await switchyard.createAssistant({ ...openai, model: 'gpt-4o' })
  await switchyard.listAssistants(openai)
  await switchyard.deleteAssistant({ ...openai, assistant_id: 'a' })
  await switchyard.createThread(openai)
  await switchyard.retrieveThread({ ...openai, thread_id: 't' })
  await switchyard.addMessage({ ...openai, thread_id: 't', role: 'user', content: 'hi' })
  await switchyard.listMessages({ ...openai, thread_id: 't' })
  await switchyard.createRun({ ...openai, thread_id: 't', assistant_id: 'a' })
  await switchyard.retrieveRun({ ...openai, thread_id: 't', run_id: 'r' })
  assert.deepEqual(lines(), [
    'POST /containers',
    'GET /containers/c',
    'GET /containers',
    'GET /containers/c/files',
    'GET /containers/c/files/f/content',
    'DELETE /containers/c',
    'POST /assistants',
    'GET /assistants',
    'DELETE /assistants/a',
    'POST /threads',
    'GET /threads/t',
    'POST /threads/t/messages',
    'GET /threads/t/messages',
    'POST /threads/t/runs',
    'GET /threads/t/runs/r',
  ])
  assert.equal(sent[6]?.body, '{"model":"gpt-4o"}')
  assert.equal(sent[7]?.headers['openai-beta'], 'assistants=v2')
  assert.equal(sent[13]?.body, '{"assistant_id":"a"}')
})

test('a video is begun at its price, followed, read, remixed and deleted', async () => {
  const { sent, lines } = network(() => Response.json({ id: 'v', object: 'video', status: 'queued', seconds: '4' }))
  const begun = await switchyard.createVideo({ model: 'openai/sora-2', prompt: 'a ship', seconds: '4', size: '1280x720' })
  assert.equal(begun.id, 'v')
  assert.equal(begun._info?.responseCost, 0.4)
  assert.deepEqual(JSON.parse(sent[0]?.body ?? ''), { model: 'sora-2', prompt: 'a ship', seconds: '4', size: '1280x720' })
  const bytes = new Uint8Array([1, 2])
  await switchyard.createVideo({ model: 'openai/sora-2', prompt: 'x', input_reference: { filename: 'a.png', bytes } })
  assert.match(sent[1]?.headers['content-type'] ?? '', /^multipart\/form-data/)
  await switchyard.retrieveVideo({ ...openai, video_id: 'v' })
  await switchyard.listVideos(openai)
  await switchyard.remixVideo({ ...openai, video_id: 'v', prompt: 'at night' })
  await switchyard.videoContent({ ...openai, video_id: 'v' })
  await switchyard.deleteVideo({ ...openai, video_id: 'v' })
  assert.deepEqual(lines().slice(2), [
    'GET /videos/v',
    'GET /videos',
    'POST /videos/v/remix',
    'GET /videos/v/content',
    'DELETE /videos/v',
  ])
})

test('a video that lies elsewhere is fetched from there, and the key stays with its provider', async () => {
  const uri = 'https://generativelanguage.googleapis.com/v1beta/files/1:download?alt=media'
  const job = {
    name: 'models/veo/operations/1',
    done: true,
    response: { generateVideoResponse: { generatedSamples: [{ video: { uri } }] } },
  }
  const { sent } = network(
    () => Response.json(job),
    () => new Response(null, { status: 302, headers: { location: 'https://storage.example/clip' } }),
    () => new Response(new Uint8Array([7])),
  )
  const content = await switchyard.videoContent({ custom_llm_provider: 'gemini', video_id: 'models/veo/operations/1' })
  assert.deepEqual(content, new Uint8Array([7]))
  assert.equal(sent[1]?.headers['x-goog-api-key'], 'g-mine')
  assert.deepEqual(Object.keys(sent[2]?.headers ?? {}), ['accept-encoding'])
})

test('observers, errors, timeouts and abort are those of every call', async () => {
  const refused = network(() => Response.json({ error: { message: 'No such batch' } }, { status: 404 }))
  await assert.rejects(switchyard.retrieveBatch({ ...openai, batch_id: 'b' }), switchyard.NotFoundError)
  assert.deepEqual(
    refused.records.map(({ operation, provider, error }) => [operation, provider, error?.statusCode]),
    [['batches', 'openai', 404]],
  )
  const listed = network(() => Response.json({ object: 'list', data: [{ id: 'b' }], has_more: false }))
  assert.equal((await switchyard.listBatches(openai)).data.length, 1)
  assert.equal((await switchyard.listFiles({ ...openai, purpose: 'batch' })).has_more, false)
  assert.deepEqual(listed.lines(), ['GET /batches', 'GET /files?purpose=batch'])
  switchyard.configure({
    env: { OPENAI_API_KEY: 'sk' },
    fetch: (_url, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  })
  await assert.rejects(switchyard.listFiles({ ...openai, timeout: 0.01 }), switchyard.Timeout)
  await assert.rejects(switchyard.listFiles({ ...openai, timeout: -1 }), switchyard.BadRequestError)
  // The head is there, the rest does not come.
  const stalling = new ReadableStream<Uint8Array>()
  switchyard.configure({
    env: { OPENAI_API_KEY: 'sk' },
    fetch: (_url, { signal }) =>
      Promise.resolve(
        new Response(
          stalling.pipeThrough(
            new TransformStream({
              start: (controller) => signal.addEventListener('abort', () => controller.error(signal.reason)),
            }),
          ),
        ),
      ),
  })
  await assert.rejects(switchyard.listFiles({ ...openai, timeout: 0.01 }), switchyard.Timeout)
  switchyard.configure({
    env: { OPENAI_API_KEY: 'sk' },
    fetch: (_url, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  })
  const controller = new AbortController()
  setTimeout(() => controller.abort(new Error('enough')), 5)
  await assert.rejects(switchyard.listFiles({ ...openai, signal: controller.signal }), /enough/)
})
