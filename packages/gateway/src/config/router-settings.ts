import type { ErrorKind } from '@switchyard/wire'
import type { Context } from './context.ts'
import type { ByErrorKind, Fallbacks, ModelAlias, RouterSettings } from './config.ts'
import { defined } from './defined.ts'
import { Fields, textsOf } from './fields.ts'
import type { ServedName } from './settings-table.ts'
import { kindOf, positionOf, type ListNode, type YamlNode } from './yaml-node.ts'

type RouterFields = Fields<'router_settings'>
type CallFields = Fields<'litellm_settings'>
type FallbackName = 'fallbacks' | 'context_window_fallbacks' | 'content_policy_fallbacks'

/** LiteLLM's defaults (facts §3.5 and §9, 1.106.2, 2026-11-22). */
const defaults = { retries: 2, timeoutMs: 6_000_000, cooldownMs: 5000, maxFallbacks: 5 } as const

/** router_settings; what it does not say comes from litellm_settings. */
export function readRouterSettings(context: Context, router: RouterFields, calls: CallFields): RouterSettings {
  const fallbacks = (name: FallbackName): Fallbacks =>
    readFallbacks(context, router.node(name) === undefined ? calls : router, name)
  const callRetries = calls.integer('num_retries')
  const callTimeoutMs = calls.seconds('request_timeout')
  const callAllowedFails = calls.integer('allowed_fails')
  const callMaxFallbacks = calls.integer('max_fallbacks')
  return defined({
    strategy: readStrategy(context, router),
    retries: router.integer('num_retries') ?? callRetries ?? defaults.retries,
    retriesByKind: readRetryPolicy(context, router.node('retry_policy'), router.pathOf('retry_policy')),
    retriesByModel: readModelRetries(context, router),
    timeoutMs: router.seconds('timeout') ?? callTimeoutMs ?? defaults.timeoutMs,
    streamTimeoutMs: router.seconds('stream_timeout'),
    retryAfterMs: router.seconds('retry_after', { min: 0 }) ?? 0,
    allowedFails: router.integer('allowed_fails') ?? callAllowedFails,
    allowedFailsByKind: readAllowedFails(context, router),
    cooldown: readCooldown(router),
    fallbacks: fallbacks('fallbacks'),
    contextWindowFallbacks: fallbacks('context_window_fallbacks'),
    contentPolicyFallbacks: fallbacks('content_policy_fallbacks'),
    defaultFallbacks: readDefaultFallbacks(context, router.node('default_fallbacks') === undefined ? calls : router),
    maxFallbacks: router.integer('max_fallbacks') ?? callMaxFallbacks ?? defaults.maxFallbacks,
    aliases: readAliases(context, router),
    preCallChecks: router.boolean('enable_pre_call_checks') ?? false,
  })
}

function readCooldown(router: RouterFields): RouterSettings['cooldown'] {
  const cooldownMs = router.seconds('cooldown_time', { min: 0 }) ?? defaults.cooldownMs
  return router.boolean('disable_cooldowns') === true || cooldownMs === 0 ? { kind: 'off' } : { kind: 'on', cooldownMs }
}

function readStrategy(context: Context, router: RouterFields): 'simple-shuffle' {
  const name = router.text('routing_strategy')
  const node = router.node('routing_strategy')
  if (name !== undefined && name !== 'simple-shuffle' && node !== undefined) {
    const message = `the strategy ${name} is not in Switchyard yet; simple-shuffle is used`
    context.diagnostics.warn(positionOf(node), { path: router.pathOf('routing_strategy'), message })
  }
  return 'simple-shuffle'
}

function readRetryPolicy(context: Context, node: YamlNode | undefined, path: string): ByErrorKind {
  const policy = new Fields(context, 'retry_policy', node, path).warnUnknown()
  return readByKind(policy, {
    bad_request: 'BadRequestErrorRetries',
    auth: 'AuthenticationErrorRetries',
    timeout: 'TimeoutErrorRetries',
    rate_limited: 'RateLimitErrorRetries',
    content_filtered: 'ContentPolicyViolationErrorRetries',
    internal: 'InternalServerErrorRetries',
    unavailable: 'ServiceUnavailableErrorRetries',
    not_found: 'NotFoundErrorRetries',
    other: 'DefaultRetries',
  })
}

