/** A page of docs/ that is generated from the code. */
export interface Page {
  /** Its name in docs/. */
  readonly file: string
  readonly text: string
}

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

export const code = (text: string): string => `\`${text}\``
