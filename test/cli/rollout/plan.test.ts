import { generateKeyPairSync } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../src/cli/cluster/cluster.ts'
import { forecastConditions, plannedSpec } from '../../../src/cli/rollout/preconditions.ts'
import { forecastOf } from '../../../src/cli/rollout/plan.ts'
import { describeForecast, type RolloutForecast } from '../../../src/cli/rollout/plan-text.ts'
import { progressLine } from '../../../src/cli/rollout/text.ts'
import { viewRollout } from '../../../src/cli/partner-key/view.ts'
import { selectorText } from '../../../src/cli/rollout/tenants.ts'
import { simulateRollout, type Simulation } from '../../../src/cli/rollout/simulation.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import { emptyLedger, ledgerData, readLedger } from '../../../src/partner-key/keys/ledger.ts'
import type { RolloutSpec, RolloutTenant } from '../../../src/tenancy/rollout/course.ts'
import { inspectPublicKey } from '../../../src/token/keys.ts'
import {
  condition,
  keysInRotation,
  rotatingPartnerKey,
  fingerprintOfVersion,
} from '../../builders/partner-key-rotating.ts'
import { pair, RolloutWorld } from '../../scenarios/rollout-world.ts'

const minute = 60_000
const newKey = () =>
  inspectPublicKey(
    generateKeyPairSync('rsa', { modulusLength: 2048 })
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString(),
  )

/** At rest on 1:1. */
function world(spec: Partial<RolloutSpec> = {}): RolloutWorld {
  return new RolloutWorld(spec)
}

function forecast(at: RolloutWorld, wanted = '1:2'): Simulation {
  at.settle()
  const { state, now } = at
  const spec = { ...at.spec, wanted: pair(wanted) }
  return simulateRollout({ spec, state, tenants: [...at.tenants.values()], now })
}

function forecastText(simulation: Simulation): RolloutForecast {
  return {
    key: 'datalens/acme',
    to: '1:2',
    simulation,
    newcomers: { awaited: 0, refused: [] },
    conditions: [],
    yaml: '',
  }
}

/** What `rollout status` shows of a world. */
function statusLine({ state, spec }: RolloutWorld): string {
  const { percent, intervalMs } = spec.batch
  return progressLine(
    viewRollout(
      rotatingPartnerKey({
        pace: { batch: { percent, interval: `${intervalMs}ms` } },
        rollout: { phase: state?.phase ?? 'Paused', admittedPermille: state?.admittedPermille ?? 0 },
      }),
    ),
  )
}

const names = (simulation: Simulation) => simulation.moves.map(({ tenants }) => tenants.join(' '))

