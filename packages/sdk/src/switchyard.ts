import { Client } from './client.ts'
import { everything } from './everything.ts'
import type { Settings } from './home.ts'
import { KeptObjects } from './kept-objects.ts'
import { openRealtime, type RealtimeOptions, type RealtimeSession } from './realtime.ts'

/** An SDK with settings of its own. The package's functions are the methods of one that `configure` sets up. */
export class Switchyard extends Client {
  constructor(settings: Settings = {}) {
    super(settings, everything)
  }

  /** What providers keep: files, batches, videos … */
  get kept(): KeptObjects {
    return new KeptObjects(this.home)
  }

  /** Opens a conversation over a WebSocket, in OpenAI's realtime events. */
  realtime(options: RealtimeOptions): Promise<RealtimeSession> {
    return openRealtime(options, this.home)
  }
}
