import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fail, type ErrorKind } from '@switchyard/wire'
import type { Deployment } from '../deployment.ts'
import { deploymentOf, seeded, tableOf } from '../test-kit.ts'
import { fallbacksFor, mayFallBack, reachableGroups } from './fallback.ts'
import { Health } from './health.ts'
import { nothingLeft, pickDeployment, type PickOptions } from './pick.ts'
import { ledgerTrouble, retryDelay, type RetryQuestion } from './retry.ts'
import { routerDefaults, type RouterSettings } from './settings.ts'

const named = (modelName: string, over: Partial<Deployment> = {}): Deployment =>
  deploymentOf({ id: modelName, modelName, ...over })

describe('the table of models', () => {
  const table = tableOf(
    [
      named('gpt'),
      named('gpt', { id: 'gpt second', order: -1 }),
      named('openai/*', { model: '*' }),
      named('openai/gpt-*', { model: 'azure-*-eu' }),
      named('*-latest', { model: '*' }),
      named('*', { model: 'any/*' }),
    ],
    new Map([
      ['fast', 'gpt'],
      ['wild', 'openai/x'],
    ]),
  )
  const found = (name: string): readonly string[] | undefined =>
    table.find(name)?.deployments.map((one) => `${one.id} ${one.model}`)

  it('finds the exact name, then an alias of it, cheapest order first', () => {
    assert.deepEqual(found('gpt'), ['gpt second harbour-1', 'gpt harbour-1'])
    assert.equal(table.find('fast'), table.find('gpt'))
    assert.equal(table.find('wild')?.name, 'openai/x')
  })

  it('finds the most specific wildcard and puts in what the star stands for', () => {
    assert.deepEqual(found('openai/gpt-4o'), ['openai/gpt-*:azure-4o-eu azure-4o-eu'])
    assert.deepEqual(found('openai/o3'), ['openai/*:o3 o3'])
    assert.deepEqual(found('claude-latest'), ['*-latest:claude claude'])
    assert.deepEqual(found('whatever'), ['*:any/whatever any/whatever'])
    assert.deepEqual(found('openai/gpt-'), ['openai/gpt-*:azure--eu azure--eu'])
    assert.equal(table.find('openai/o3'), table.find('openai/o3'))
  })

  it('does not let prefix and suffix of a pattern overlap', () => {
    const narrow = tableOf([named('ab*ba', { model: '*' })])
    assert.equal(narrow.find('aba'), undefined)
    assert.equal(narrow.find('abba')?.deployments[0]?.model, '')
  })

  it('takes names that are properties of every object for what they are', () => {
    const plain = tableOf([named('gpt')])
    for (const name of ['__proto__', 'constructor', 'toString', '']) assert.equal(plain.find(name), undefined)
  })

  it('does not remember names without end', () => {
    const long = 'x'.repeat(100_000)
    assert.notEqual(table.find(long), table.find(long))
    for (let i = 0; i < 6000; i++) assert(table.find(`name ${i}`) !== undefined)
  })
})

describe('the pick', () => {
  const options = (over: Partial<PickOptions> = {}): PickOptions => ({
    health: new Health(),
    tried: new Set(),
    hasRoom: () => true,
    random: seeded(3),
    ...over,
  })
  const group = (...deployments: Deployment[]) => ({ name: 'm', deployments })

  it('follows the weights', () => {
    const share = (...over: Partial<Deployment>[]): number[] => {
      const all = group(...over.map((one, index) => deploymentOf({ ...one, id: `${index}` })))
      const counts = over.map(() => 0)
      const same = options()
      for (let i = 0; i < 4000; i++) {
        const at = Number(pickDeployment(all, same)?.id)
        counts[at] = (counts[at] ?? 0) + 1
      }
      return counts.map((count) => Math.round(count / 400))
    }
    assert.deepEqual(share({ weight: 1 }, { weight: 9 }), [1, 9])
    assert.deepEqual(share({ weight: 0 }, { weight: 2 }), [0, 10])
    assert.deepEqual(share({ rpm: 30 }, { rpm: 10 }, {}), [8, 2, 0])
    assert.deepEqual(share({ tpm: 1 }, { tpm: 1 }), [5, 5])
    assert.deepEqual(share({}, {}), [5, 5])
    assert.deepEqual(share({ order: 1 }, { order: 1 }), [5, 5])
  })

  it('takes the lowest order that is usable, and what was not tried', () => {
    const [a, b, c] = [
      deploymentOf({ id: 'a', order: 1 }),
      deploymentOf({ id: 'b', order: 1 }),
      deploymentOf({ id: 'c', order: 2 }),
    ]
    const all = group(a, b, c)
    assert.equal(pickDeployment(all, options({ tried: new Set(['a']) }))?.id, 'b')
    assert.equal(pickDeployment(all, options({ tried: new Set(['a', 'b']) }))?.id, 'c')
    assert.notEqual(pickDeployment(all, options({ tried: new Set(['a', 'b', 'c']) }))?.id, 'c')
    assert.equal(pickDeployment(all, options({ hasRoom: (one) => one.id === 'c' }))?.id, 'c')
    assert.equal(pickDeployment(group(), options()), undefined)
  })

  it('leaves out what is full, cooling or without room', () => {
    const health = new Health()
    const full = deploymentOf({ id: 'full', maxParallel: 1 })
    health.begin('full')
    assert.equal(pickDeployment(group(full), options({ health })), undefined)
    health.finish('full')
    assert.equal(pickDeployment(group(full), options({ health }))?.id, 'full')
    assert.equal(pickDeployment(group(full), options({ hasRoom: () => false })), undefined)
    assert(nothingLeft(group(full), health).facts.retryAfterMs === 1000)
  })
})

