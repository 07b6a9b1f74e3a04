/**
 * Bytes, or a generator of them, as a body for Response and fetch. Both runtimes take them (an async generator is the
 * body that survives a client's abort best: measured on Bun 1.4.5, 2026-11-22), which the DOM's types do not say.
 */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
export const bodyInit = (body: Uint8Array | AsyncGenerator<Uint8Array, void, void>): BodyInit => body as unknown as BodyInit
