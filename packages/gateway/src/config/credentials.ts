import type { Context } from './context.ts'
import type { CredentialConfig } from './config.ts'
import { defined } from './defined.ts'
import { Fields } from './fields.ts'
import { plainObjectOf } from './plain-object.ts'
import { readProviderParams } from './provider-params.ts'
import { kindOf, positionOf, type ListNode, type YamlNode } from './yaml-node.ts'

/** credential_list, by name. */
export function readCredentials(context: Context, list: ListNode | undefined): ReadonlyMap<string, CredentialConfig> {
  const credentials = new Map<string, CredentialConfig>()
  for (const { node, index } of list?.items ?? []) {
    const path = `credential_list[${index}]`
    const credential = readCredential(context, node, path)
    if (credential === undefined) continue
    const first = credentials.get(credential.name)
    if (first === undefined) credentials.set(credential.name, credential)
    else {
      const message = `the credential ${credential.name} is also at ${first.origin.file}:${first.origin.line}`
      context.diagnostics.error(positionOf(node), { path: `${path}.credential_name`, message, hint: 'give each its own name' })
    }
  }
  return credentials
}

function readCredential(context: Context, node: YamlNode, path: string): CredentialConfig | undefined {
  if (node.kind !== 'map') {
    const hint = 'write - credential_name: … with credential_values below it'
    context.diagnostics.error(positionOf(node), { path, message: `expected a mapping, got ${kindOf(node)}`, hint })
    return undefined
  }
  const fields = new Fields(context, 'credential', node, path).warnUnknown()
  const name = fields.text('credential_name', true)
  const valuesNode = fields.map('credential_values')
  const values = readProviderParams(context, valuesNode?.entries.values() ?? [], fields.pathOf('credential_values'))
  const info = plainObjectOf(context, fields.map('credential_info'), fields.pathOf('credential_info'))
  for (const key of ['credential_name', 'credential_values'] as const)
    if (fields.node(key) === undefined)
      context.diagnostics.error(positionOf(node), { path: fields.pathOf(key), message: 'is missing', hint: `write ${key}: …` })
  if (name === undefined) return undefined
  const { file, line } = positionOf(node)
  const provider = typeof info.custom_llm_provider === 'string' ? info.custom_llm_provider : undefined
  return defined({ name, provider, values, info, origin: { file, line } })
}