describe('health', () => {
  const deployment = deploymentOf()
  const settings: RouterSettings = { ...routerDefaults, cooldownMs: 5000 }
  const clocked = () => {
    const clock = { ms: 0 }
    return { clock, health: new Health(() => clock.ms) }
  }
  const times = (count: number, work: () => void): void => {
    for (let i = 0; i < count; i++) work()
  }

  it('rests a deployment at once for a limit, a bad key or a missing model, unless it is alone', () => {
    for (const kind of ['rate_limited', 'auth', 'not_found'] as const) {
      const { clock, health } = clocked()
      health.failed(deployment, fail(kind, 'x'), settings, true)
      assert(!health.isCooling('one'))
      health.failed(deployment, fail(kind, 'x'), settings, false)
      assert(health.isCooling('one'))
      assert.equal(health.coolsFor(['one']), 5000)
      clock.ms += 5000
      assert(!health.isCooling('one'))
    }
  })

  it('rests one that fails more than half of at least five calls in a minute', () => {
    const { clock, health } = clocked()
    const error = fail('internal', 'x')
    times(4, () => health.failed(deployment, error, settings, false))
    assert(!health.isCooling('one'))
    clock.ms += 60_000
    times(5, () => health.succeeded('one'))
    times(5, () => health.failed(deployment, error, settings, false))
    assert(!health.isCooling('one'))
    health.failed(deployment, error, settings, false)
    assert(health.isCooling('one'))
  })

  it('does not hold a client’s mistakes or its leaving against the deployment', () => {
    const { health } = clocked()
    for (const kind of [
      'bad_request',
      'client_closed',
      'content_filtered',
      'context_length',
      'over_budget',
      'too_large',
    ] as const) {
      times(20, () => health.failed(deployment, fail(kind, 'x'), { ...settings, allowedFails: 0 }, false))
    }
    assert(!health.isCooling('one'))
    times(4, () => health.failed(deployment, fail('internal', 'x'), settings, false))
    assert(!health.isCooling('one'), 'mistakes counted as failures')
  })

  it('follows what the operator allows, by kind first', () => {
    const { health } = clocked()
    const strict = {
      ...settings,
      allowedFails: 2,
      allowedFailsPolicy: { timeout: 0 } satisfies Partial<Record<ErrorKind, number>>,
    }
    times(2, () => health.failed(deployment, fail('internal', 'x'), strict, false))
    assert(!health.isCooling('one'))
    health.failed(deployment, fail('internal', 'x'), strict, true)
    assert(health.isCooling('one'))
    const other = deploymentOf({ id: 'two' })
    health.failed(other, fail('timeout', 'x'), strict, false)
    assert(health.isCooling('two'))
    const off = deploymentOf({ id: 'off' })
    health.failed(off, fail('auth', 'x'), { ...settings, disableCooldowns: true }, false)
    assert(!health.isCooling('off'))
  })

  it('rests as long as the provider asks, but a minute at most', () => {
    const { health } = clocked()
    health.failed(deployment, fail('rate_limited', 'x', { retryAfterMs: 1500 }), settings, false)
    assert.equal(health.coolsFor(['one', 'other']), 0)
    assert.equal(health.coolsFor(['one']), 1500)
    health.failed(deployment, fail('rate_limited', 'x', { retryAfterMs: 3_600_000 }), settings, false)
    assert.equal(health.coolsFor(['one']), 60_000)
    health.failed(deployment, fail('rate_limited', 'x', { retryAfterMs: 100 }), settings, false)
    assert.equal(health.coolsFor(['one']), 60_000)
  })

  it('counts calls in flight, never below none', () => {
    const { health } = clocked()
    health.begin('one')
    health.begin('one')
    health.finish('one')
    assert.equal(health.inFlight('one'), 1)
    times(3, () => health.finish('one'))
    assert.equal(health.inFlight('one'), 0)
  })
})

