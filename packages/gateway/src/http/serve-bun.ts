/** A listening server. */
export interface Listener {
  readonly port: number
  /** Stops accepting; resolves when every request in flight is answered. */
  stop(): Promise<void>
  /** Closes everything at once. */
  kill(): void
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  /** Several processes share the port (Linux). */
  readonly shared: boolean
  readonly maxBodyBytes: number
  readonly handle: (request: Request, ip: string | null) => Promise<Response>
}

/**
 * The server on Bun: one of the two files that know the runtime. Its parser refuses request smuggling by itself; idle
 * timeouts are off because they would cut silent streams (10 s by default, measured on 1.4.5, 2026-11-22).
 */
export function listen({ host, port, shared, maxBodyBytes, handle }: ListenOptions): Listener {
  const server = Bun.serve({
    hostname: host,
    port,
    reusePort: shared,
    idleTimeout: 0,
    // Above our own limit, so that a body that is too large gets our error in the caller's dialect.
    maxRequestBodySize: maxBodyBytes * 2 + 1024 * 1024,
    fetch: (request, self) => handle(request, self.requestIP(request)?.address ?? null),
  })
  return {
    port: server.port ?? port,
    stop: () => server.stop(),
    kill: () => void server.stop(true),
  }
}