describe('a simulated rollout', () => {
  test('goes batch by batch, an interval apart', () => {
    const simulation = forecast(world().addTen())
    expect(names(simulation)).toEqual(['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7', 't8', 't9'])
    expect(simulation.moves.map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 10 }, (_, at) => at * 30_000),
    )
    expect(simulation).toMatchObject({ completes: true, endsAtMs: 9 * 30_000, left: [], from: pair('1:1') })
  })

  test('begins with the canary and soaks', () => {
    const at = world({ canary: { soakMs: 10 * minute, promotion: 'Auto' } }).addTen()
    at.change('t7', { inCanary: true })
    const { moves, endsAtMs } = forecast(at)
    expect(moves[0]).toEqual({ kind: 'canary', atMs: 0, admittedPermille: 0, tenants: ['t7'] })
    expect(moves[1]).toMatchObject({
      kind: 'batch',
      atMs: 10 * minute,
      admittedPermille: 100,
      tenants: ['t0'],
    })
    // The batch of t7, which has moved already, is passed over.
    expect(endsAtMs).toBe(10 * minute + 8 * 30_000)
  })

  test('numbers its batches as the status does when their turn has come', () => {
    const at = world({ batch: { percent: 25, intervalMs: 30_000 } })
    for (const slot of [5, 10, 450, 990]) at.add(`t${slot}`, { slot })
    const simulation = forecast(at)
    expect(simulation.batches).toBe(4)
    expect(simulation.moves.map(({ batch }) => batch)).toEqual([1, 2, 4])
    expect(describeForecast(forecastText(simulation))).toContain('each once, in 3 of 4 batches.')
    at.set({ wanted: pair('1:2') })
    for (const { batch, tenants } of simulation.moves) {
      at.plan()
      expect(statusLine(at)).toContain(`, batch ${batch} of ${simulation.batches}`)
      at.settle()
      const minted = at.minted.slice(-tenants.length)
      expect(minted.toSorted()).toEqual(tenants.map(name => `${name} 1:2`))
      at.now += 30_000
    }
    expect(at.state?.phase).toBe('Complete')
  })

  test('of a rollout that its canary stopped goes on with the canary', () => {
    const at = world({ canary: { soakMs: 0, promotion: 'Auto' } }).addTen()
    at.change('t7', { inCanary: true }).settle()
    at.stuck.add('t7')
    at.set({ wanted: pair('1:2') }).pass(10 * minute)
    expect(at.state?.phase).toBe('Stopped')
    expect(forecast(at).moves[0]).toMatchObject({ kind: 'canary', tenants: ['t7'] })
  })

  test('takes a pause, a promotion and a confirmation as given', () => {
    const at = world({ canary: { soakMs: 0, promotion: 'Manual' } }).addTen()
    at.change('t7', { inCanary: true })
    at.settle()
    at.set({ paused: true, accepted: false })
    expect(forecast(at)).toMatchObject({ completes: true })
  })

  test('leaves out whoever cannot move, and says why', () => {
    const at = world({ batch: { percent: 100, intervalMs: 0 } }).addTen()
    at.settle()
    at.change('t1', { standing: 'suspended' }).change('t2', { ownFault: 'its Secret is not its own' })
    at.change('t3', { notReadySince: at.now - minute }).change('t4', { standing: 'notAllowed' })
    const simulation = forecast(at)
    expect(names(simulation)).toEqual(['t0 t5 t6 t7 t8 t9'])
    expect(simulation.left).toEqual([
      { name: 't1', why: 'suspended' },
      { name: 't2', why: 'its Secret is not its own' },
      { name: 't3', why: 'is not Ready' },
      { name: 't4', why: 'not allowed by spec.tenants' },
    ])
    expect(simulation.completes).toBe(true)
  })

  test('stops where a tenant says that DataLens refused the pair', () => {
    const at = world({ maxFailures: 0 }).addTen()
    at.settle()
    at.change('t2', { rejected: pair('1:2') })
    const simulation = forecast(at)
    expect(simulation.completes).toBe(false)
    expect(names(simulation)).toEqual(['t0', 't1', 't2'])
    expect(simulation.message).toContain('t2 (DataLens refused its token)')
  })

  test('goes on from the middle, and back at once', () => {
    const at = world().addTen()
    at.settle()
      .set({ wanted: pair('1:2') })
      .pass(70_000)
    expect(at.holding('1:2')).toEqual(['t0', 't1', 't2'])
    expect(names(forecast(at))).toEqual(['t3', 't4', 't5', 't6', 't7', 't8', 't9'])
    const back = simulateRollout({
      spec: { ...at.spec, wanted: pair('1:1') },
      state: at.state,
      tenants: [...at.tenants.values()],
      now: at.now,
    })
    expect(back.moves).toEqual([
      { kind: 'all at once', atMs: 0, admittedPermille: 1000, tenants: ['t0', 't1', 't2'] },
    ])
    expect(back.endsAtMs).toBe(0)
  })

  test('of what is there already changes nothing', () => {
    expect(forecast(world().addTen(), '1:1')).toMatchObject({ moves: [], completes: true, endsAtMs: 0 })
    expect(forecast(world())).toMatchObject({ moves: [], completes: true })
  })

  test('comes to what then happens, tenant by tenant and to the millisecond', () => {
    const tenants = fc.array(
      fc.record({ slot: fc.nat(999), inCanary: fc.boolean(), suspended: fc.boolean() }),
      { maxLength: 25 },
    )
    const pace = fc.record({
      percent: fc.integer({ min: 1, max: 100 }),
      intervalMs: fc.constantFrom(0, 30_000),
      soakMs: fc.option(fc.constantFrom(0, 10 * minute), { nil: undefined }),
    })
    fc.assert(
      fc.property(tenants, pace, (list, { percent, intervalMs, soakMs }) => {
        const canary = soakMs === undefined ? undefined : { soakMs, promotion: 'Auto' as const }
        const at = world({ canary, batch: { percent, intervalMs } })
        list.forEach(({ slot, inCanary, suspended }, index) => {
          const standing: RolloutTenant['standing'] = suspended ? 'suspended' : 'counts'
          at.add(`t${index}`, { slot, standing, inCanary: inCanary && canary !== undefined })
        })
        const simulation = forecast(at)
        const started = at.now
        const before = at.minted.length
        at.set({ wanted: pair('1:2') }).settle()
        while (at.state?.phase !== 'Complete') at.pass(at.last?.recheckMs ?? fail())
        expect(
          at.minted
            .slice(before)
            .map(text => text.split(' ')[0] ?? '')
            .toSorted(),
        ).toEqual(simulation.moves.flatMap(move => move.tenants).toSorted())
        expect(at.now - started).toBe(simulation.endsAtMs)
      }),
    )
  })
})