describe('the wait before a retry', () => {
  const ask = (over: Partial<RetryQuestion> = {}, settings: Partial<RouterSettings> = {}): number | undefined =>
    retryDelay(
      { error: fail('internal', 'x'), group: 'm', attempts: 1, wanted: undefined, othersLeft: false, random: () => 0, ...over },
      { ...routerDefaults, ...settings },
    )

  it('grows, with jitter, up to eight seconds', () => {
    assert.deepEqual(
      [1, 2].map((attempts) => ask({ attempts })),
      [500, 1000],
    )
    assert.deepEqual(
      [5, 6, 7].map((attempts) => ask({ attempts, wanted: 10 })),
      [8000, 8000, 8000],
    )
    assert.equal(ask({ random: () => 1 }), 1250)
    assert.equal(ask({}, { retryAfterMs: 3000 }), 3000)
  })

  it('is none where another deployment is left', () => {
    assert.equal(ask({ othersLeft: true, error: fail('rate_limited', 'x', { retryAfterMs: 9999 }) }), 0)
  })

  it('is what the provider asks for, unless that is more than a minute', () => {
    assert.equal(ask({ error: fail('rate_limited', 'x', { retryAfterMs: 1234 }) }), 1234)
    assert.equal(ask({ error: fail('rate_limited', 'x', { retryAfterMs: 60_001 }) }), undefined)
    assert.equal(ask({ error: fail('rate_limited', 'x', { retryAfterMs: 0 }) }), 500)
  })

  it('ends with the retries: the request’s, the group’s, the kind’s, the default', () => {
    assert.equal(ask({ attempts: 3 }), undefined)
    assert.equal(ask({ wanted: 0 }), undefined)
    const settings = { retryPolicy: { internal: 1 }, groupRetryPolicy: new Map([['m', { internal: 3 }]]) }
    assert.notEqual(ask({ attempts: 3 }, settings), undefined)
    assert.equal(ask({ attempts: 4 }, settings), undefined)
    assert.equal(ask({ attempts: 2, group: 'other' }, settings), undefined)
  })

  it('is not asked for errors that another attempt would repeat', () => {
    for (const kind of [
      'bad_request',
      'over_budget',
      'client_closed',
      'content_filtered',
      'not_found',
      'no_deployment',
    ] as const) {
      assert.equal(ask({ error: fail(kind, 'x'), othersLeft: true }), undefined, kind)
    }
    assert.equal(ask({ error: fail('auth', 'x') }), undefined)
    assert.equal(ask({ error: fail('auth', 'x'), othersLeft: true }), 0)
    assert.equal(ask({ error: ledgerTrouble(new Error('disk')), othersLeft: true }), undefined)
  })
})

describe('fallbacks', () => {
  const settings: RouterSettings = {
    ...routerDefaults,
    fallbacks: new Map([
      ['*', ['any']],
      ['gpt-*', ['gpts']],
      ['gpt-4*', ['fours']],
      ['gpt-4o', ['exact', 'gpt-4o']],
    ]),
    contextFallbacks: new Map([['gpt-4o', ['long']]]),
    policyFallbacks: new Map([['gpt-4o', ['lenient']]]),
    defaultFallbacks: ['last'],
  }
  const next = (group: string, kind: ErrorKind = 'internal', wanted: string[] = []): readonly string[] =>
    fallbacksFor(group, fail(kind, 'x'), settings, wanted)

  it('are those of the exact group, else of the longest pattern, whatever the order they are written in', () => {
    assert.deepEqual(next('gpt-4o'), ['exact'])
    assert.deepEqual(next('gpt-4.1'), ['fours'])
    assert.deepEqual(next('gpt-5'), ['gpts'])
    assert.deepEqual(next('claude'), ['any'])
    assert.deepEqual(fallbacksFor('x', fail('internal', 'x'), { ...routerDefaults, defaultFallbacks: ['last'] }, []), ['last'])
  })

  it('are special for long prompts and refused content, and the client’s come first', () => {
    assert.deepEqual(next('gpt-4o', 'context_length'), ['long'])
    assert.deepEqual(next('gpt-4o', 'content_filtered'), ['lenient'])
    assert.deepEqual(next('gpt-5', 'context_length'), ['gpts'])
    assert.deepEqual(next('gpt-4o', 'internal', ['mine', 'exact', 'gpt-4o']), ['mine', 'exact'])
  })

  it('do not help where the key, the client or the ledger is at fault', () => {
    for (const kind of ['over_budget', 'client_closed', 'too_large'] as const) assert(!mayFallBack(fail(kind, 'x')))
    assert(!mayFallBack(ledgerTrouble(undefined)))
    assert(mayFallBack(fail('no_deployment', 'x')))
  })

  it('are all known before the call, for the reservation', () => {
    assert.deepEqual(reachableGroups('gpt-4o', settings, ['mine']), ['gpt-4o', 'mine', 'exact', 'long', 'lenient', 'any'])
    assert.deepEqual(reachableGroups('m', routerDefaults, []), ['m'])
  })
})
