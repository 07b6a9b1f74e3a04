// Checks the table of providers: names, addresses and keys. Exit 1 with one line a fault.
import type { Provider } from '@switchyard/core'
import { providers } from '@switchyard/providers'

const localHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1'])

function nameFaults(all: readonly Provider[]): readonly string[] {
  const seen = new Map<string, string>()
  const faults: string[] = []
  for (const { id, aliases = [] } of all) {
    for (const name of [id, ...aliases]) {
      const other = seen.get(name)
      if (other !== undefined) faults.push(`${id}: the name "${name}" is taken by ${other}`)
      seen.set(name, id)
      if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) faults.push(`${id}: "${name}" cannot stand before a slash`)
    }
  }
  return faults
}

function addressFaults({ id, baseUrl, baseEnv, keyless, endpoints, passThrough, keeps }: Provider): readonly string[] {
  const faults: string[] = []
  if (baseUrl === undefined && baseEnv.length === 0) faults.push(`${id}: neither a base URL nor a variable for one`)
  if (baseUrl !== undefined) {
    const { protocol, hostname } = new URL(baseUrl)
    if (protocol !== 'https:' && !(keyless && localHosts.has(hostname))) faults.push(`${id}: ${baseUrl} is not https`)
    if (baseUrl.endsWith('/')) faults.push(`${id}: ${baseUrl} ends with a slash`)
  }
  const isServing = (passThrough ?? keeps) !== undefined || Object.values(endpoints).some((list) => list.length > 0)
  if (!isServing) faults.push(`${id}: serves nothing`)
  return faults
}

/** A variable that two providers read must mean one host, or one's key would reach the other. */
function keyFaults(all: readonly Provider[]): readonly string[] {
  const owner = new Map<string, Provider>()
  const faults: string[] = []
  for (const provider of all) {
    if (provider.keyEnv.length === 0 && !isCalledWithoutKey(provider)) faults.push(`${provider.id}: no variable for its key`)
    for (const name of provider.keyEnv) {
      const other = owner.get(name) ?? provider
      owner.set(name, other)
      if (!sameHosts(other, provider) && !isShared(name, other, provider))
        faults.push(`${provider.id}: ${name} is ${other.id}'s key`)
    }
  }
  return faults
}

const isCalledWithoutKey = ({ keyless, params = {} }: Provider): boolean =>
  keyless === true || Object.values(params).some(({ insteadOfKey }) => insteadOfKey)

/** One key for two services of one house: AWS made it for both (Bedrock user guide, "Messages API", 2026-11-22). */
const sharedKeys: Readonly<Record<string, readonly string[]>> = { AWS_BEARER_TOKEN_BEDROCK: ['bedrock', 'bedrock_mantle'] }

const isShared = (name: string, ...users: readonly Provider[]): boolean =>
  users.every(({ id }) => sharedKeys[name]?.includes(id) ?? false)

const sameHosts = (a: Provider, b: Provider): boolean =>
  a.baseUrl === b.baseUrl && (a.hosts ?? []).every((host) => host.startsWith('.') || (b.hosts ?? []).includes(host))

const faults: readonly string[] = [...nameFaults(providers), ...providers.flatMap(addressFaults), ...keyFaults(providers)]
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
else console.log(`${providers.length} providers: no fault found`)
