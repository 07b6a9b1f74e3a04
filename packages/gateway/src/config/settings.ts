import { Secret, type JsonObject } from '@switchyard/wire'
import type { Context } from './context.ts'
import type {
  CallSettings,
  DatabaseConfig,
  EgressSettings,
  KeptSettings,
  KeyParams,
  ServerSettings,
  SwitchyardSettings,
} from './config.ts'
import { defined } from './defined.ts'
import { makeBudget } from './deployments.ts'
import { Fields, isNothing, plainResolved, textsOf } from './fields.ts'
import { readPassThrough } from './pass-through.ts'
import { settingOf } from './settings-table.ts'
import { kindOf, positionOf, type YamlNode } from './yaml-node.ts'

type CallFields = Fields<'litellm_settings'>
type ServerFields = Fields<'general_settings'>

export function readCallSettings(context: Context, fields: CallFields): CallSettings {
  const maxNano = fields.usd('max_budget')
  const duration = fields.duration('budget_duration')
  return defined({
    dropParams: fields.boolean('drop_params') ?? false,
    modifyParams: fields.boolean('modify_params') ?? false,
    // LiteLLM: the budget of the whole proxy is off at 0, unlike that of a key.
    budget: maxNano === 0 ? undefined : makeBudget(maxNano, duration),
    budgetExceededStatus: fields.integer('budget_exceeded_status_code', { min: 400, max: 599 }) ?? 422,
    keyDefaults: readKeyParams(context, fields.node('default_key_generate_params'), fields.pathOf('default_key_generate_params')),
    keyUpperBounds: readKeyParams(
      context,
      fields.node('upperbound_key_generate_params'),
      fields.pathOf('upperbound_key_generate_params'),
    ),
  })
}

function readKeyParams(context: Context, node: YamlNode | undefined, path: string): KeyParams {
  const fields = new Fields(context, 'key_params', node, path)
  const rest: JsonObject = {}
  for (const [key, entry] of fields.entries) {
    if (settingOf('key_params', key) !== undefined || isNothing(entry.node)) continue
    fields.warnSimilar(entry, ['key_params'], 'not a limit; kept as a field of new keys')
    rest[key] = plainResolved(context, entry.node, fields.pathOf(key))
  }
  return defined({
    maxBudgetNano: fields.usd('max_budget'),
    budgetDuration: fields.duration('budget_duration'),
    duration: fields.duration('duration'),
    maxParallelRequests: fields.integer('max_parallel_requests'),
    tpmLimit: fields.integer('tpm_limit'),
    rpmLimit: fields.integer('rpm_limit'),
    rest,
  })
}

export function readServerSettings(context: Context, fields: ServerFields): ServerSettings {
  const { environment } = context
  const fromEnvironment = environment.get('SWITCHYARD_MASTER_KEY') ?? environment.get('LITELLM_MASTER_KEY')
  const written = fields.secret('master_key', true)
  const masterKey = written ?? (fromEnvironment === undefined ? undefined : new Secret(fromEnvironment))
  const permitWeakMasterKey =
    fields.boolean('dangerously_permit_weak_or_unset_master_key') ??
    environment.get('LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY')?.toLowerCase() === 'true'
  if (!permitWeakMasterKey) checkMasterKey(context, fields, masterKey?.reveal())
  return defined({
    masterKey,
    permitWeakMasterKey,
    database: readDatabase(context, fields),
    keyHeaderName: fields.text('litellm_key_header_name')?.toLowerCase(),
    allowClientSideCredentials: fields.boolean('allow_client_side_credentials') ?? false,
    forwardClientHeaders: fields.boolean('forward_client_headers_to_llm_api') ?? false,
    passThrough: readPassThrough(context, fields.list('pass_through_endpoints')),
    passThroughTimeoutMs: fields.seconds('pass_through_request_timeout') ?? 600_000,
  })
}

/** The key of LiteLLM's examples, which it refuses too (observed, 1.106.2, 2026-11-22). */
const exampleMasterKey = 'sk-1234'

