import type { Settings } from './home.ts'
import { Switchyard } from './switchyard.ts'

let configured: Switchyard | undefined

/** The SDK whose methods the package's functions are. */
export const current = (): Switchyard => (configured ??= new Switchyard())

/** Settings for the functions of this package. Programs that need several kinds side by side make `new Switchyard(settings)`. */
export function configure(settings: Settings): void {
  configured = new Switchyard(settings)
}
