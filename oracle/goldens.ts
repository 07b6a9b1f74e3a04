import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject, isString, objectOf, stringOf, type JsonObject } from '@switchyard/wire'

/** One recorded call of the reference, as its README describes it. */
export interface Golden {
  readonly id: string
  readonly provider: string
  readonly operation: string
  readonly input: JsonObject
  readonly env: Readonly<Record<string, string>>
  /** Why the record should not be copied. */
  readonly quirk?: string
  /** The file as it is, for the comparer. */
  readonly json: JsonObject
}

export function readGoldens(directory: string, only: RegExp | undefined): readonly Golden[] {
  const fixtures = new Fixtures(join(directory, 'fixtures'))
  const goldens: Golden[] = []
  const root = join(directory, 'golden')
  for (const folder of readdirSync(root)) {
    for (const file of readdirSync(join(root, folder))) {
      const golden = readGolden(join(root, folder, file), fixtures)
      if (only === undefined || only.test(golden.id)) goldens.push(golden)
    }
  }
  return goldens
}

function readGolden(path: string, fixtures: Fixtures): Golden {
  const json: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (!isObject(json)) throw new TypeError(`${path} is not a JSON object`)
  const { id, provider, operation, reference_quirk: quirk } = json
  if (!isString(id) || !isString(provider) || !isString(operation))
    throw new TypeError(`${path} has no id, provider or operation`)
  const env = Object.entries(objectOf(json['env']) ?? {}).map(([name, value]) => [name, fixtures.text(String(value))] as const)
  const input = Object.entries(objectOf(json['input']) ?? {}).map(([name, value]) => [name, fixtures.resolve(value)] as const)
  return {
    id,
    provider,
    operation,
    input: Object.fromEntries(input),
    env: { ...Object.fromEntries(env), ...switchesOf(json) },
    ...(quirk === undefined ? {} : { quirk: stringOf(quirk) ?? JSON.stringify(quirk) }),
    json,
  }
}

/** The reference's global switches that we have as variables of the environment. */
const switchVariables: Readonly<Record<string, string>> = {
  use_chat_completions_url_for_anthropic_messages: 'LITELLM_USE_CHAT_COMPLETIONS_URL_FOR_ANTHROPIC_MESSAGES',
}

function switchesOf(json: JsonObject): Readonly<Record<string, string>> {
  const switches = Object.entries(objectOf(json['settings']) ?? {})
  return Object.fromEntries(
    switches.flatMap(([name, value]) => {
      const variable = switchVariables[name]
      return variable === undefined ? [] : [[variable, String(value)]]
    }),
  )
}

const fixtureMark = '$fixture:'
const keyMark = '$generate:rsa2048-pkcs8-pem'

class Fixtures {
  readonly #directory: string
  #privateKey: string | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  resolve(value: unknown): unknown {
    return isString(value) ? this.text(value) : value
  }

  text(value: string): string {
    if (!value.startsWith(fixtureMark)) return value
    const text = readFileSync(join(this.#directory, value.slice(fixtureMark.length)), 'utf8')
    return text.includes(keyMark) ? text.replace(keyMark, JSON.stringify(this.#key()).slice(1, -1)) : text
  }

  #key(): string {
    this.#privateKey ??= generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }).privateKey
    return this.#privateKey
  }
}
