// The provider of the topic messages-stream: one answer of several blocks, in the dialects of Anthropic and OpenAI.
import { mixedChat, mixedMessage } from '../tests/tools/fake/mixed-answer.ts'
import { mixedBlocks } from './mixed-blocks.ts'
import { serveAnswers } from './serve-answers.ts'

serveAnswers({ plain: '{}', chat: mixedChat(mixedBlocks), messages: mixedMessage(mixedBlocks) })
