import { execFileSync } from 'node:child_process'

/** The project's TypeScript sources, generated ones left out, relative to the repository's root. */
export function sourceFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'], {
    encoding: 'utf8',
  })
  return listed.split('\n').filter((file) => file !== '' && !file.includes('/generated/') && !file.endsWith('.d.ts'))
}
