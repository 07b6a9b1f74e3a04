/** A TCP or TLS connection, as far as HTTP/1.1 needs one. Runtimes have their own; adapters make them this. */
export interface Socket {
  readonly remoteAddress: string | null
  /** Takes all of it. False: the peer is slow, and `drained` tells when it has caught up. */
  write(bytes: Uint8Array): boolean
  pause(): void
  resume(): void
  /** Closes when what was written is sent. */
  end(): void
  /** Closes at once. */
  destroy(): void
}

/** A connection that was accepted: it ends in order, and never before the client has its answer. */
export interface ServerSocket extends Socket {
  /** How many bytes were written and have not gone. While it is more than 0, `drained` is still to come. */
  readonly unsent: number
  /** Sends what was written, and that nothing follows; what the client still sends is read on. */
  halfClose(): void
}

/** What happens on a connection. After `closed` nothing more does. */
export interface SocketEvents {
  /** The bytes are the receiver's to keep. */
  data(bytes: Uint8Array): void
  drained(): void
  /** The peer sends nothing more; perhaps it still reads. Told only where a connection may be open on one side. */
  ended?(): void
  closed(error: Error | undefined): void
}
