import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isGatewayError, type JsonObject } from '@switchyard/wire'
import { readKeySettings, withinBounds } from './read-settings.ts'

const now = new Date('2026-11-22T12:00:00Z')
const day = 24 * 3600 * 1000
const read = (body: JsonObject) => readKeySettings(body, now)
const refusedParam = (body: JsonObject): string | undefined => {
  try {
    read(body)
    return undefined
  } catch (error) {
    assert(isGatewayError(error) && error.kind === 'bad_request', String(error))
    return error.facts.param
  }
}

describe('the settings of a key', () => {
  it('are only those that were sent', () => {
    assert.deepEqual(read({}), {})
    assert.deepEqual(read({ key: 'sk-x', spend: 1, config: {} }), {})
    assert.deepEqual(
      read({
        key_alias: 'ci',
        models: ['gpt'],
        aliases: { fast: 'gpt' },
        max_budget: 0.5,
        budget_duration: '30d',
        rpm_limit: 0,
        tpm_limit: 1,
        max_parallel_requests: 2,
        metadata: { a: 1 },
        duration: '1d',
        blocked: true,
        key_type: 'llm_api',
        allowed_routes: ['/chat/completions'],
      }),
      {
        alias: 'ci',
        models: ['gpt'],
        aliases: { fast: 'gpt' },
        maxBudgetNano: 500_000_000,
        budgetDuration: '30d',
        rpmLimit: 0,
        tpmLimit: 1,
        maxParallelRequests: 2,
        metadata: { a: 1 },
        expiresAt: now.getTime() + day,
        blocked: true,
        keyType: 'llm_api',
        allowedRoutes: ['/chat/completions'],
      },
    )
  })

  it('are cleared by null', () => {
    assert.deepEqual(
      read({
        max_budget: null,
        rpm_limit: null,
        models: null,
        aliases: null,
        metadata: null,
        duration: null,
        blocked: null,
        key_alias: null,
      }),
      {
        maxBudgetNano: null,
        rpmLimit: null,
        models: [],
        aliases: {},
        metadata: {},
        expiresAt: null,
        blocked: false,
        alias: null,
      },
    )
  })

  it('of a wrong type, or unknown, are refused by name', () => {
    const wrong: JsonObject = {
      key_alias: '',
      models: 'gpt',
      aliases: { a: 1 },
      max_budget: -1,
      budget_duration: 'often',
      rpm_limit: 1.5,
      tpm_limit: '5',
      blocked: 'yes',
      max_parallel_requests: -1,
      metadata: [],
      permissions: 'x',
      key_type: 'root',
      allowed_routes: [1],
      duration: 30,
      soft_budget: 5,
      max_bugdet: 1,
    }
    for (const [field, value] of Object.entries(wrong)) {
      assert.equal(refusedParam({ [field]: value })?.split('.')[0], field, field)
    }
    assert.equal(refusedParam({ duration: 'soon' }), 'duration')
    assert.equal(refusedParam({ max_budget: 1e300 }), 'max_budget')
    for (const field of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
      assert.equal(refusedParam(JSON.parse(`{"${field}":1}`) as JsonObject), field)
    }
  })

  it('stay within what the operator allows', () => {
    const bounds = { maxBudgetNano: 10, rpmLimit: 5, duration: '1d', rest: {} }
    const latest = now.getTime() + day
    assert.deepEqual(withinBounds({}, bounds, now), { maxBudgetNano: 10, rpmLimit: 5, expiresAt: latest })
    assert.deepEqual(withinBounds({ maxBudgetNano: null, expiresAt: null }, bounds, now), {
      maxBudgetNano: 10,
      rpmLimit: 5,
      expiresAt: latest,
    })
    assert.deepEqual(withinBounds({ maxBudgetNano: 3, rpmLimit: 5, tpmLimit: 9, expiresAt: 1 }, bounds, now), {
      maxBudgetNano: 3,
      rpmLimit: 5,
      tpmLimit: 9,
      expiresAt: 1,
    })
    for (const over of [{ maxBudgetNano: 11 }, { rpmLimit: 6 }, { expiresAt: latest + 1 }]) {
      assert.throws(
        () => withinBounds(over, bounds, now),
        (error) => isGatewayError(error) && error.kind === 'bad_request',
      )
    }
  })
})
