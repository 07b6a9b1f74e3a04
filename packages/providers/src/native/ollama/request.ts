import { compact, type ChatRequest, type JsonObject, type Tool, type Written } from '@switchyard/wire'
import { offeredTools } from '../../offered-tools.ts'
import { writeMessages } from './messages.ts'
import { promptImages, promptOf } from './prompt.ts'
import { writeSettings } from './settings.ts'

/** The body of `POST /api/chat`. */
export function writeChat(request: ChatRequest): Written {
  const tools = request.toolChoice?.mode === 'none' ? [] : offeredTools(request)
  const body = {
    model: request.model,
    messages: writeMessages(request),
    ...writeSettings(request),
    ...(tools.length === 0 ? {} : { tools: tools.map(writeTool) }),
  }
  return { body, undo: {} }
}

const writeTool = ({ name, description, schema }: Tool): JsonObject => ({
  type: 'function',
  function: compact({ name, description, parameters: schema }),
})

/** The body of `POST /api/generate`. */
export function writeGenerate(request: ChatRequest): Written {
  const body = {
    model: request.model,
    prompt: promptOf(request),
    images: promptImages(request),
    ...writeSettings(request),
  }
  return { body, undo: {} }
}