function fail(): never {
  throw new Error('it would wait for ever')
}

test('the picture of a plan', () => {
  const at = world({ canary: { soakMs: 10 * minute, promotion: 'Auto' } })
  at.spec = { ...at.spec, batch: { percent: 50, intervalMs: 30_000 } }
  at.addTen().change('t7', { inCanary: true }).settle().change('t9', { standing: 'suspended' })
  const text = describeForecast({
    key: 'datalens/acme',
    to: '1:2',
    simulation: forecast(at),
    newcomers: { awaited: 1, refused: [{ name: 'stranger', why: 'not allowed by spec.tenants' }] },
    conditions: ['Partner key 2 is new.'],
    yaml: 'spec:\n  keyVersion: 2\n',
  })
  expect(text).toBe(`PartnerKey datalens/acme: 1:1 → 1:2
9 Secrets would change, each once, in a canary and 2 batches.
At the configured pace: 10m30s, and the time that minting takes.

What it needs:
  - Partner key 2 is new.

AFTER     STEP       SLOTS   SECRETS   SUM   TENANTS
at once   canary             1         1     t7
10m       batch 1    50 %    5         6     t0, t1, t2 and 2 more
10m30s    batch 2    100 %   3         9     t5, t6, t8
10m30s    complete                     9

1 keeps the token it has:
  t9: suspended

1 tenant holds no token yet; until this is complete it gets one of 1:1.

1 holds no token, and gets none as it is:
  stranger: not allowed by spec.tenants

The change to commit, in the file of the PartnerKey:

spec:
  keyVersion: 2
`)
})

