import type { Quirk, Target } from '@switchyard/core'
import type { JsonObject } from '@switchyard/wire'
import { ociParam, requiredParam } from './credentials.ts'

const isEndpoint = (model: string): boolean => model.startsWith('ocid1.generativeaiendpoint.')

/** Shared models go by their name, an endpoint of a dedicated cluster by its OCID. */
function servingMode(target: Target): JsonObject {
  const endpoint = ociParam(target, 'endpoint_id') ?? (isEndpoint(target.model) ? target.model : undefined)
  const isDedicated = endpoint !== undefined || ociParam(target, 'serving_mode')?.toUpperCase() === 'DEDICATED'
  return isDedicated
    ? { servingType: 'DEDICATED', endpointId: endpoint ?? target.model }
    : { servingType: 'ON_DEMAND', modelId: target.model }
}

/** What every request says beside what is asked: who pays, and what serves. */
export const envelopeOf = (target: Target): JsonObject => ({
  compartmentId: requiredParam(target, 'compartment_id'),
  servingMode: servingMode(target),
})

/** Puts the chat's body into it. */
export const enveloped = (target: Target): Quirk => ({
  do: 'edit',
  name: 'oci-envelope',
  edit: (chatRequest) => ({ ...envelopeOf(target), chatRequest }),
})
