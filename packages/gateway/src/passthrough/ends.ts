/** Does the path end with this one, whose `{…}` are any segments? */
export function ends(plain: string, path: string): boolean {
  if (path === '' || path === '/') return false
  const source = path
    .toLowerCase()
    .replace(/[.*+?^$()|[\]\\{}]/g, '\\$&')
    .replace(/\\\{\w+\\\}/g, '[^/]+')
  return new RegExp(`${source}$`).test(plain)
}
