import type { Auth, Outgoing, Target } from '@switchyard/core'

/** Keys in the usual header under another word than Bearer: `Token`, `Key`. */
export const keyScheme = (
  word: string,
): { readonly auth: Auth; readonly prepare: (outgoing: Outgoing, target: Target) => void } => ({
  auth: { kind: 'header', name: 'authorization' },
  prepare: (outgoing, { key }) => {
    if (key !== undefined) outgoing.headers['authorization'] = `${word} ${key.reveal()}`
  },
})
