/** A record's own entry: names come from clients and providers, and `constructor` must not find Object's. */
export const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined
