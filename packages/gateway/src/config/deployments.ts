import { Secret } from '@switchyard/wire'
import { resolveScalar, type Context } from './context.ts'
import type { Budget, DeploymentConfig, Origin, SearchToolConfig, VectorStoreConfig } from './config.ts'
import { defined } from './defined.ts'
import { deploymentId } from './deployment-id.ts'
import { Fields, isNothing } from './fields.ts'
import { readModelInfo } from './model-info.ts'
import { plainObjectOf } from './plain-object.ts'
import { isFactorName, isPriceName, readPrices } from './prices.ts'
import { readProviderParams } from './provider-params.ts'
import { settingOf } from './settings-table.ts'
import { kindOf, positionOf, type ListNode, type MapEntry, type MapNode, type YamlNode } from './yaml-node.ts'

/** model_list: an entry that lists several organizations becomes one deployment for each. */
export function readDeployments(context: Context, list: ListNode | undefined): readonly DeploymentConfig[] {
  const reader = new DeploymentReader(context)
  return (list?.items ?? []).flatMap(({ node, index }) => reader.read(node, `model_list[${index}]`))
}

/** Lists of one kind, by where they stand. */
type Lists = Readonly<Record<string, ListNode | undefined>>

/** search_tools: a tool is a deployment that answers searches and nothing else. */
export function readSearchTools(context: Context, lists: Lists): readonly SearchToolConfig[] {
  const reader = new DeploymentReader(context)
  return entriesOf(lists, (node, path) => reader.readTool(node, path))
}

/** vector_store_registry: a store is a deployment that keeps it and serves no model. */
export function readVectorStores(context: Context, lists: Lists): readonly VectorStoreConfig[] {
  const reader = new DeploymentReader(context)
  return entriesOf(lists, (node, path) => reader.readStore(node, path))
}

const entriesOf = <T>(lists: Lists, read: (node: YamlNode, path: string) => readonly T[]): readonly T[] =>
  Object.entries(lists).flatMap(([path, list]) =>
    (list?.items ?? []).flatMap(({ node, index }) => read(node, `${path}[${index}]`)),
  )

class DeploymentReader {
  readonly #context: Context
  readonly #originById = new Map<string, Origin>()

  constructor(context: Context) {
    this.#context = context
  }

