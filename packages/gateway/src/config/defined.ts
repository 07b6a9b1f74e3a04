type MaybeKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T]
export type Defined<T> = Omit<T, MaybeKeys<T>> & { [K in MaybeKeys<T>]?: Exclude<T[K], undefined> }

/** A copy without the fields that are `undefined`: what was not said is not there. */
export function defined<T extends object>(fields: T): Defined<T>
export function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
