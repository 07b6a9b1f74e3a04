import type { Provider } from '@switchyard/core'
import { openaiChatClient, type ProviderDialect } from '@switchyard/wire'
import { embedding } from './embed.ts'
import { writes } from './fidelity.ts'
import { uploadPictures } from './pictures.ts'
import { readReply, streamReader } from './reply.ts'
import { writeRequest } from './request.ts'
import { keyEnv, signGigaChat, signParams } from './sign.ts'

/** OpenAI's chat of its first days: functions instead of tools, with arguments that are objects. */
const speaks: ProviderDialect = {
  writes,
  writeRequest,
  readReply,
  reader: streamReader,
  readError: (status, body) => openaiChatClient.readError(status, body),
}

export const gigachat: Provider = {
  id: 'gigachat',
  name: 'GigaChat',
  keyEnv,
  auth: { kind: 'prepare' },
  baseUrl: 'https://gigachat.devices.sberbank.ru/api/v1',
  baseEnv: ['GIGACHAT_API_BASE', 'GIGACHAT_BASE_URL'],
  params: signParams,
  endpoints: {
    chat: [{ shape: 'native', path: '/chat/completions', speaks, knows: ['functions', 'function_call'] }],
    embedding: [{ shape: 'native', path: '/embeddings' }],
  },
  prepare: async (outgoing, target, env) => {
    await signGigaChat(outgoing, target, env)
    await uploadPictures(outgoing, target, env)
  },
  inlines: () => true,
  codecs: { embedding },
}
