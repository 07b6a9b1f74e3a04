import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { nearestName } from './nearest-name.ts'
import { settingOf, settingsTable, type Setting } from './settings-table.ts'

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8')

test('every served setting is read somewhere', () => {
  const readers = readdirSync(new URL('.', import.meta.url))
    .filter((file) => !file.includes('test') && file !== 'settings-table.ts')
    .map((file) => read(file))
    .join('\n')
  for (const [section, rows] of Object.entries(settingsTable)) {
    // Names of provider parameters are for the reader of the docs and for typing errors; they travel.
    if (section === 'provider_params') continue
    const settings: readonly (readonly [string, Setting])[] = Object.entries(rows)
    for (const [name, { status }] of settings)
      if (status === 'served') assert.ok(new RegExp(`['.]${name}\\b`).test(readers), `${section}.${name}`)
  }
})

test('a name that objects inherit is no setting', () => {
  assert.equal(settingOf('config', 'constructor'), undefined)
  assert.equal(settingOf('config', 'model_list')?.status, 'served')
})

test('docs/settings.md has every name', () => {
  const docs = read('../../../../docs/settings.md')
  for (const rows of Object.values(settingsTable))
    for (const name of Object.keys(rows)) assert.ok(docs.includes(`| \`${name}\` |`), name)
})

test('the nearest name: typing errors yes, other words no', () => {
  const names = Object.keys(settingsTable.router_settings)
  assert.equal(nearestName('routing_stratgey', names), 'routing_strategy')
  assert.equal(nearestName('num_retrys', names), 'num_retries')
  assert.equal(nearestName('timeuot', names), 'timeout')
  assert.equal(nearestName('colour', names), undefined)
  assert.equal(nearestName('x', names), undefined)
})