function readAllowedFails(context: Context, router: RouterFields): ByErrorKind {
  const name = 'allowed_fails_policy'
  const policy = new Fields(context, name, router.node(name), router.pathOf(name)).warnUnknown()
  return readByKind(policy, {
    bad_request: 'BadRequestErrorAllowedFails',
    auth: 'AuthenticationErrorAllowedFails',
    timeout: 'TimeoutErrorAllowedFails',
    rate_limited: 'RateLimitErrorAllowedFails',
    content_filtered: 'ContentPolicyViolationErrorAllowedFails',
    internal: 'InternalServerErrorAllowedFails',
    unavailable: 'ServiceUnavailableErrorAllowedFails',
    bad_gateway: 'BadGatewayErrorAllowedFails',
    not_found: 'NotFoundErrorAllowedFails',
  })
}

type NamesByKind<S extends 'retry_policy' | 'allowed_fails_policy'> = Readonly<
  Partial<Record<ErrorKind | 'other', ServedName<S>>>
>

function readByKind<S extends 'retry_policy' | 'allowed_fails_policy'>(policy: Fields<S>, names: NamesByKind<S>): ByErrorKind {
  const counts: Partial<Record<ErrorKind | 'other', number>> = {}
  let kind: keyof typeof names
  for (kind in names) {
    const name = names[kind]
    const count = name === undefined ? undefined : policy.integer(name)
    if (count !== undefined) counts[kind] = count
  }
  return counts
}

function readModelRetries(context: Context, router: RouterFields): ReadonlyMap<string, ByErrorKind> {
  const policies = new Map<string, ByErrorKind>()
  for (const { key, node } of router.map('model_group_retry_policy')?.entries.values() ?? []) {
    const path = `${router.pathOf('model_group_retry_policy')}.${key}`
    context.modelReferences.push({ name: key, path, node })
    policies.set(key, readRetryPolicy(context, node, path))
  }
  return policies
}

const fallbackHint = 'write - model: [other-model]'

function readFallbacks(context: Context, fields: RouterFields | CallFields, name: FallbackName): Fallbacks {
  const fallbacks = new Map<string, readonly string[]>()
  for (const { node, index } of fields.list(name)?.items ?? []) {
    const path = `${fields.pathOf(name)}[${index}]`
    if (node.kind !== 'map') {
      context.diagnostics.error(positionOf(node), {
        path,
        message: `expected a mapping, got ${kindOf(node)}`,
        hint: fallbackHint,
      })
      continue
    }
    for (const { key, node: targets } of node.entries.values()) {
      const targetPath = `${path}.${key}`
      context.modelReferences.push({ name: key, path: targetPath, node })
      if (targets.kind === 'list')
        fallbacks.set(key, [...(fallbacks.get(key) ?? []), ...readModelNames(context, targets, targetPath)])
      else
        context.diagnostics.error(positionOf(targets), {
          path: targetPath,
          message: `expected a list, got ${kindOf(targets)}`,
          hint: fallbackHint,
        })
    }
  }
  return fallbacks
}

function readModelNames(context: Context, list: ListNode, path: string): readonly string[] {
  for (const { node, index } of list.items)
    if (node.kind === 'scalar') context.modelReferences.push({ name: node.text, path: `${path}[${index}]`, node })
  return textsOf(context, list, path)
}

function readDefaultFallbacks(context: Context, fields: RouterFields | CallFields): readonly string[] {
  const list = fields.list('default_fallbacks')
  return list === undefined ? [] : readModelNames(context, list, fields.pathOf('default_fallbacks'))
}

function readAliases(context: Context, router: RouterFields): ReadonlyMap<string, ModelAlias> {
  const aliases = new Map<string, ModelAlias>()
  for (const { key, node } of router.map('model_group_alias')?.entries.values() ?? []) {
    const path = `${router.pathOf('model_group_alias')}.${key}`
    const alias = readAlias(context, node, path)
    if (alias === undefined) continue
    context.modelReferences.push({ name: alias.modelName, path, node })
    aliases.set(key, alias)
  }
  return aliases
}

function readAlias(context: Context, node: YamlNode, path: string): ModelAlias | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string') return { modelName: node.text, hidden: false }
  if (node.kind !== 'map') {
    context.diagnostics.error(positionOf(node), {
      path,
      message: `expected a model, got ${kindOf(node)}`,
      hint: 'write alias: model',
    })
    return undefined
  }
  const fields = new Fields(context, 'model_group_alias', node, path).warnUnknown()
  const modelName = fields.text('model')
  const hidden = fields.boolean('hidden') ?? false
  if (modelName !== undefined) return { modelName, hidden }
  if (fields.node('model') === undefined)
    context.diagnostics.error(positionOf(node), {
      path: fields.pathOf('model'),
      message: 'is missing',
      hint: 'write model: name',
    })
  return undefined
}
