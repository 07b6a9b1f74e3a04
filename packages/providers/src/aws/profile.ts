import type { ProviderEnv } from '@switchyard/core'
import { fail, type GatewayError } from '@switchyard/wire'
import { readLocalFile } from '../local-file.ts'
import type { AwsCredentials } from './sigv4.ts'

type Settings = Readonly<Record<string, string>>

/** A role to take on, and where the credentials to do so come from. */
export interface ProfileRole {
  readonly arn: string
  readonly externalId?: string
  readonly sessionName?: string
  readonly source:
    | { readonly kind: 'profile'; readonly name: string }
    | { readonly kind: 'keys'; readonly credentials: AwsCredentials }
    | { readonly kind: 'token'; readonly file: string }
    | { readonly kind: 'environment' | 'container' | 'instance' }
}

/** What a profile of the shared files says: keys of its own, or a role. */
export type Profile = OwnKeys | { readonly role: ProfileRole }

interface OwnKeys {
  readonly credentials: AwsCredentials
}

/**
 * Reads a profile of `~/.aws/credentials` and `~/.aws/config` (AWS SDKs and Tools reference guide, "Shared config and credentials
 * files"); undefined where it says nothing of credentials.
 */
export async function readProfile(name: string, env: ProviderEnv): Promise<Profile | undefined> {
  const home = env.variable('HOME') ?? env.variable('USERPROFILE') ?? ''
  const [keys, config] = await Promise.all([
    readLocalFile(env.variable('AWS_SHARED_CREDENTIALS_FILE') ?? `${home}/.aws/credentials`),
    readLocalFile(env.variable('AWS_CONFIG_FILE') ?? `${home}/.aws/config`),
  ])
  const settings = {
    ...sectionOf(config ?? '', name === 'default' ? ['default', 'profile default'] : [`profile ${name}`]),
    ...sectionOf(keys ?? '', [name]),
  }
  return roleOf(name, settings) ?? keysOf(name, settings)
}

export const unusable = (message: string): GatewayError => fail('auth', message, { code: 'missing_provider_key' })

/** A role goes before the profile's own keys, which may be what it is taken on with. */
function roleOf(name: string, settings: Settings): Profile | undefined {
  const { role_arn: arn, external_id: externalId, role_session_name: sessionName } = settings
  if (arn === undefined) return undefined
  return {
    role: {
      arn,
      source: sourceOf(name, settings),
      ...(externalId === undefined ? {} : { externalId }),
      ...(sessionName === undefined ? {} : { sessionName }),
    },
  }
}

const machineSources: ReadonlyMap<string | undefined, 'environment' | 'container' | 'instance'> = new Map([
  ['Environment', 'environment'],
  ['EcsContainer', 'container'],
  ['Ec2InstanceMetadata', 'instance'],
])

function sourceOf(name: string, settings: Settings): ProfileRole['source'] {
  const { source_profile: profile, web_identity_token_file: file, credential_source: machine } = settings
  const own = profile === name ? keysOf(name, settings) : undefined
  if (own !== undefined) return { kind: 'keys', credentials: own.credentials }
  if (profile !== undefined) return { kind: 'profile', name: profile }
  if (file !== undefined) return { kind: 'token', file }
  const kind = machineSources.get(machine)
  if (kind !== undefined) return { kind }
  throw unusable(
    `The AWS profile "${name}" has a role and no usable source of credentials for it: give it source_profile, ` +
      'web_identity_token_file, or a credential_source of Environment, EcsContainer or Ec2InstanceMetadata.',
  )
}

function keysOf(name: string, settings: Settings): OwnKeys | undefined {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey, aws_session_token: sessionToken } = settings
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } }
  }
  const instead = 'Give it an access key or a role, or name another profile.'
  if (settings['credential_process'] !== undefined) {
    throw unusable(
      `The AWS profile "${name}" runs a program for its credentials (credential_process), which is not done. ${instead}`,
    )
  }
  if (settings['sso_session'] !== undefined || settings['sso_start_url'] !== undefined) {
    throw unusable(`The AWS profile "${name}" needs a login by single sign-on, which a server cannot do. ${instead}`)
  }
  return undefined
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
