import { agentKinds } from './agents/index.ts'
import { tallyOf, wordOf, type Check } from './check.ts'
import { libraryKinds } from './libraries.ts'
import { suiteKinds } from './suites.ts'
import { vendorKinds } from './vendors/index.ts'

interface Row {
  readonly client: string
  readonly version: string
  readonly checks: readonly Check[]
}

const rowsOf = (checks: readonly Check[]): readonly Row[] =>
  [...Map.groupBy(checks, ({ client, version }) => `${client} ${version}`).values()].map((group) => ({
    client: group[0]?.client ?? '',
    version: group[0]?.version ?? '',
    checks: group,
  }))

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

function table(checks: readonly Check[], kinds: readonly string[], cell: (of: readonly Check[]) => string): string {
  const head = ['client', 'version', ...kinds]
  const rows = rowsOf(checks).map((row) => [
    row.client,
    row.version,
    ...kinds.map((kind) => cell(row.checks.filter((check) => check.kind === kind))),
  ])
  return [head, head.map(() => '---'), ...rows].map(line).join('\n')
}

const failed = (checks: readonly Check[]): readonly Check[] => checks.filter(({ problem }) => problem !== undefined)

export const problemLines = (checks: readonly Check[]): readonly string[] =>
  failed(checks).map(
    ({ client, version, kind, what, problem }) =>
      `- ${client} (${version}), ${kind}, ${what}: ${problem?.replaceAll(/\s+/g, ' ')}`,
  )

/** What was answered otherwise on purpose, and how often. */
const refusalLines = (checks: readonly Check[]): readonly string[] =>
  [...Map.groupBy(checks, ({ refused }) => refused)].flatMap(([why, group]) =>
    why === undefined ? [] : [`- ${group.length}: ${why}`],
  )

export interface Results {
  readonly libraries: readonly Check[]
  readonly vendors: readonly Check[]
  readonly suites: readonly Check[]
  readonly agents: readonly Check[]
}

/** docs/clients.md */
export function reportOf({ libraries, vendors, suites, agents }: Results): string {
  const problems = problemLines([...libraries, ...vendors, ...suites, ...agents])
  return `# Clients

<!-- Written by npm run test:clients; do not edit. -->

Clients that are not of this repository, run against the gateway with a scripted provider behind it, on ${new Date().toISOString().slice(0, 10)}.
The JavaScript libraries are part of \`npm test\` (tests/clients).

## Libraries

Python. Every check runs against five models, one for each dialect and way that a provider is spoken to (chat completions of a
compatible provider, responses, OpenAI, Anthropic, Gemini), embeddings against two. A number counts the checks that passed.
**tools** is two turns, **errors** the library's own exception classes for 401, 403, an unknown model, and the provider's 400, 429
and 500, **more** what only some have: models, tokens, stored responses, Azure paths, async.

${table(libraries, libraryKinds, tallyOf)}

## The vendors' own client programs

Each with nothing changed but its address and its key, against a fake of its vendor that answers in the form which the vendor
documents and takes the vendor's key alone: through \`/<provider>/…\` (docs/routes.md), and on the gateway's own routes where the
client speaks one of their forms. Names that end in \`_js\` are JavaScript, the others Python. **calls** and **streams** are what
the library made of the reply; **errors** its own exception classes, with status and words, for an unknown key of the gateway's and
for the vendor's 404, 429 and 500; **ledger** the row of a call: its operation, model and tokens, and a price where the catalog has
one; **keys**: no request that the vendor saw held the client's key.

${table(vendors, vendorKinds, tallyOf)}

What a client cannot do, whatever the gateway answers:

- boto3 sends bearer keys by HTTPS alone; by HTTP the gateway's key stands in the place of the access key, or in \`x-litellm-api-key\`
- voyageai reads its vendor's form of a ranking alone, which \`/voyage/v1/rerank\` has and the gateway's \`/v1/rerank\` has not
- google-genai and elevenlabs open WebSockets by TLS alone (tests/e2e/passthrough-sockets.test.ts has their protocols)
- AWS's client for JavaScript speaks HTTP/2 alone unless it is given its own \`NodeHttpHandler\`

## The libraries' own suites

The tests of the API resources that come with the source packages of OpenAI's and Anthropic's Python libraries, those of them that
an endpoint of the gateway answers, pointed at the gateway.

${table(suites, suiteKinds, tallyOf)}

What did not pass was answered otherwise on purpose:

${refusalLines(suites).join('\n')}

## Coding agents

Headless, with a home of their own. Each run is three turns: the fake model calls the agent's shell, then the shell and the agent's
tool for writing a file at once (Codex's is free-form), then it answers. **own** is a model of the agent's own dialect under its
own name: the provider gets the agent's bytes unchanged (SHA-256) and all its beta flags, an unknown one among them. The other
columns are the same run with the model mapped to a provider of another dialect; Gemini gets the signatures of its calls back.
Claude Code speaks to Bedrock and to Vertex AI in those providers' own protocols, which are passed through.

${table(agents, agentKinds, wordOf)}

## Problems

${problems.length === 0 ? 'None.' : problems.join('\n')}
`
}
