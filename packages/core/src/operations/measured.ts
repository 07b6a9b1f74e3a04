import { fail, type JsonObject, type Units, type Usage, type ValueKind } from '@switchyard/wire'
import type { MeasuredShape } from '../contracts.ts'
import type { FormFile } from '../payload.ts'

/** A request, as far as its worst case depends on it. */
export interface CallInputs {
  /** Top-level fields of the body; of a form, its fields. */
  readonly field: (name: string) => unknown
  readonly files: readonly FormFile[]
}

/** A call, as far as its units depend on it. */
export interface Counted extends CallInputs {
  /** In the client's shape; empty where the reply is not JSON. */
  readonly reply: JsonObject
  /** Length of a reply that is not JSON. */
  readonly replyBytes: number
}

/** The most that a call may use, in whatever measure its model is billed. */
export interface Most {
  readonly units?: Units
  readonly inputTokens?: number
  readonly outputTokens?: number
}

export type FieldTypes = Readonly<Record<string, readonly Exclude<ValueKind, 'null'>[]>>

/** `text`: subtitles and the like; `bytes`: passed on while they come. */
export type ReplyKind = 'json' | 'text' | 'bytes'

/** All that is known of one operation besides chat. */
export interface Measured {
  /** What its clients speak. */
  readonly shape: MeasuredShape
  /** The request is a multipart form; `may-be`: its content type says so. */
  readonly isForm: boolean | 'may-be'
  /** The reply says that a job was begun: what it costs is charged at once, and corrected when the job is over. */
  readonly startsJob?: true
  /** Types of the fields that decide what a call does and costs. */
  readonly types: FieldTypes
  /** Without one of these there is nothing to do; a file is looked for where the body is a form. */
  readonly requires: readonly string[]
  /** The model of a request that names none, where the API has one. */
  readonly defaultModel?: string
  /** LiteLLM's name for the field `model`, where it has another one. */
  readonly modelField?: string
  readonly replyKind: (inputs: CallInputs) => ReplyKind
  readonly count: (counted: Counted) => Usage
  readonly most: (inputs: CallInputs) => Most
}

/** Refuses a request that lacks what there would be to do. */
export function requireFields({ requires }: Measured, { field, files }: CallInputs): void {
  const has = (name: string): boolean =>
    (field(name) ?? undefined) !== undefined || files.some((file) => file.field === name || file.field === `${name}[]`)
  const missing = requires.find((name) => !has(name))
  if (missing !== undefined) throw fail('bad_request', `Missing required parameter: "${missing}".`, { param: missing })
}
