interface Files {
  readonly promises: {
    readFile(path: string, encoding: 'utf8'): Promise<string>
    writeFile(path: string, text: string, options: { readonly mode: number }): Promise<void>
    rename(from: string, to: string): Promise<void>
  }
}

/** A file of the machine as text, where the runtime has files; undefined where there is no such file. */
export async function readLocalFile(path: string): Promise<string | undefined> {
  const files = fileSystem()
  if (files === undefined) return undefined
  try {
    return await files.promises.readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
    throw error
  }
}

/** Puts a text of secrets in the place of a file that was read: whole or not at all, for its owner alone. */
export async function writeLocalFile(path: string, text: string): Promise<void> {
  const files = fileSystem()
  const beside = `${path}.${crypto.randomUUID()}`
  await files?.promises.writeFile(beside, text, { mode: 0o600 })
  await files?.promises.rename(beside, path)
}

/** Node's and Bun's, where there is one. Declared here, for the package's declarations must stand without Node's types. */
declare const process: { getBuiltinModule?(name: 'node:fs'): Files } | undefined

/** Asked at run time: an import would keep bundles for edge runtimes from being built. */
const fileSystem = (): Files | undefined => (typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:fs'))
