import type { ProviderEnv } from '@switchyard/core'
import { fail } from '@switchyard/wire'
import { readLocalFile } from '../local-file.ts'
import type { AwsCredentials } from './sigv4.ts'

type Settings = Readonly<Record<string, string>>

/** What a profile of the shared files says: keys of its own, or a role to take on with another profile's. */
export interface Profile {
  readonly credentials?: AwsCredentials
  readonly region?: string
  readonly role?: { readonly arn: string; readonly source: string; readonly externalId?: string; readonly sessionName?: string }
}

/** Reads a profile of `~/.aws/credentials` and `~/.aws/config` (AWS SDKs and Tools reference guide, "Shared config and credentials files"). */
export async function readProfile(name: string, env: ProviderEnv): Promise<Profile> {
  const home = env.variable('HOME') ?? env.variable('USERPROFILE') ?? ''
  const [keys, config] = await Promise.all([
    readLocalFile(env.variable('AWS_SHARED_CREDENTIALS_FILE') ?? `${home}/.aws/credentials`),
    readLocalFile(env.variable('AWS_CONFIG_FILE') ?? `${home}/.aws/config`),
  ])
  const settings = {
    ...sectionOf(config ?? '', name === 'default' ? ['default', 'profile default'] : [`profile ${name}`]),
    ...sectionOf(keys ?? '', [name]),
  }
  if (Object.keys(settings).length === 0) {
    throw fail('auth', `There is no AWS profile "${name}" on this machine: add it to ~/.aws/credentials or name another one.`, {
      code: 'missing_provider_key',
    })
  }
  return profileOf(settings)
}

function profileOf(settings: Settings): Profile {
  const { aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: token, region, role_arn: arn } = settings
  const { source_profile: source, external_id: externalId, role_session_name: sessionName } = settings
  const role = { arn: arn ?? '', source: source ?? '', ...(externalId === undefined ? {} : { externalId }) }
  return {
    ...(id === undefined || secret === undefined
      ? {}
      : {
          credentials: { accessKeyId: id, secretAccessKey: secret, ...(token === undefined ? {} : { sessionToken: token }) },
        }),
    ...(region === undefined ? {} : { region }),
    ...(arn === undefined || source === undefined
      ? {}
      : { role: { ...role, ...(sessionName === undefined ? {} : { sessionName }) } }),
  }
}

/** The settings under the first of these headings that the file has. */
function sectionOf(text: string, headings: readonly string[]): Settings {
  const settings: Record<string, string> = {}
  let inside = false
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim()
    const heading = /^\[\s*(.*?)\s*\]/.exec(line)?.[1]
    if (heading !== undefined) inside = headings.includes(heading.replace(/\s+/g, ' '))
    else if (inside && !/^[#;]/.test(line)) {
      const at = line.indexOf('=')
      if (at > 0) settings[line.slice(0, at).trim()] = line.slice(at + 1).trim()
    }
  }
  return settings
}
