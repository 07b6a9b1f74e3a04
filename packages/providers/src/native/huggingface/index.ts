import type { Provider } from '@switchyard/core'
import { errorIn } from '../../passing.ts'
import { limitsOfCohere } from '../../rerank.ts'
import { row } from '../../row.ts'
import { usualTune, without } from '../../tuning.ts'
import { embedding } from '../sagemaker/embed.ts'
import { sendListed } from '../sagemaker/exchange.ts'
import { rerank } from './rerank.ts'
import { nameForServer } from './served-name.ts'
import { huggingFaceUrl, router } from './url.ts'

const compatible = row('huggingface', 'Hugging Face', router, {
  key: 'HF_TOKEN HUGGINGFACE_API_KEY',
  baseEnv: 'HF_API_BASE HUGGINGFACE_API_BASE',
  chat: '/v1/chat/completions',
  refuses: 'reasoning_effort thinking',
})

const embeddingsPath = '/hf-inference/pipeline/feature-extraction'

/** Providers behind the router, text generation and embedding servers (TGI, TEI) of the customer's own. */
export const huggingface: Provider = {
  ...compatible,
  endpoints: {
    ...compatible.endpoints,
    embedding: [{ shape: 'native', path: embeddingsPath, modelInPath: true }],
    rerank: [{ shape: 'native', path: '/rerank' }],
  },
  url: huggingFaceUrl,
  tune: (target, call) => (call.operation === 'rerank' ? without(target, call, limitsOfCohere) : usualTune(target, call)),
  prepare: nameForServer,
  codecs: { embedding, rerank },
  passThrough: { writeError: errorIn('error') },
  /** Embeddings are a bare list. */
  exchange: (outgoing, _target, env, signal) =>
    /\/(chat\/completions|rerank)$/.test(outgoing.url) ? undefined : sendListed(outgoing, env, signal),
}
