import type { RequestHeaders } from './listener.ts'

/** Where the client reached this gateway, through whatever stands in front of it: for URLs that it is to ask next. */
export function publicOrigin(headers: RequestHeaders): string {
  const protocol = headers.get('x-forwarded-proto') === 'https' ? 'https' : 'http'
  return `${protocol}://${headers.get('x-forwarded-host') ?? headers.get('host') ?? 'localhost'}`
}
