// `npm run docs` writes the generated pages of docs/; with --check it only compares them (exit 1 when one is stale).
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { normalize } from 'node:path'
import { capabilityPages } from './docs/capabilities.ts'
import { lossPage } from './docs/loss.ts'
import { providersPage } from './docs/providers.ts'
import { routesPage } from './docs/routes.ts'
import { settingsPage } from './docs/settings.ts'

const check = process.argv.includes('--check')
let stale = 0
for (const { file, text } of [lossPage, providersPage, routesPage, settingsPage, ...(await capabilityPages())]) {
  const target = new URL(`../docs/${file}`, import.meta.url)
  if (existsSync(target) && readFileSync(target, 'utf8') === text) continue
  stale += 1
  if (!check) writeFileSync(target, text)
  console.log(`${normalize(`docs/${file}`)}: ${check ? 'stale; run `npm run docs`' : 'written'}`)
}
if (stale === 0) console.log('docs: up to date')
if (check && stale > 0) process.exitCode = 1
