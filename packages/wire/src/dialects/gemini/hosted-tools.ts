import type { Tool } from '../../hub.ts'
import { compact, objectOf, type JsonObject } from '../../json.ts'
import { snakeOf } from './spelling.ts'

const hostedNames = [
  'googleSearch',
  'googleSearchRetrieval',
  'enterpriseWebSearch',
  'urlContext',
  'codeExecution',
  'googleMaps',
  'computerUse',
]
/** Nothing without their settings; other dialects have tools of these names with settings that mean nothing here. */
const configured = ['fileSearch', 'retrieval']

/** A hosted tool of another dialect in Gemini's words; undefined when Google has nothing like it. */
export function hostedNameOf(tool: Tool): string | undefined {
  const { name } = tool
  const is = (own: string): boolean => own === name || snakeOf(own) === name
  const known = hostedNames.find(is) ?? (givenSettings(tool) === undefined ? undefined : configured.find(is))
  if (known !== undefined) return known
  if (name.startsWith('web_search')) return 'googleSearch'
  if (name.startsWith('web_fetch')) return 'urlContext'
  return name.startsWith('code_interpreter') || name.startsWith('code_execution') ? 'codeExecution' : undefined
}

/** The settings of a tool that a client of another dialect wrote in Gemini's words: `{googleMaps: {enableWidget: true}}`. */
const givenSettings = ({ name, extra }: Tool): JsonObject | undefined => objectOf(extra?.fields[name])

/** Where the question is asked from is no setting of the map, as LiteLLM's callers write it, but of the tools together. */
export function hostedSettings(tool: Tool, name: string): JsonObject {
  const given = givenSettings(tool) ?? {}
  if (name === 'computerUse') return computerUse(tool, given)
  if (name !== 'googleMaps') return given
  const { latitude: _, longitude: _longitude, languageCode: _code, ...settings } = given
  return settings
}

/** Which surface is used must be said; a browser is the only one that there is (ai.google.dev/gemini-api/docs/computer-use, 2026-11-22). */
function computerUse({ extra }: Tool, given: JsonObject): JsonObject {
  const { environment, excluded_predefined_functions: excluded } = { ...extra?.fields, ...given }
  const named = environment === undefined || environment === 'browser' ? 'ENVIRONMENT_BROWSER' : environment
  return compact({ excludedPredefinedFunctions: excluded, ...given, environment: named })
}

/** `toolConfig.retrievalConfig`: the place that the map is asked about. */
export function placeOf(tools: readonly Tool[]): JsonObject | undefined {
  const map = tools.find((tool) => tool.hosted === true && hostedNameOf(tool) === 'googleMaps')
  const { latitude, longitude, languageCode } = (map && givenSettings(map)) ?? {}
  if (latitude === undefined && longitude === undefined && languageCode === undefined) return undefined
  const latLng = latitude === undefined && longitude === undefined ? undefined : compact({ latitude, longitude })
  return compact({ latLng, languageCode })
}
