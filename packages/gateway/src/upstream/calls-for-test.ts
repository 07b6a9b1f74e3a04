import { socketTransport } from './socket-transport.ts'

// Calls the URLs that it was started with, and prints what became of each: started by outside.fixture.ts.
for (const url of process.argv.slice(2)) {
  const { signal } = new AbortController()
  const outgoing = { url, method: 'POST', headers: { authorization: 'Bearer secret' }, body: new Uint8Array(3) } as const
  const said = await socketTransport.send(outgoing, { signal, connectTimeoutMs: 3000 }).then(
    ({ status }) => status,
    (error: unknown) => `refused: ${String(error)}`,
  )
  process.stdout.write(`${JSON.stringify(said)}\n`)
}
process.exit()