  read(node: YamlNode, path: string): readonly DeploymentConfig[] {
    if (node.kind !== 'map') {
      const hint = 'write - model_name: … with litellm_params below it'
      this.#context.diagnostics.error(positionOf(node), { path, message: `expected a mapping, got ${kindOf(node)}`, hint })
      return []
    }
    const entry = new Fields(this.#context, 'model', node, path).warnUnknown()
    const paramsNode = entry.map('litellm_params')
    const params = new Fields(this.#context, 'litellm_params', paramsNode, entry.pathOf('litellm_params'))
    const info = new Fields(this.#context, 'model_info', entry.map('model_info'), entry.pathOf('model_info'))
    const modelName = entry.text('model_name', true)
    const model = params.text('model', true)
    if (entry.node('model_name') === undefined)
      this.#missing(node, entry.pathOf('model_name'), 'model_name: the name that clients ask for')
    if (entry.node('litellm_params') === undefined)
      this.#missing(node, entry.pathOf('litellm_params'), 'litellm_params: {model: provider/model}')
    else if (paramsNode !== undefined && params.node('model') === undefined)
      this.#missing(paramsNode, params.pathOf('model'), 'model: provider/model')
    const organizations = this.#organizations(params)
    const shared = this.#shared(node, params, info)
    if (modelName === undefined || model === undefined || paramsNode === undefined) return []
    const writtenId = info.text('id')
    return organizations.map((organization, index) => {
      const suffix = index === 0 ? [] : [organization ?? '']
      const id =
        writtenId === undefined ? this.#ownId(modelName, paramsNode, suffix, shared.origin) : [writtenId, ...suffix].join(':')
      this.#claim(id, shared.origin, info, path)
      const match = modelName.includes('*') ? 'wildcard' : 'exact'
      return { ...shared, ...defined({ organization }), id, modelName, match, model }
    })
  }

  readTool(node: YamlNode, path: string): readonly SearchToolConfig[] {
    const entry = new Fields(this.#context, 'search_tool', node, path).warnUnknown()
    if (node.kind !== 'map') return []
    const paramsNode = entry.map('litellm_params')
    const params = new Fields(this.#context, 'litellm_params', paramsNode, entry.pathOf('litellm_params'))
    const none = new Fields(this.#context, 'model_info', undefined, entry.pathOf('model_info'))
    const about = new Fields(
      this.#context,
      'search_tool_info',
      entry.map('search_tool_info'),
      entry.pathOf('search_tool_info'),
    ).warnUnknown()
    const modelName = entry.text('search_tool_name', true)
    const engine = params.text('search_provider', true)
    if (entry.node('search_tool_name') === undefined)
      this.#missing(node, entry.pathOf('search_tool_name'), 'search_tool_name: the name that clients ask for')
    if (params.node('search_provider') === undefined)
      this.#missing(paramsNode ?? node, params.pathOf('search_provider'), 'search_provider: tavily')
    const shared = this.#shared(node, params, none)
    if (modelName === undefined || engine === undefined || paramsNode === undefined) return []
    const id = this.#ownId(modelName, paramsNode, ['search'], shared.origin)
    this.#claim(id, shared.origin, none, path)
    // The price list's models of search engines: `search`, `search-advanced` …
    const model = `${engine}/${params.text('model') ?? 'search'}`
    return [{ ...shared, ...defined({ description: about.text('description') }), id, modelName, match: 'exact', model, engine }]
  }

  readStore(node: YamlNode, path: string): readonly VectorStoreConfig[] {
    const entry = new Fields(this.#context, 'vector_store', node, path).warnUnknown()
    if (node.kind !== 'map') return []
    const paramsNode = entry.map('litellm_params')
    const params = new Fields(this.#context, 'litellm_params', paramsNode, entry.pathOf('litellm_params'))
    const none = new Fields(this.#context, 'model_info', undefined, entry.pathOf('model_info'))
    const storeId = params.text('vector_store_id', true)
    const provider = params.text('custom_llm_provider', true)
    if (params.node('vector_store_id') === undefined)
      this.#missing(paramsNode ?? node, params.pathOf('vector_store_id'), "vector_store_id: the provider's own id")
    if (params.node('custom_llm_provider') === undefined)
      this.#missing(paramsNode ?? node, params.pathOf('custom_llm_provider'), 'custom_llm_provider: openai')
    const shared = this.#shared(node, params, none)
    if (storeId === undefined || provider === undefined || paramsNode === undefined) return []
    const modelName = entry.text('vector_store_name') ?? storeId
    const id = this.#ownId(modelName, paramsNode, ['vector store'], shared.origin)
    this.#claim(id, shared.origin, none, path)
    const description = params.text('vector_store_description')
    return [{ ...shared, ...defined({ description }), id, modelName, match: 'exact', model: `${provider}/${storeId}`, storeId }]
  }

  /** All that the deployments of one entry have in common. */
  #shared(node: MapNode, params: Fields<'litellm_params'>, info: Fields<'model_info'>) {
    const { file, line } = positionOf(node)
    return defined({
      ...readAddress(params),
      ...readLimits(params),
      ...readParameterRules(params),
      budget: makeBudget(params.usd('max_budget'), params.duration('budget_duration')),
      tags: params.texts('tags') ?? [],
      usedInPassThrough: params.boolean('use_in_pass_through') ?? false,
      extraHeaders: readHeaders(this.#context, params),
      extraBody: plainObjectOf(this.#context, params.map('extra_body'), params.pathOf('extra_body')),
      mockResponse: params.plain('mock_response'),
      prices: readPrices(this.#context, info, params),
      params: readProviderParams(this.#context, this.#providerEntries(params), params.path),
      info: readModelInfo(this.#context, info),
      origin: { file, line },
    })
  }

  /** What is not ours goes to the provider; a name that looks like one of ours is pointed out. */
  #providerEntries(params: Fields<'litellm_params'>): readonly MapEntry[] {
    const entries: MapEntry[] = []
    for (const entry of params.entries.values()) {
      const { key } = entry
      const setting = settingOf('litellm_params', key)
      if (setting?.status === 'ignored') params.warnNotServed(entry)
      if (setting !== undefined || isPriceName(key) || isFactorName(key) || settingOf('pricing', key) !== undefined) continue
      if (settingOf('provider_params', key) === undefined)
        params.warnSimilar(
          entry,
          ['litellm_params', 'provider_params', 'pricing'],
          'not a setting; sent to the provider as it is',
        )
      entries.push(entry)
    }
    return entries
  }

  #organizations(params: Fields<'litellm_params'>): readonly (string | undefined)[] {
    if (params.node('organization')?.kind !== 'list') return [params.text('organization')]
    const organizations = params.texts('organization') ?? []
    return organizations.length === 0 ? [undefined] : organizations
  }

  #ownId(modelName: string, params: MapNode, suffix: readonly string[], { file, line }: Origin): string {
    const id = deploymentId(modelName, params, suffix)
    const first = this.#originById.get(id)
    if (first === undefined) return id
    const message = `the same as the deployment at ${first.file}:${first.line}; it gets that share of the load twice`
    this.#context.diagnostics.warn({ file, line, column: 1 }, { path: 'model_list', message, hint: 'remove one, or use weight' })
    let copies = 2
    let unique = id
    while (this.#originById.has(unique)) unique = deploymentId(modelName, params, [...suffix, String(copies++)])
    return unique
  }

  #claim(id: string, origin: Origin, info: Fields<'model_info'>, path: string): void {
    const first = this.#originById.get(id)
    const node = info.node('id')
    if (first === undefined) this.#originById.set(id, origin)
    else if (node !== undefined) {
      const message = `the deployment at ${first.file}:${first.line} has this id too`
      this.#context.diagnostics.error(positionOf(node), {
        path: `${path}.model_info.id`,
        message,
        hint: 'give every deployment its own id',
      })
    }
  }

  #missing(node: MapNode, path: string, hint: string): void {
    this.#context.diagnostics.error(positionOf(node), { path, message: 'is missing', hint: `write ${hint}` })
  }
}

const readAddress = (params: Fields<'litellm_params'>) => ({
  provider: params.text('custom_llm_provider'),
  apiKey: params.secret('api_key'),
  apiBase: params.text('api_base'),
  apiVersion: params.text('api_version'),
  region: params.text('region_name'),
  credentialName: params.text('litellm_credential_name'),
})

const readLimits = (params: Fields<'litellm_params'>) => {
  const maxRetries = params.integer('max_retries')
  return {
    timeoutMs: params.seconds('timeout'),
    streamTimeoutMs: params.seconds('stream_timeout'),
    retries: params.integer('num_retries') ?? maxRetries,
    rpm: params.integer('rpm'),
    tpm: params.integer('tpm'),
    inputTpm: params.integer('itpm'),
    outputTpm: params.integer('otpm'),
    maxParallelRequests: params.integer('max_parallel_requests', { min: 1 }),
    weight: params.number('weight'),
    order: params.integer('order', { min: Number.MIN_SAFE_INTEGER }),
    cooldownMs: params.seconds('cooldown_time', { min: 0 }),
  }
}

const readParameterRules = (params: Fields<'litellm_params'>) => ({
  dropParams: params.boolean('drop_params'),
  additionalDropParams: params.texts('additional_drop_params') ?? [],
  allowedOpenaiParams: params.texts('allowed_openai_params') ?? [],
})

/** A budget needs an amount; a length of time alone limits nothing. */
export const makeBudget = (maxNano: number | undefined, duration: string | undefined): Budget | undefined =>
  maxNano === undefined ? undefined : defined({ maxNano, duration })

/** All header values are kept secret: many of them are. */
function readHeaders(context: Context, params: Fields<'litellm_params'>): Readonly<Record<string, Secret>> {
  const headers: Record<string, Secret> = {}
  for (const { key, node } of params.map('extra_headers')?.entries.values() ?? []) {
    const path = `${params.pathOf('extra_headers')}.${key}`
    if (isNothing(node)) continue
    if (node.kind !== 'scalar') {
      context.diagnostics.error(positionOf(node), {
        path,
        message: `expected text, got ${kindOf(node)}`,
        hint: `write ${key}: value`,
      })
      continue
    }
    const text = resolveScalar(context, node, path)?.text
    if (text !== undefined) headers[key] = new Secret(text)
  }
  return headers
}
