import { Secret } from '@switchyard/wire'
import type { Config } from './config.ts'
import { makeContext, type Context } from './context.ts'
import { readCredentials } from './credentials.ts'
import { checkReferences } from './cross-check.ts'
import { readDeployments, readSearchTools, readVectorStores } from './deployments.ts'
import { ConfigError, Diagnostics, type Diagnostic } from './diagnostic.ts'
import { Environment, readEnvironment } from './environment.ts'
import { Fields } from './fields.ts'
import { readConfigTree, type ConfigTree, type ReadFile } from './read-files.ts'
import { readRouterSettings } from './router-settings.ts'
import { readCallSettings, readServerSettings, readSwitchyardSettings } from './settings.ts'

export interface LoadedConfig {
  readonly config: Config
  readonly warnings: readonly Diagnostic[]
}

/** Reads a config.yaml of LiteLLM. Throws a `ConfigError` with every finding when one of them is an error. */
export async function loadConfig(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile,
): Promise<LoadedConfig> {
  const diagnostics = new Diagnostics()
  const tree = await readConfigTree(file, readFile, diagnostics)
  const environment = readEnvironment(tree.root?.entries.get('environment_variables')?.node, env, diagnostics)
  const isReadable = tree.root !== undefined || !diagnostics.hasErrors()
  const config = isReadable ? buildConfig(makeContext(file, diagnostics, environment), tree) : undefined
  const found = inFileOrder(diagnostics.all, tree.files)
  if (config === undefined || diagnostics.hasErrors()) throw new ConfigError(found)
  return { config: deepFreeze(config), warnings: found }
}

function buildConfig(context: Context, { root, files }: ConfigTree): Config {
  const top = new Fields(context, 'config', root, '').warnUnknown()
  const calls = new Fields(context, 'litellm_settings', top.node('litellm_settings'), 'litellm_settings').warnUnknown()
  const server = new Fields(context, 'general_settings', top.node('general_settings'), 'general_settings').warnUnknown()
  const router = new Fields(context, 'router_settings', top.node('router_settings'), 'router_settings').warnUnknown()
  const own = new Fields(context, 'switchyard_settings', top.node('switchyard_settings'), 'switchyard_settings').warnUnknown()
  const config: Config = {
    files,
    environment: context.environment,
    deployments: readDeployments(context, top.list('model_list')),
    searchTools: readSearchTools(context, {
      search_tools: top.list('search_tools'),
      'general_settings.search_tools': server.list('search_tools'),
    }),
    vectorStores: readVectorStores(context, {
      vector_store_registry: top.list('vector_store_registry'),
      'litellm_settings.vector_store_registry': calls.list('vector_store_registry'),
    }),
    credentials: readCredentials(context, top.list('credential_list')),
    calls: readCallSettings(context, calls),
    server: readServerSettings(context, server),
    router: readRouterSettings(context, router, calls),
    switchyard: readSwitchyardSettings(context, own, calls, server),
  }
  checkReferences(context, config)
  return config
}

function inFileOrder(found: readonly Diagnostic[], files: readonly string[]): readonly Diagnostic[] {
  const order = new Map(files.map((file, index) => [file, index]))
  const rank = (diagnostic: Diagnostic): number => order.get(diagnostic.file) ?? files.length
  return found.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column)
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Secret || value instanceof Environment) return value
  if (value instanceof Map) for (const item of value.values()) deepFreeze(item)
  else for (const item of Object.values(value)) deepFreeze(item)
  return Object.freeze(value)
}