describe('what a rollout needs', () => {
  const simulation = forecast(world().addTen())
  const wanted = pair('1:2')
  const known = { ledger: emptyLedger, simulation }
  const dataLens = { keyVersion: 1, publicKey: 'PEM' }
  const atRest = { spec: { keyVersion: 1 }, status: { current: '1:1', target: '1:1' } }

  test('without accepts: a warning that it begins at once, unless paused', () => {
    const conditions = forecastConditions(rotatingPartnerKey(atRest), wanted, known)
    expect(conditions.join('\n')).toContain('it begins as soon as the change is there')
    const paused = rotatingPartnerKey({ ...atRest, pace: { paused: true } })
    expect(forecastConditions(paused, wanted, known).join('\n')).toMatch(
      /^.*is new.*\n.*until you resume it\.$/,
    )
  })

  test('to a key that DataLens was free to withdraw: that it may refuse it', () => {
    const keys = keysInRotation.map(key => ({
      ...key,
      released: key.side === 'Partner' && key.version === 2,
    }))
    const told = (wanted: string) =>
      forecastConditions(
        rotatingPartnerKey({ ...atRest, status: { ...atRest.status, keys } }),
        pair(wanted),
        known,
      ).join('\n')
    expect(told('1:2')).toContain('DataLens was free to withdraw partner key 2: if it has')
    expect(told('1:3')).not.toContain('withdraw')
  })

  test('a key that is lost: to be brought back', () => {
    const keys = keysInRotation.map(key => ({ ...key, state: 'Lost' as const }))
    const partnerKey = rotatingPartnerKey({ status: { keys } })
    expect(forecastConditions(partnerKey, wanted, known).filter(text => text.includes('is lost'))).toEqual([
      expect.stringContaining('DataLens’s key 1 is lost'),
      expect.stringContaining('Partner key 2 is lost'),
    ])
  })

  test('what is printed beside no change speaks of none', () => {
    const underWay = rotatingPartnerKey()
    expect(plannedSpec(underWay, wanted, emptyLedger)).toBeUndefined()
    expect(forecastConditions(underWay, wanted, known).join('\n')).not.toContain('below')
  })

  test('without the ledger: that the fingerprint could not be checked', () => {
    const blind = { ...known, ledger: undefined }
    const accepts = [{ keyVersion: 2, fingerprint: fingerprintOfVersion('B') }]
    for (const spec of [{ keyVersion: 1 }, { keyVersion: 1, dataLens: { ...dataLens, accepts } }]) {
      const conditions = forecastConditions(rotatingPartnerKey({ ...atRest, spec }), wanted, blind)
      const unread = conditions.filter(text => text.includes('could not be checked'))
      expect(unread).toEqual([expect.stringContaining('ConfigMap acme-keys')])
    }
  })

  test('with accepts: the entry', () => {
    const accepts = [{ keyVersion: 1, fingerprint: fingerprintOfVersion('A') }]
    const pinned = rotatingPartnerKey({
      ...atRest,
      spec: { keyVersion: 1, dataLens: { ...dataLens, accepts } },
    })
    expect(forecastConditions(pinned, wanted, known).join('\n')).toContain('does not name partner key 2')
    const named = [...accepts, { keyVersion: 2, fingerprint: fingerprintOfVersion('B') }]
    const confirmed = rotatingPartnerKey({
      ...atRest,
      spec: { keyVersion: 1, dataLens: { ...dataLens, accepts: named } },
    })
    expect(forecastConditions(confirmed, wanted, known).join('\n')).not.toContain('accepts')
  })

  test('a brought key, DataLens’s key and a promotion', () => {
    const canary = { selector: {}, soak: '1m', promotion: 'Manual' as const }
    const partnerKey = rotatingPartnerKey({
      ...atRest,
      spec: { keyVersion: 1, dataLens, privateKeySecretRef: { name: 'own', key: 'private.pem' } },
    })
    const manual = {
      ...partnerKey,
      spec: { ...partnerKey.spec, rollout: { ...partnerKey.spec.rollout, canary } },
    }
    const text = forecastConditions(manual, pair('2:2'), known).join('\n')
    expect(text).toContain('copies it from Secret own')
    expect(text).toContain('spec.dataLens.publicKey changes in the same commit')
    expect(text).toContain('spec.rollout.promoted: "2:2"')
    expect(plannedSpec(manual, pair('2:2'), emptyLedger)).toEqual({
      keyVersion: 2,
      dataLens: { keyVersion: 2, publicKey: '<the public key that DataLens sent with version 2>' },
      rollout: { paused: true },
    })
    expect(plannedSpec(manual, pair('1:1'), emptyLedger)).toBeUndefined()
    const theirs = newKey()
    const ledger = readLedger(ledgerData([{ side: 'DataLens', version: 2, ...theirs }]))
    expect(plannedSpec(manual, pair('2:1'), ledger)).toEqual({
      dataLens: { keyVersion: 2, publicKey: theirs.publicPem },
    })
  })
})

