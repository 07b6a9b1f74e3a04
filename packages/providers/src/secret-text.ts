import { Secret, stringOf } from '@switchyard/wire'

/** A credential among a deployment's parameters, as text for the wire. */
export const secretText = (value: unknown): string | undefined => (value instanceof Secret ? value.reveal() : stringOf(value))
