import type { ModelTraits } from '../../dialect.ts'
import { fail } from '../../errors.ts'
import type { ChatRequest, Reasoning } from '../../hub.ts'

/** Thinking tokens that an effort word means (native-wire facts §0.4, 2026-11-22). */
const budgets: ReadonlyMap<string, number> = new Map([
  ['minimal', 128],
  ['low', 1024],
  ['medium', 2048],
  ['high', 4096],
  ['xhigh', 8192],
  ['max', 16384],
])
/** The API refuses a smaller budget. */
const leastBudget = 1024
/** Room for the answer beside the thinking, and the default where nothing is known of the model. */
export const defaultAnswer = 4096

export interface ThinkingPlan {
  readonly maxTokens: number
  readonly reasoning?: Reasoning
}

/** How a wish to reason is written for the model: a budget, an effort beside adaptive thinking, or nothing. */
export function planThinking(request: ChatRequest, traits: ModelTraits): ThinkingPlan {
  const wish = request.reasoning
  const maxTokens = request.sampling.maxTokens
  const plain = { maxTokens: maxTokens ?? traits.maxOutput ?? defaultAnswer }
  if (wish === undefined || !canReason(traits)) return plain
  refuseUnknownEffort(wish)
  const adaptive = traits.supports.has('adaptive_thinking')
  if (wish.effort === 'none' || wish.budget === 0) {
    return adaptive && wish.budget === 0 ? { ...plain, reasoning: { budget: 0 } } : plain
  }
  const takesBudget = !adaptive || (wish.budget !== undefined && traits.supports.has('legacy_thinking'))
  return takesBudget ? budgeted(request, wish, traits) : { ...plain, reasoning: adaptiveReasoning(request, wish, traits) }
}

/** Any other word would be guesswork: it decides what the answer costs. */
function refuseUnknownEffort({ effort }: Reasoning): void {
  if (effort === undefined || effort === 'none' || budgets.has(effort)) return
  const words = ['none', ...budgets.keys()].join(', ')
  throw fail('bad_request', `reasoning_effort must be one of ${words}, not "${effort}".`, { param: 'reasoning_effort' })
}

const canReason = (traits: ModelTraits): boolean =>
  !traits.lacks.has('reasoning') && (traits.supports.size === 0 || traits.supports.has('reasoning'))

/** The API refuses thinking beside a forced tool: the client's choice of tool wins, the thinking goes. */
const forcesTool = ({ toolChoice }: ChatRequest): boolean =>
  toolChoice?.mode === 'required' || toolChoice?.mode === 'named' || (toolChoice?.mode === 'allowed' && toolChoice.required)

function budgeted(request: ChatRequest, wish: Reasoning, traits: ModelTraits): ThinkingPlan {
  const given = request.sampling.maxTokens
  const plain = { maxTokens: given ?? traits.maxOutput ?? defaultAnswer }
  if (forcesTool(request) || toolLoopWithoutThinking(request)) return plain
  const wanted = Math.max(leastBudget, wish.budget ?? budgets.get(wish.effort ?? 'high') ?? defaultAnswer)
  const maxTokens = given ?? Math.min(wanted + defaultAnswer, traits.maxOutput ?? Infinity)
  const budget = Math.min(wanted, maxTokens - 1)
  return budget < leastBudget ? plain : { maxTokens, reasoning: { budget, ...shown(wish) } }
}

/** With budgeted thinking a turn that awaits tool results must begin with its thinking, which the client did not keep. */
function toolLoopWithoutThinking({ turns }: ChatRequest): boolean {
  const last = turns.findLast((turn) => turn.role === 'assistant')
  const calls = last?.blocks.some((block) => block.type === 'call') ?? false
  const proven = last?.blocks.some(
    (block) => block.type === 'reasoning' && (block.signature !== undefined || block.sealed !== undefined),
  )
  return calls && proven !== true
}

function adaptiveReasoning(request: ChatRequest, wish: Reasoning, traits: ModelTraits): Reasoning {
  const word = wish.effort ?? (wish.budget === undefined ? undefined : effortOf(wish.budget))
  const effort = word === undefined ? {} : { effort: levelFor(word, traits) }
  if (forcesTool(request)) return effort
  // Newer models think unseen unless asked; OpenAI's clients expect a summary of it.
  const summary = wish.summary === undefined && wish.effort !== undefined ? { summary: 'auto' } : shown(wish)
  return { adaptive: true, ...effort, ...summary }
}

function shown({ summary }: Reasoning): { summary?: string } {
  return summary === undefined ? {} : { summary: summary === 'none' ? 'none' : 'auto' }
}

function effortOf(budget: number): string {
  for (const [word, tokens] of budgets) if (budget <= tokens && word !== 'minimal') return word
  return 'max'
}

/** The nearest level that the model has and that does not cost more than what was asked. */
function levelFor(effort: string, { supports, reasoningLevels }: ModelTraits): string {
  const word = effort === 'minimal' ? 'low' : effort
  if (word !== 'xhigh' && word !== 'max') return word
  return supports.has(`${word}_reasoning_effort`) || reasoningLevels?.includes(word) ? word : 'high'
}
