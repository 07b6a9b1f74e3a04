// Checks the relative links of all Markdown files: the file is there, and so is the heading that a fragment names.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { listedFiles } from './source-files.ts'

const problems: string[] = []
const files = listedFiles('*.md').filter((file) => existsSync(file))
for (const file of files) {
  for (const { target, line } of linksOf(readFileSync(file, 'utf8'))) {
    const [path = '', fragment = ''] = target.split('#')
    const found = path === '' ? file : join(dirname(file), decodeURIComponent(path))
    if (!existsSync(found)) problems.push(`${file}:${line}: there is no ${found}`)
    else if (fragment !== '' && found.endsWith('.md') && !anchorsOf(readFileSync(found, 'utf8')).has(fragment))
      problems.push(`${file}:${line}: ${found} has no heading #${fragment}`)
  }
}
for (const problem of problems) console.log(problem)
console.log(problems.length === 0 ? `links: ok in ${files.length} files` : `links: ${problems.length} lead nowhere`)
process.exit(problems.length === 0 ? 0 : 1)

interface Link {
  readonly target: string
  readonly line: number
}

/** Links to other sites are theirs to keep. */
function linksOf(markdown: string): readonly Link[] {
  const links: Link[] = []
  for (const [index, text] of proseLines(markdown).entries()) {
    for (const [, target = ''] of text.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g))
      if (!/^[a-z][a-z+.-]*:/i.test(target)) links.push({ target, line: index + 1 })
  }
  return links
}

/** The headings' anchors as forges make them: lower case, without punctuation, blanks as hyphens. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = proseLines(markdown).flatMap((text) => /^#{1,6}\s+(.*)$/.exec(text)?.[1] ?? [])
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

/** The lines, those of code blocks emptied. */
function proseLines(markdown: string): readonly string[] {
  let isCode = false
  return markdown.split('\n').map((text) => {
    if (/^\s*(```|~~~)/.test(text)) isCode = !isCode
    return isCode ? '' : text
  })
}
