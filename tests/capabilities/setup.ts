import { generateKeyPairSync } from 'node:crypto'
import {
  factsFor,
  Health,
  routerDefaults,
  type Catalog,
  type Deployment,
  type Engine,
  type Incoming,
  type Operation,
  type Outgoing,
  type Provider,
} from '@switchyard/core'
import { baseUrlOf, keyOf, paramsOf } from '@switchyard/providers'
import { objectOf, stringOf, type JsonObject } from '@switchyard/wire'
import { settingOf } from './fixtures.ts'

/** What makes a model the better witness: what it can do by the catalog. */
const abilities = ['function_calling', 'parallel_function_calling', 'response_schema', 'vision', 'reasoning', 'prompt_caching']

const nobody = (): undefined => undefined

/** A deployment of the provider with a made-up key, for the model of the catalog that can most; some operations have their own. */
export function deploymentFor(provider: Provider, catalog: Catalog, operation: Operation = 'chat'): Deployment {
  const setting = settingOf(provider.id)
  const own = stringOf(objectOf(setting['models'])?.[operation])
  const model = own ?? stringOf(setting['model']) ?? witnessOf(provider, catalog)
  const apiBase = stringOf(setting['apiBase']) ?? (provider.baseUrl === undefined ? 'https://probe.example' : undefined)
  const given = {
    apiKey: 'probe',
    params: withKeys(objectOf(setting['params']) ?? {}),
    ...(apiBase === undefined ? {} : { apiBase }),
  }
  return {
    id: provider.id,
    modelName: model,
    provider,
    model,
    baseUrl: baseUrlOf(provider, nobody, given),
    key: keyOf(provider, nobody, given),
    params: paramsOf(provider, nobody, given),
    headers: {},
    bodyDefaults: [],
    weight: 0,
    order: 0,
    timeouts: { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 5000 },
    dropParams: false,
    additionalDropParams: [],
    allowedParams: [],
    ...factsFor(catalog, { provider, model, overrides: {} }),
    info: {},
  }
}

/** Keys are made for the run: none that works, or looks so, lies in the repository. */
const withKeys = (params: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value === '$rsaKey' ? rsaKey : value]))

const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })

function witnessOf({ id }: Provider, catalog: Catalog): string {
  const models = catalog.modelsOf(id).filter(({ mode, provider }) => mode === 'chat' && provider === id)
  const able = (supports: ReadonlySet<string>): number => abilities.filter((ability) => supports.has(ability)).length
  const [best] = models.toSorted((a, b) => able(b.supports) - able(a.supports) || (a.id < b.id ? -1 : 1))
  return best === undefined ? 'probe' : best.id.replace(`${id}/`, '')
}

/** The core with one deployment and a provider in memory. */
export function engineFor(deployment: Deployment, answer: (outgoing: Outgoing) => Incoming): Engine {
  const send = (outgoing: Outgoing): Promise<Incoming> => Promise.resolve(answer(outgoing))
  return {
    models: { find: (name) => ({ name, deployments: [deployment] }) },
    settings: { ...routerDefaults, retries: 0, disableCooldowns: true },
    health: new Health(),
    transport: { send },
    env: { variable: nobody, send, now: Date.now },
    random: () => 0.5,
  }
}
