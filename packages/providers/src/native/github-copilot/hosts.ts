/** Copilot's own hosts, by plan, and those of enterprises with data residency. */
export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' && /(^|\.)(githubcopilot\.com|ghe\.com)$/.test(hostname)
}
