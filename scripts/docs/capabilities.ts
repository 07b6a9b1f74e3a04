// docs/providers/*.md and the gateway's copy: what fixtures prove of every provider.
import type { Row } from '../../tests/capabilities/matrix.ts'
import { matrix } from '../../tests/capabilities/matrix.ts'
import { chatProofs, operationProofs } from '../../tests/capabilities/requests.ts'
import { code, table, type Page } from './page.ts'

const signs = { proven: '✓', refused: '✗', listed: '○', absent: '·', wrong: '', unproven: '' } as const

const features = chatProofs.map(({ feature }) => feature)
const operations = operationProofs.map(({ feature }) => feature)

const signOf = ({ verdicts }: Row, name: string): string => {
  const verdict = verdicts.get(name)
  return verdict === undefined ? '–' : signs[verdict.is]
}

const hasAny = ({ verdicts }: Row, names: readonly string[]): boolean => names.some((name) => verdicts.has(name))

const named = ({ verdicts }: Row, names: readonly string[], is: 'proven' | 'refused' | 'listed'): string =>
  names.filter((name) => verdicts.get(name)?.is === is).join(', ')

const count = (rows: readonly Row[], names: readonly string[], is: string): number =>
  rows.reduce((sum, { verdicts }) => sum + names.filter((name) => verdicts.get(name)?.is === is).length, 0)

const legend = `<!-- Written by scripts/docs/capabilities.ts from tests/capabilities; do not edit. -->

✓ was proved by running it: the request went through the core to the provider's endpoint, held what was asked, and the fixture of
\`fixtures/capabilities\` that answers as the endpoint's protocol says arrived whole. ✗ is refused before anything is sent (with
\`drop_params\` the parameter is left out). ○ is left out, and told in \`x-switchyard-loss\`. ·: the provider's protocol has no word for
it. Nothing: there is no fixture that proves it. –: there is no such endpoint. Replies are synthetic, so a ✓ says what the gateway
carries; what a model can is in the price catalog (\`/model/info\`).`

const chatPage = (rows: readonly Row[]): string => `# Chats by provider

${legend}

${count(rows, features, 'proven')} ✓, ${count(rows, features, 'refused')} ✗, ${count(rows, features, 'listed')} ○. The model is the one that the catalog says can most, or a made-up one.

${table(
  ['provider', 'asked with', ...features],
  rows.map((row) => [code(row.provider.id), code(row.model), ...features.map((name) => signOf(row, name))]),
)}
`

const operationsPage = (rows: readonly Row[]): string => `# Other operations by provider

${legend}

${count(rows, operations, 'proven')} ✓.

${table(
  ['provider', ...operations],
  rows.map((row) => [code(row.provider.id), ...operations.map((name) => signOf(row, name))]),
)}
`

/** Texts instead of lists: a line a provider's property. */
const dataOf = (rows: readonly Row[]): string => {
  const entries = rows.map((row) => [
    row.provider.id,
    {
      chat: named(row, features, 'proven'),
      refused: named(row, features, 'refused'),
      leftOut: named(row, features, 'listed'),
      operations: named(row, operations, 'proven'),
    },
  ])
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
}

export async function capabilityPages(): Promise<readonly Page[]> {
  const rows = await matrix()
  return [
    { file: 'providers/chat.md', text: chatPage(rows.filter((row) => hasAny(row, features))) },
    { file: 'providers/operations.md', text: operationsPage(rows.filter((row) => hasAny(row, operations))) },
    { file: '../packages/gateway/src/llm/generated/provider-capabilities.json', text: dataOf(rows) },
  ]
}
