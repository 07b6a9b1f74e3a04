import { execFileSync } from 'node:child_process'

/** The project's TypeScript sources, generated ones left out, relative to the repository's root. */
export function sourceFiles(): readonly string[] {
  return listedFiles('*.ts', '*.tsx').filter((file) => !file.includes('/generated/') && !file.endsWith('.d.ts'))
}

/** The project's own files, those that are not committed yet among them. */
export function listedFiles(...patterns: readonly string[]): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns], {
    encoding: 'utf8',
  })
  return listed.split('\n').filter((file) => file !== '')
}
