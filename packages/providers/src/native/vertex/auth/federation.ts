import type { ProviderEnv } from '@switchyard/core'
import { fail, isString, objectOf, parseJson, stringOf, type GatewayError, type JsonObject } from '@switchyard/wire'
import { readLocalFile } from '../../../local-file.ts'
import { askText } from './ask.ts'
import { awsSubjectToken } from './aws-subject.ts'

/**
 * The token of another house that a workload identity federation exchanges: from a file (Kubernetes, GitHub) or from a
 * server of the machine (Azure), or signed by a machine of AWS. https://google.aip.dev/auth/4117, 2026-11-22.
 */
export async function subjectToken(source: JsonObject, audience: string, env: ProviderEnv): Promise<string> {
  const file = stringOf(source['file'])
  if (file !== undefined) {
    const text = await readLocalFile(file)
    if (text === undefined) throw unusable('its credential_source names a file that cannot be found')
    return tokenIn(text, source)
  }
  if (source['environment_id'] !== undefined) return awsSubjectToken(source, audience, env)
  const url = stringOf(source['url'])
  if (url !== undefined) return tokenIn(await askText({ url, method: 'GET', headers: headersOf(source) }, env), source)
  throw unusable('its credential_source is neither a file nor a URL, and programs are not run')
}

function tokenIn(text: string, source: JsonObject): string {
  const format = objectOf(source['format'])
  if (format?.['type'] !== 'json') return text.trim()
  const token = objectOf(parseJson(text))?.[stringOf(format['subject_token_field_name']) ?? '']
  if (isString(token)) return token
  throw unusable('its credential_source gave no token in the field that its format names')
}

const headersOf = (source: JsonObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(objectOf(source['headers']) ?? {}).flatMap(([name, value]) =>
      isString(value) ? [[name.toLowerCase(), value]] : [],
    ),
  )

const unusable = (why: string): GatewayError =>
  fail('auth', `The workload identity federation of vertex_credentials cannot be used: ${why}. Give another credential.`)
