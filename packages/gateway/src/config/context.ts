import type { Diagnostics } from './diagnostic.ts'
import { variableOf, type Environment } from './environment.ts'
import { positionOf, type ScalarNode, type YamlNode } from './yaml-node.ts'
import { plainScalar } from './yaml-scalar.ts'

/** What every reader needs beside its node. */
export interface Context {
  /** The main file, for findings about what is not there. */
  readonly file: string
  readonly diagnostics: Diagnostics
  readonly environment: Environment
  /** Names of models that settings mention; they are compared with model_list at the end. */
  readonly modelReferences: ModelReference[]
  /** Answers of the search for similar names: a thousand deployments ask for the same few. */
  readonly similarNames: Map<string, string | undefined>
}

export interface ModelReference {
  readonly name: string
  readonly path: string
  readonly node: YamlNode
}

export const makeContext = (file: string, diagnostics: Diagnostics, environment: Environment): Context => ({
  file,
  diagnostics,
  environment,
  modelReferences: [],
  similarNames: new Map(),
})

/** A scalar after `os.environ/NAME` was looked up. */
export interface Resolved {
  readonly text: string
  readonly value: ScalarNode['value']
  /** The variable that it comes from: then messages name it and not its value. */
  readonly variable?: string
}

/** `undefined` when the variable is not set, which is reported here: once, with its name. */
export function resolveScalar(context: Context, node: ScalarNode, path: string, required = false): Resolved | undefined {
  const variable = typeof node.value === 'string' ? variableOf(node.value) : undefined
  if (variable === undefined) return node
  const text = context.environment.get(variable)
  if (text !== undefined) return { text, value: plainScalar(text), variable }
  const finding = {
    path,
    message: `the environment variable ${variable} is not set`,
    hint: `set ${variable} where the gateway is started, or in environment_variables`,
  }
  if (required) context.diagnostics.error(positionOf(node), finding)
  else context.diagnostics.warn(positionOf(node), finding)
  return undefined
}
