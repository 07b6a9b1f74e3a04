import type { Prompt } from './text-model.ts'

// Chat templates, as the models' authors publish them beside their weights (tokenizer_config.json); recorded cases agree but for Mistral's.

const written = (prompt: Prompt, turn: (role: string, text: string) => string): string =>
  [
    ...(prompt.system === '' ? [] : [turn('system', prompt.system)]),
    ...prompt.turns.map(({ role, text }) => turn(role, text)),
  ].join('')

export const llama3 = (prompt: Prompt): string =>
  `<|begin_of_text|>${written(prompt, (role, text) => `<|start_header_id|>${role}<|end_header_id|>\n\n${text}<|eot_id|>`)}` +
  '<|start_header_id|>assistant<|end_header_id|>\n\n'

export const chatMl = (prompt: Prompt): string =>
  `${written(prompt, (role, text) => `<|im_start|>${role}\n${text}<|im_end|>\n`)}<|im_start|>assistant\n`

export const deepseekR1 = (prompt: Prompt): string =>
  `<｜begin▁of▁sentence｜>${prompt.system}${prompt.turns
    .map(({ role, text }) => (role === 'user' ? `<｜User｜>${text}` : `<｜Assistant｜>${text}<｜end▁of▁sentence｜>`))
    .join('')}<｜Assistant｜><think>\n`

/** Instructions of users stand in brackets, with what the system says before the first. */
export function mistral(prompt: Prompt): string {
  let system = prompt.system === '' ? '' : `${prompt.system}\n\n`
  const turns = prompt.turns.map(({ role, text }) => {
    if (role === 'assistant') return ` ${text}</s>`
    const instruction = `[INST] ${system}${text} [/INST]`
    system = ''
    return instruction
  })
  return `<s>${system === '' ? '' : `[INST] ${system.trim()} [/INST]`}${turns.join('')}`
}

/** Titan's user guide ("Prompt engineering guidelines") writes a conversation as User and Bot. */
export const titan = (prompt: Prompt): string =>
  `\n\n${written(prompt, (role, text) =>
    role === 'assistant' ? `Bot: ${text}\n\n` : `User: ${role === 'system' ? `<admin>${text}</admin>` : text}\n\n`,
  )}Bot: `
