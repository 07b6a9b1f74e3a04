interface Files {
  readonly promises: { readFile(path: string, encoding: 'utf8'): Promise<string> }
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

/** Asked at run time: an import would keep bundles for edge runtimes from being built. */
const fileSystem = (): Files | undefined => (typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:fs'))