test('who may not list namespaces is told so, and shown the rest', async () => {
  const { tenants } = rotatingPartnerKey().spec
  const partnerKey = rotatingPartnerKey({
    spec: { keyVersion: 1, tenants: { ...tenants, namespaces: { from: 'Selector', selector: {} } } },
    status: { target: '1:1' },
    rollout: { phase: 'Complete', admittedPermille: 1000 },
  })
  const tenant = {
    metadata: { name: 't', namespace: 'tenants' },
    spec: { database: 'client_t', partnerKeyRef: { name: 'acme', namespace: 'datalens' }, suspend: false },
    status: { token: { pair: '1:1' } },
  }
  const forbidden = async (): Promise<never> => {
    throw new KubeError('forbidden', 'no')
  }
  const cluster = {
    tenants: { list: async () => [tenant] },
    namespaces: { list: forbidden },
    configMaps: { get: forbidden },
  } as unknown as Cluster
  const signal = new AbortController().signal
  const found = await forecastOf(partnerKey, { partner: 2, dataLens: undefined }, { cluster, signal })
  expect(found.simulation.moves.flatMap(move => move.tenants)).toEqual(['tenants/t'])
  expect(found.conditions.join('\n')).toContain('You may not list namespaces')
  expect(found.conditions.join('\n')).toContain('You may not read the ledger')
  expect(found.yaml).toContain('paused: true')
})

test('who holds no token gets one, unless something refuses it', async () => {
  const tenants = { namespaces: { from: 'All' as const }, databases: ['client_*'] }
  const partnerKey = rotatingPartnerKey({
    spec: { keyVersion: 1, tenants: { ...tenants, allowDrop: false, assignments: [] } },
    status: { target: '1:1' },
    rollout: { phase: 'Complete', admittedPermille: 1000 },
  })
  const newcomer = (name: string, reason?: string, spec: object = {}) => ({
    metadata: { name, namespace: 'tenants' },
    spec: {
      database: `client_${name}`,
      partnerKeyRef: { name: 'acme', namespace: 'datalens' },
      suspend: false,
      ...spec,
    },
    ...(reason === undefined ? {} : { status: { conditions: [condition('Ready', 'False', reason, '')] } }),
  })
  const listed = [
    newcomer('fresh'),
    newcomer('early', 'AwaitingKey'),
    newcomer('behind', 'ConnectionNotReady'),
    newcomer('foreign', undefined, { database: 'other' }),
    newcomer('namesake', 'DatabaseOwnedElsewhere'),
    newcomer('idle', undefined, { suspend: true }),
    newcomer('empty', 'DatabaseLost'),
    newcomer('quota', 'SecretRefused'),
  ]
  const cluster = {
    tenants: { list: async () => listed },
    configMaps: { get: async () => undefined },
  } as unknown as Cluster
  const signal = new AbortController().signal
  const found = await forecastOf(partnerKey, { partner: 2, dataLens: undefined }, { cluster, signal })
  expect(found.newcomers).toEqual({
    awaited: 3,
    refused: [
      { name: 'tenants/empty', why: 'DatabaseLost' },
      { name: 'tenants/foreign', why: 'not allowed by spec.tenants' },
      { name: 'tenants/idle', why: 'suspended' },
      { name: 'tenants/namesake', why: 'its database is not its own' },
      { name: 'tenants/quota', why: 'its namespace refuses the Secret' },
    ],
  })
  expect(describeForecast(found)).toContain(
    '3 tenants hold no token yet; until this is complete they get one',
  )
  expect(describeForecast(found)).toContain('5 hold no token, and get none as they are:')
})

test('a selector as the API server takes it', () => {
  expect(
    selectorText({
      matchLabels: { tier: 'internal' },
      matchExpressions: [
        { key: 'a', operator: 'In', values: ['x', 'y'] },
        { key: 'b', operator: 'NotIn', values: ['z'] },
        { key: 'c', operator: 'Exists' },
        { key: 'd', operator: 'DoesNotExist' },
      ],
    }),
  ).toBe('tier=internal,a in (x,y),b notin (z),c,!d')
  expect(selectorText({})).toBe('')
})