function checkMasterKey(context: Context, fields: ServerFields, masterKey: string | undefined): void {
  const node = fields.node('master_key')
  const at = node === undefined ? { file: context.file, line: 1, column: 1 } : positionOf(node)
  const path = fields.pathOf('master_key')
  if (masterKey === exampleMasterKey) {
    const hint = 'choose a long random key, or set dangerously_permit_weak_or_unset_master_key: true'
    context.diagnostics.error(at, { path, message: 'this key is in every tutorial', hint })
  }
}

function readDatabase(context: Context, fields: ServerFields): DatabaseConfig {
  const node = fields.node('database_url')
  const url = fields.secret('database_url', true)?.reveal()
  if (node === undefined) return readDatabaseVariable(context)
  if (url === undefined) return { kind: 'default' }
  const sqlite = sqliteOf(url)
  if (sqlite !== undefined) return sqlite
  const isPostgres = /^postgres(?:ql)?:/.test(url)
  const message = isPostgres ? 'PostgreSQL is not served yet, it comes later' : 'expected an address that starts with sqlite:'
  const hint = 'write database_url: sqlite:switchyard.db, or remove it for the default file'
  context.diagnostics.error(positionOf(node), { path: fields.pathOf('database_url'), message, hint })
  return { kind: 'default' }
}

/** LiteLLM's variable. Its PostgreSQL address is in many containers, so it warns where a written one is refused. */
function readDatabaseVariable({ environment, diagnostics, file }: Context): DatabaseConfig {
  const url = environment.get('DATABASE_URL')
  const sqlite = url === undefined ? undefined : sqliteOf(url)
  if (url !== undefined && sqlite === undefined) {
    const message = 'DATABASE_URL is set, but only sqlite: is served yet; the default file is used'
    diagnostics.warn({ file, line: 1, column: 1 }, { path: 'general_settings.database_url', message })
  }
  return sqlite ?? { kind: 'default' }
}

/** `sqlite:PATH`, `sqlite://PATH` and `sqlite:///ABSOLUTE`. */
function sqliteOf(url: string): DatabaseConfig | undefined {
  const path = /^sqlite:(?:\/\/)?(.+)$/.exec(url)?.[1]
  return path === undefined ? undefined : { kind: 'sqlite', path }
}

const bytesPerMb = 1_048_576
const largestMb = 4096

export function readSwitchyardSettings(
  context: Context,
  fields: Fields<'switchyard_settings'>,
  calls: CallFields,
  server: ServerFields,
): SwitchyardSettings {
  const refuseUnpriced = calls.boolean('block_requests_for_models_without_pricing') ?? false
  const unpriced = fields.choice('unpriced', ['allow', 'refuse', 'refuse_with_budget'])
  const formMegabytes = fields.number('max_form_mb', { max: largestMb })
  const megabytes = [fields.number('max_body_mb', { max: largestMb }), server.number('max_request_size_mb', { max: largestMb })]
  const admin = new Fields(context, 'admin', fields.node('admin'), fields.pathOf('admin')).warnUnknown()
  return defined({
    unpriced: unpriced ?? (refuseUnpriced ? 'refuse' : 'refuse_with_budget'),
    journalSync: fields.choice('journal_sync', ['fdatasync', 'write']) ?? 'fdatasync',
    connectTimeoutMs: fields.seconds('connect_timeout') ?? 10_000,
    firstByteTimeoutMs: fields.seconds('first_byte_timeout') ?? 600_000,
    idleTimeoutMs: fields.seconds('idle_timeout') ?? 300_000,
    totalTimeoutMs: fields.seconds('total_timeout'),
    workers: fields.integer('workers', { min: 1, max: 256 }) ?? 1,
    maxBodyBytes: Math.round((megabytes.find((value) => value !== undefined) ?? 100) * bytesPerMb),
    maxFormBytes: Math.round((formMegabytes ?? 100) * bytesPerMb),
    bodyTimeoutMs: fields.seconds('body_timeout') ?? 60_000,
    strictTranslation: fields.boolean('strict_translation') ?? false,
    maxCallsInWork: fields.integer('max_calls_in_work', { min: 1 }) ?? 10_000,
    maxConnections: fields.integer('max_connections', { min: 1 }),
    maxLoopDelayMs: fields.seconds('max_loop_delay', { min: 0 }) ?? 100,
    keyPepper: readKeyPepper(context, fields),
    wrongKeysPerMinute: fields.integer('wrong_keys_per_minute') ?? 50,
    egress: readEgress(context, fields, calls, server),
    kept: readKept(context, fields),
    adminEnabled: admin.boolean('enabled') ?? true,
    publicUrl: readPublicUrl(context, fields),
  })
}

