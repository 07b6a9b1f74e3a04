import { randomBytes } from 'node:crypto'
import type { SettingStore } from '../store/index.ts'
import { hashKey } from './key-hash.ts'

export class PepperTrouble extends Error {}

export const pepperVariable = 'SWITCHYARD_KEY_PEPPER'

const setting = 'pepper'
/** Stands in the setting's place while the pepper is kept elsewhere: it tells the right one from a wrong one. */
const elsewhere = 'elsewhere:'
const shortest = 16

/**
 * The pepper of all hashes: the operator's own, which the database never sees, or one that is made and kept in the database. Keys
 * that were made under another one would be lost without a word, so a change of it is refused.
 */
export async function settlePepper(settings: SettingStore, given: string | undefined): Promise<string> {
  return given === undefined ? keptPepper(settings) : givenPepper(settings, given)
}

async function keptPepper(settings: SettingStore): Promise<string> {
  const kept = await settings.putIfAbsent(setting, randomBytes(32).toString('hex'))
  if (!kept.startsWith(elsewhere)) return kept
  throw new PepperTrouble(
    `The keys in this database were made under a pepper that is kept elsewhere: set ${pepperVariable} to it.`,
  )
}

async function givenPepper(settings: SettingStore, given: string): Promise<string> {
  if (given.length < shortest) {
    throw new PepperTrouble(`${pepperVariable} is shorter than ${shortest} characters: "openssl rand -hex 32" makes a good one.`)
  }
  const mark = elsewhere + hashKey(given, setting)
  const kept = await settings.putIfAbsent(setting, mark)
  if (kept === mark) return given
  // The pepper that was made here moves out: the keys stay good.
  if (kept === given) await settings.put(setting, mark)
  else {
    throw new PepperTrouble(
      kept.startsWith(elsewhere)
        ? `The keys in this database were made under another ${pepperVariable}. Set it to what it was, or begin with a new data folder.`
        : `The keys in this database were made under the pepper in it. To keep it elsewhere, set ${pepperVariable} to the value of the row "${setting}" of its table settings, which is then emptied; or begin with a new data folder.`,
    )
  }
  return given
}
