import type { Outgoing, Provider, ProviderEnv, Target } from '@switchyard/core'
import { base64Of } from '../base64.ts'
import { readError } from '../aws/errors.ts'
import { awsParams, regionOf } from '../aws/params.ts'
import { knownRegions, regionalHost, signFor, type AwsService } from '../aws/service.ts'

// APIs that answer none of the gateway's operations: their own clients reach them behind `/<id>/`, with the gateway's key.

/** Agents that work on repositories (cursor.com/docs/cloud-agent/api, read 2026-11-22). The key is a user without a password. */
export const cursor: Provider = {
  id: 'cursor',
  name: 'Cursor Cloud Agents',
  keyEnv: ['CURSOR_API_KEY'],
  auth: { kind: 'header', name: 'authorization' },
  baseUrl: 'https://api.cursor.com',
  baseEnv: ['CURSOR_API_BASE'],
  endpoints: {},
  passThrough: {},
  prepare: (outgoing, { key }) => {
    if (key === undefined) return
    outgoing.headers['authorization'] = `Basic ${base64Of(new TextEncoder().encode(`${key.reveal()}:`))}`
  },
}

/** Typed decisions instead of texts (docs.litellm.ai/docs/pass_through/typesafe, read 2026-11-22). */
export const typesafe: Provider = {
  id: 'typesafe',
  name: 'TypeSafe',
  keyEnv: ['TYPESAFE_API_KEY'],
  auth: { kind: 'bearer' },
  baseUrl: 'https://api.typesafe.ai',
  baseEnv: ['TYPESAFE_API_BASE'],
  endpoints: {},
  passThrough: {},
}

/** A server of decisions that everybody runs for themselves (docs.litellm.ai/docs/providers/strands_decider, read 2026-11-22). */
export const strandsDecider: Provider = {
  ...typesafe,
  id: 'strands_decider',
  name: 'Strands Decider',
  keyEnv: ['STRANDS_DECIDER_API_KEY'],
  keyless: true,
  baseUrl: 'http://localhost:8000',
  baseEnv: ['STRANDS_DECIDER_API_BASE'],
}

const transcribeService: AwsService = { name: 'transcribe', hostFor: regionalHost('transcribe') }

/** Stands for "no address was named": every region has a host of its own. */
const anyRegion = `https://${transcribeService.hostFor('us-west-2')}`

/** Jobs over recordings in S3; which operation is asked says the client's header X-Amz-Target (Transcribe API Reference). */
export const awsTranscribe: Provider = {
  id: 'transcribe',
  name: 'AWS Transcribe',
  keyEnv: [],
  auth: { kind: 'prepare' },
  baseUrl: anyRegion,
  baseEnv: [],
  hosts: knownRegions.map(transcribeService.hostFor),
  params: awsParams,
  endpoints: {},
  passThrough: {
    signsBody: true,
    url: (target, path) =>
      (target.baseUrl === anyRegion ? `https://${transcribeService.hostFor(regionOf(target))}` : target.baseUrl) + path,
  },
  prepare: (outgoing: Outgoing, target: Target, env: ProviderEnv) =>
    signFor(transcribeService, outgoing, { target, env, region: regionOf(target) }),
  readError,
}
