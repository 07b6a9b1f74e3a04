import type { Outgoing } from '@switchyard/core'
import { fieldValue, findField, isObject, scanObject, splice, stringOf } from '@switchyard/wire'

const field = 'guardrailConfig'

/** Converse has the guardrail in its body; InvokeModel takes it in headers, and refuses a body with it (native-wire facts §3.3, 2026-11-22). */
export function moveGuardrail(outgoing: Outgoing): void {
  const { url, body, headers } = outgoing
  if (body === undefined || !/\/invoke(?:-with-response-stream)?$/.test(url)) return
  const scan = scanObject(body)
  const found = findField(scan, field)
  const config = found === undefined ? undefined : fieldValue(body, found)
  if (!isObject(config)) return
  const [id, version, trace] = [config['guardrailIdentifier'], config['guardrailVersion'], config['trace']].map(stringOf)
  if (id !== undefined) headers['x-amzn-bedrock-guardrailidentifier'] = id
  if (version !== undefined) headers['x-amzn-bedrock-guardrailversion'] = version
  if (trace !== undefined) headers['x-amzn-bedrock-trace'] = trace.toUpperCase()
  outgoing.body = splice(body, scan, [{ do: 'remove', key: field }])
}