/** PROXY_BASE_URL is LiteLLM's name for it. */
function readPublicUrl({ environment, diagnostics }: Context, fields: Fields<'switchyard_settings'>): string | undefined {
  const node = fields.node('public_url')
  const written = fields.text('public_url') ?? environment.get('PROXY_BASE_URL')
  const url = written === undefined || written === '' ? null : URL.parse(written)
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search + url.hash === '')
    return url.href.replace(/\/+$/, '')
  if (node !== undefined)
    diagnostics.error(positionOf(node), {
      path: fields.pathOf('public_url'),
      message: 'expected an address with http:// or https://',
      hint: 'write public_url: https://gateway.example.com',
    })
  return undefined
}

function readKeyPepper({ environment }: Context, fields: Fields<'switchyard_settings'>): Secret | undefined {
  const fromEnvironment = environment.get('SWITCHYARD_KEY_PEPPER')
  return fields.secret('key_pepper', true) ?? (fromEnvironment === undefined ? undefined : new Secret(fromEnvironment))
}

const dayMs = 86_400_000

function readKept(context: Context, own: Fields<'switchyard_settings'>): KeptSettings {
  const files = new Fields(context, 'files', own.node('files'), own.pathOf('files')).warnUnknown()
  const batches = new Fields(context, 'batches', own.node('batches'), own.pathOf('batches')).warnUnknown()
  return {
    maxFileBytes: Math.round((files.number('max_file_mb', { min: 0.001, max: 1_000_000 }) ?? 512) * bytesPerMb),
    maxTotalBytes: Math.round((files.number('max_total_mb', { max: 1_000_000_000 }) ?? 10_240) * bytesPerMb),
    keepMs: Math.round((files.number('keep_days', { min: 0.001, max: 36_500 }) ?? 30) * dayMs),
    batchConcurrency: batches.integer('concurrency', { min: 1, max: 1000 }) ?? 8,
    maxBatchRows: batches.integer('max_rows', { min: 1, max: 10_000_000 }) ?? 50_000,
    batchesByProviders: batches.boolean('by_providers') ?? true,
  }
}

/** The three host settings of LiteLLM stand in general_settings or litellm_settings; both lists count. */
function readEgress(
  context: Context,
  own: Fields<'switchyard_settings'>,
  calls: CallFields,
  server: ServerFields,
): EgressSettings {
  const fields = new Fields(context, 'egress', own.node('egress'), own.pathOf('egress')).warnUnknown()
  const validates = [server.boolean('user_url_validation'), calls.boolean('user_url_validation')]
  return {
    allowPrivate: readAllowPrivate(context, fields, [
      ...(server.texts('provider_url_destination_allowed_hosts') ?? []),
      ...(calls.texts('provider_url_destination_allowed_hosts') ?? []),
    ]),
    validateUserUrls: validates.find((value) => value !== undefined) ?? true,
    userUrlAllowedHosts: [...(server.texts('user_url_allowed_hosts') ?? []), ...(calls.texts('user_url_allowed_hosts') ?? [])],
  }
}

function readAllowPrivate(context: Context, fields: Fields<'egress'>, others: readonly string[]): EgressSettings['allowPrivate'] {
  const node = fields.node('allow_private')
  const path = fields.pathOf('allow_private')
  if (node?.kind === 'map') {
    const message = `expected true, false or a list of hosts, got ${kindOf(node)}`
    context.diagnostics.error(positionOf(node), { path, message, hint: 'write allow_private: [10.0.0.5, ollama.internal]' })
  }
  if (node?.kind === 'scalar' && fields.boolean('allow_private') === true) return { kind: 'all' }
  const hosts = [...(node?.kind === 'list' ? textsOf(context, node, path) : []), ...others]
  return hosts.length === 0 ? { kind: 'none' } : { kind: 'hosts', hosts }
}
