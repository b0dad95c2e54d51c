import { describe, expect, test } from 'vitest'
import { findCondition, readySays } from '../../src/api/conditions.ts'
import { readyCondition } from '../builders/conditions.ts'
import type { ClickHouseConnection } from '../../src/api/clickhouse-connection.ts'
import type { PartnerKeyConditionType } from '../../src/api/status/partner-key.ts'
import type { PartnerKeyStatus } from '../../src/api/partner-key.ts'
import type { KeySecretView } from '../../src/partner-key/keys/key-secret.ts'
import type { Observed } from '../../src/partner-key/observed.ts'
import type { TallyCounts } from '../../src/partner-key/tenants/key-tenants.ts'
import { KubeError, type KubeErrorCode } from '../../src/kube/errors.ts'
import { explainFailure } from '../../src/partner-key/failure.ts'
import { planPartnerKey } from '../../src/partner-key/plan.ts'
import { onlyCountsDiffer } from '../../src/partner-key/rollout/quiet-counts.ts'
import { statusOf } from '../../src/partner-key/status.ts'
import { parsePair } from '../../src/tenancy/pair.ts'
import type { RolloutTenant } from '../../src/tenancy/rollout/course.ts'
import {
  connection,
  dataLensKeys,
  keySecret,
  partnerKey,
  partnerKeys,
  rememberedKeys,
  seen,
  type Difference,
} from '../builders/partner-key-observed.ts'

const [first, second] = partnerKeys
const unready: NonNullable<ClickHouseConnection['status']> = {
  conditions: (connection.status?.conditions ?? []).map(ready => ({ ...ready, status: 'False' as const })),
}
const onlyObserved: typeof unready = {
  conditions: (unready.conditions ?? []).map(ready => ({ ...ready, reason: 'Observing' })),
}
const endpoint = (reachable: boolean) => ({ url: `https://ch-${reachable}.acme.example`, reachable })
const [dataLens, otherDataLens] = dataLensKeys

function told(difference: Difference = {}): PartnerKeyStatus {
  const observed = seen(difference)
  return statusOf(observed, planPartnerKey(observed, undefined), {})
}

/** `True Ready`, or undefined. */
function condition(status: PartnerKeyStatus, type: PartnerKeyConditionType): string | undefined {
  const found = findCondition(status.conditions, type)
  return found === undefined ? undefined : `${found.status} ${found.reason}`
}

function conditions(difference: Difference): Record<string, string | undefined> {
  const status = told(difference)
  return Object.fromEntries((status.conditions ?? []).map(({ type }) => [type, condition(status, type)]))
}

function holder(pair: string, name = 'tenants/a', difference: Partial<RolloutTenant> = {}): RolloutTenant {
  const holds = parsePair(pair)
  if (holds === undefined) throw new Error(pair)
  return {
    name,
    slot: 500,
    inCanary: false,
    holds,
    standing: 'counts',
    rejected: undefined,
    ownFault: undefined,
    otherFault: undefined,
    notReadySince: undefined,
    ...difference,
  }
}

function tally(...tenants: readonly RolloutTenant[]): TallyCounts {
  const tokens = { dataLens: new Map<number, number>(), partner: new Map<number, number>() }
  for (const { holds } of tenants) {
    tokens.dataLens.set(holds.dataLens, (tokens.dataLens.get(holds.dataLens) ?? 0) + 1)
    tokens.partner.set(holds.partner, (tokens.partner.get(holds.partner) ?? 0) + 1)
  }
  return { tenants: tenants.length, tokens, rollout: tenants }
}

const bothVersions: Difference = {
  spec: { keyVersion: 2 },
  ledger: [
    ['Partner', 1, first],
    ['Partner', 2, second],
    ['DataLens', 1, dataLens],
  ],
  secrets: { 1: keySecret(1, first), 2: keySecret(2, second) },
}

/** As the status stood before the version was bumped. */
const settledOn11: PartnerKeyStatus = {
  current: '1:1',
  target: '1:1',
  rollout: { phase: 'Complete', updated: 1, total: 1, failed: 0, skipped: 0, admittedPermille: 1000 },
}

const rollingTo12: Difference = {
  ...bothVersions,
  status: {
    current: '1:1',
    target: '1:2',
    rollout: { phase: 'Rolling', updated: 1, total: 2, failed: 0, skipped: 0, admittedPermille: 500 },
  },
  tally: tally(holder('1:1'), holder('1:2', 'tenants/b', { slot: 100 })),
}

function releasedIn({ keys }: PartnerKeyStatus): readonly string[] | undefined {
  return keys?.filter(({ released }) => released === true).map(({ side, version }) => `${side} ${version}`)
}

const brokenSecret: KeySecretView = { kind: 'broken', name: 'acme-partner-v1', message: 'It is empty.' }

const damagedLedger: Observed['ledgerMap'] = {
  object: { metadata: { namespace: 'datalens', name: 'acme-keys' }, data: { 'partner.v1': 'nonsense' } },
  tidy: true,
}

const withoutEndpoint: ClickHouseConnection = {
  ...connection,
  status: {
    conditions: [
      ...(connection.status?.conditions ?? []),
      { ...readyCondition, type: 'Reachable', status: 'False', reason: 'PartlyReachable' },
    ],
  },
}

describe('conditions', () => {
  test('before DataLens has answered: ready for the hand-over, and waiting for nobody but a person', () => {
    const difference: Difference = { spec: withoutDataLens(), ledger: [['Partner', 1, first]] }
    expect(conditions(difference)).toEqual({
      Ready: 'True HandoverReady',
      Minting: 'False AwaitingDataLens',
      RolledOut: 'False AwaitingDataLens',
    })
    expect(told(difference).rollout?.phase).toBe('AwaitingDataLens')
  })

  test('with both keys: everything is there', () => {
    expect(conditions({})).toEqual({
      Ready: 'True Ready',
      Minting: 'True Minting',
      RolledOut: 'True RolledOut',
    })
    expect(told()).toMatchObject({ current: '1:1', target: '1:1' })
  })

  test('with a target that DataLens has not confirmed: waiting, minting goes on with the former pair', () => {
    const accepts = [{ keyVersion: 1, fingerprint: first.fingerprint }]
    const spec = { keyVersion: 2, dataLens: { keyVersion: 1, publicKey: dataLens.publicPem, accepts } }
    const difference: Difference = {
      ...bothVersions,
      spec,
      status: settledOn11,
      tally: tally(holder('1:1')),
    }
    expect(conditions(difference)).toEqual({
      Ready: 'True Ready',
      Minting: 'True Minting',
      RolledOut: 'False AwaitingDataLens',
    })
    const status = told(difference)
    expect(status.rollout?.phase).toBe('AwaitingDataLens')
    expect(status.keys?.map(({ side, version, state }) => `${side} ${version} ${state}`)).toEqual([
      'DataLens 1 Active',
      'Partner 1 Active',
      'Partner 2 Staged',
    ])
  })

  test('paused: the new key is staged, and waits for a person', () => {
    const rollout = { ...partnerKey().spec.rollout, paused: true }
    const difference: Difference = {
      ...bothVersions,
      spec: { keyVersion: 2, rollout },
      status: settledOn11,
      tally: tally(holder('1:1')),
    }
    expect(conditions(difference)).toMatchObject({ Ready: 'True Ready', RolledOut: 'False Paused' })
    expect(conditions(difference)).not.toHaveProperty('Reconciling')
    expect(told(difference).keys?.at(-1)).toMatchObject({ version: 2, state: 'Staged', tokens: 0 })
  })

  test('rolling: in progress, ready all the same, both keys in use', () => {
    const difference: Difference = { ...bothVersions, status: settledOn11, tally: tally(holder('1:1')) }
    expect(conditions(difference)).toMatchObject({
      Ready: 'True Ready',
      RolledOut: 'False RollingOut',
      Reconciling: 'True RollingOut',
    })
    expect(told(difference).keys?.filter(({ state }) => state === 'Active')).toHaveLength(3)
  })

  test('stopped: not ready, stalled, and says what to do', () => {
    const status: PartnerKeyStatus = {
      current: '1:1',
      target: '1:2',
      rollout: {
        phase: 'Stopped',
        phaseSince: '2026-01-01T00:00:00Z',
        updated: 0,
        total: 1,
        failed: 2,
        skipped: 0,
        failedTenants: ['tenants/a', 'tenants/b'],
        admittedPermille: 1000,
      },
    }
    const failed = tally(holder('1:1', 'tenants/a'), holder('1:1', 'tenants/b'))
    const answer = told({ ...bothVersions, status, tally: failed })
    expect(condition(answer, 'Ready')).toBe('False RolloutStopped')
    expect(condition(answer, 'Stalled')).toBe('True RolloutStopped')
    expect(findCondition(answer.conditions, 'Ready')?.message).toContain('tenants/a')
  })

  test.each<readonly [string, Difference, Record<string, string>]>([
    [
      'a lost key',
      { secrets: {} },
      {
        Ready: 'False KeyLost',
        Stalled: 'True KeyLost',
        Minting: 'False KeyLost',
        RolledOut: 'False KeyLost',
      },
    ],
    [
      'a reused version: the old key goes on',
      { status: settledOn11, spec: { dataLens: { keyVersion: 1, publicKey: otherDataLens.publicPem } } },
      {
        Ready: 'False KeyVersionReused',
        Stalled: 'True KeyVersionReused',
        Minting: 'True Minting',
        RolledOut: 'True RolledOut',
      },
    ],
    [
      'a lost key, no answer of DataLens, and a target that was edited into none',
      { secrets: {}, spec: withoutDataLens(), status: { ...settledOn11, target: '9999999999:1' } },
      { Ready: 'False KeyLost', RolledOut: 'False KeyLost' },
    ],
    [
      'a bump that waits for its key',
      {
        status: settledOn11,
        spec: { keyVersion: 2 },
        brought: { kind: 'missing', message: 'There is no Secret "byo".' },
      },
      {
        Ready: 'False PrivateKeySecretMissing',
        Reconciling: 'True PrivateKeySecretMissing',
        Minting: 'True Minting',
        RolledOut: 'False PrivateKeySecretMissing',
      },
    ],
    [
      'no connection',
      { connection: undefined },
      {
        Ready: 'False ConnectionNotFound',
        Reconciling: 'True ConnectionNotFound',
        Minting: 'False ConnectionNotFound',
      },
    ],
    [
      'a connection that is not ready',
      { connection: { ...connection, status: {} } },
      { Ready: 'True Ready', Minting: 'False ConnectionNotReady' },
    ],
    [
      'a connection of which an endpoint is away: tokens are made once it is back',
      { connection: withoutEndpoint },
      { Ready: 'True Ready', Minting: 'True Minting' },
    ],
    [
      'a suspended connection',
      { connection: { ...connection, spec: { ...connection.spec, suspend: true } } },
      { Ready: 'True Ready', Minting: 'False Suspended' },
    ],
    [
      'a connection without a reader, as it is only observed',
      { connection: { ...connection, status: onlyObserved } },
      { Ready: 'True Ready', Minting: 'False Observing' },
    ],
    [
      'a selector in an operator of some namespaces',
      {
        knowsNamespaces: false,
        spec: {
          tenants: {
            namespaces: { from: 'Selector', selector: { matchLabels: { a: 'b' } } },
            databases: ['*'],
            allowDrop: false,
            assignments: [],
          },
        },
      },
      { Ready: 'False SelectorNotSupported', Stalled: 'True SelectorNotSupported' },
    ],
    [
      'a hand-over ConfigMap that is somebody else’s',
      { handoverMap: { object: undefined, foreign: 'it does not have our label', tidy: false } },
      { Ready: 'False SecretConflict', Stalled: 'True SecretConflict' },
    ],
  ])('%s', (_what, difference, expected) => {
    expect(conditions(difference)).toMatchObject(expected)
  })

  test('promises no token before every endpoint can be worked with', () => {
    expect(findCondition(told().conditions, 'Minting')?.message).toBe('New tenants get tokens of 1:1.')
    expect(findCondition(told({ connection: withoutEndpoint }).conditions, 'Minting')?.message).toMatch(
      /^New tenants get tokens of 1:1, once every endpoint of ClickHouseConnection "default" .*Reachable/,
    )
  })

  test.each([
    ['a lost key', { secrets: {} }],
    ['no connection', { connection: undefined }],
    ['no connection, and keys that are in use', { connection: undefined, status: settledOn11 }],
  ])('says one thing once: Ready has the words, and what tools show, of %s', (_, difference) => {
    const { conditions: all = [] } = told(difference)
    const words = findCondition(all, 'Ready')?.message ?? ''
    const sayingIt = all.filter(({ message }) => message === words).map(({ type }) => type)
    expect(sayingIt).toEqual(['Ready', expect.stringMatching(/^(Stalled|Reconciling)$/)])
    const others = all.filter(({ type, status }) => !sayingIt.includes(type) && status === 'False')
    expect(others.map(({ message }) => message)).toEqual(others.map(() => readySays))
  })

  test('never both Reconciling and Stalled, and every one with the generation', () => {
    for (const difference of [{}, { secrets: {} }, { connection: undefined }, bothVersions]) {
      const status = told(difference)
      const types = (status.conditions ?? []).map(({ type }) => type)
      expect(types.filter(type => type === 'Reconciling' || type === 'Stalled').length).toBeLessThan(2)
      expect(types.slice(0, 3)).toEqual(['Ready', 'Minting', 'RolledOut'])
      expect((status.conditions ?? []).every(({ observedGeneration }) => observedGeneration === 1)).toBe(true)
    }
  })

  test('a failing write leaves a ready key ready, and says so', () => {
    const before = told()
    const observed = seen({ status: before })
    const failure = { reason: 'Progressing', message: 'The API server did not answer.' } as const
    const after = statusOf(observed, planPartnerKey(observed, undefined), { failure })
    expect(condition(after, 'Ready')).toBe('True Ready')
    expect(condition(after, 'Reconciling')).toBe('True Progressing')
    const unready = statusOf(seen(), planPartnerKey(seen(), undefined), { failure })
    expect(condition(unready, 'Ready')).toBe('False Progressing')
  })

  test('a key of the spec that cannot be written is not at hand, and no rollout to it is done', () => {
    const status = { ...settledOn11, conditions: [readyCondition] }
    const observed = seen({ status, spec: { keyVersion: 2 }, tally: tally(holder('1:1')) })
    const failure = { reason: 'WriteRefused', message: 'A quota is full.' } as const
    const after = statusOf(observed, planPartnerKey(observed, undefined), { failure })
    expect(condition(after, 'Ready')).toBe('False WriteRefused')
    expect(condition(after, 'Reconciling')).toBe('True WriteRefused')
    expect(condition(after, 'RolledOut')).toBe('False WriteRefused')
    expect(findCondition(after.conditions, 'RolledOut')?.message).toBe('Ready says why.')
    expect(condition(after, 'Minting')).toBe('True Minting')
    const dry = statusOf(
      seen({ status: settledOn11, spec: { keyVersion: 2 }, tally: tally(holder('1:1')), observing: true }),
      planPartnerKey(observed, undefined),
      { observing: ['create a key'] },
    )
    expect(condition(dry, 'RolledOut')).toBe('False Observing')
  })

  test.each<readonly [KubeErrorCode, string]>([
    ['forbidden', 'WriteRefused'],
    ['invalid', 'WriteRefused'],
    ['unavailable', 'Progressing'],
  ])('a write that fails as %s', (code, reason) => {
    const told = explainFailure(new KubeError(code, 'exceeded quota'))
    expect(told.reason).toBe(reason)
    if (reason === 'WriteRefused') expect(told.message).toMatch(/exceeded quota.*right, quota or policy/)
  })

  test('observed only: told what would be done', () => {
    const observed = seen({ ledger: [], secrets: {}, observing: true })
    const status = statusOf(observed, planPartnerKey(observed, undefined), { observing: ['create a key'] })
    expect(findCondition(status.conditions, 'Ready')?.message).toContain('create a key')
  })
})

describe('keys', () => {
  test('are counted from what Secrets hold, and said what a withdrawal would do', () => {
    const status = told({
      ...bothVersions,
      status: { ...settledOn11, current: '1:2', target: '1:2' },
      tally: tally(holder('1:2'), holder('1:1', 'tenants/b', { standing: 'suspended' })),
    })
    expect(status.keys?.map(({ side, version, state, tokens }) => [side, version, state, tokens])).toEqual([
      ['DataLens', 1, 'Active', 2],
      ['Partner', 1, 'Superseded', 1],
      ['Partner', 2, 'Active', 1],
    ])
    expect(findCondition(status.conditions, 'RolledOut')?.message).toContain('partner key 1 in 1')
  })

  test('that nobody holds any more may be withdrawn', () => {
    const status = told({
      ...bothVersions,
      status: { ...settledOn11, current: '1:2', target: '1:2' },
      tally: tally(holder('1:2')),
    })
    const message = findCondition(status.conditions, 'RolledOut')?.message
    expect(message).toContain('may be withdrawn at DataLens: partner key 1')
    expect(message).toContain('tokens shown earlier and not yet pasted stop working')
  })

  test.each<readonly [string, Difference, string]>([
    ['the key that tokens have is lost', { status: settledOn11, secrets: {} }, 'Partner 1 Lost'],
    ['its Secret was emptied', { status: settledOn11, secrets: { 1: brokenSecret } }, 'Partner 1 Lost'],
    [
      'its Secret holds another key',
      { status: settledOn11, secrets: { 1: keySecret(1, second) } },
      'Partner 1 Lost',
    ],
    [
      'the key that tokens still have in mid-course is lost',
      { ...rollingTo12, secrets: { 2: keySecret(2, second) } },
      'Partner 1 Lost, Partner 2 Active',
    ],
    [
      'the key that tokens are to get is lost',
      { ...rollingTo12, secrets: { 1: keySecret(1, first) } },
      'Partner 1 Active, Partner 2 Lost',
    ],
    [
      'a key is lost before anybody has a token of it',
      { ...bothVersions, status: settledOn11, secrets: { 1: keySecret(1, first) } },
      'Partner 1 Active, Partner 2 Lost',
    ],
    [
      'a key that nobody needs any more was deleted',
      {
        ...bothVersions,
        status: { ...settledOn11, current: '1:2', target: '1:2' },
        secrets: { 2: keySecret(2, second) },
      },
      'Partner 1 Superseded, Partner 2 Active',
    ],
    [
      'its entry in the ledger cannot be read',
      {
        status: { ...settledOn11, ...rememberedKeys([['Partner', 1, first]]) },
        ledgerMap: damagedLedger,
      },
      'Partner 1 Lost',
    ],
  ])('of which %s are told as they are', (_what, difference, expected) => {
    const states = told(difference)
      .keys?.filter(({ side }) => side === 'Partner')
      .map(({ side, version, state }) => `${side} ${version} ${state}`)
    expect(states?.join(', ')).toBe(expected)
  })

  test('that are lost are told with the command that brings them back', () => {
    const command = 'lenskeeper key import acme -n datalens --key-version 1 --file FILE'
    const message = (difference: Difference, type: PartnerKeyConditionType) =>
      findCondition(told(difference).conditions, type)?.message
    expect(message({ status: settledOn11, secrets: {} }, 'Ready')).toContain(command)
    const midCourse = { ...rollingTo12, secrets: { 2: keySecret(2, second) } }
    expect(message(midCourse, 'Ready')).toBe('The keys of the spec are at hand.')
    expect(message(midCourse, 'Minting')).toContain(command)
  })

  test('that DataLens was free to withdraw are warned of from the first look at a way back to its end', () => {
    const atRest = told({
      ...bothVersions,
      status: { ...settledOn11, current: '1:2', target: '1:2' },
      tally: tally(holder('1:2')),
    })
    expect(releasedIn(atRest)).toEqual(['Partner 1'])
    const back = (status: PartnerKeyStatus, holds: string, spec: Difference['spec'] = {}) =>
      told({ ...bothVersions, spec: { keyVersion: 1, ...spec }, status, tally: tally(holder(holds)) })
    const { rollout } = partnerKey().spec
    const paused = back(atRest, '1:2', { rollout: { ...rollout, paused: true } })
    const rolling = back(paused, '1:2')
    for (const status of [paused, rolling]) {
      const warning = 'DataLens was free to withdraw partner key 1: if it has, it refuses tokens of 1:1.'
      expect(status.rollout?.message?.split(warning)).toHaveLength(2)
      expect(findCondition(status.conditions, 'RolledOut')?.message).toContain(warning)
      expect(releasedIn(status)).toEqual(['Partner 1'])
    }
    const over = back(rolling, '1:1')
    expect(over).toMatchObject({ current: '1:1', rollout: { phase: 'Complete' } })
    expect(over.rollout?.message).not.toContain('free to withdraw')
    expect(releasedIn(over)).toEqual(['Partner 2'])
  })

  test('that DataLens was never free to withdraw are not warned of', () => {
    const atRest = told({
      ...bothVersions,
      status: { ...settledOn11, current: '1:2', target: '1:2' },
      tally: tally(holder('1:2'), holder('1:1', 'tenants/b', { standing: 'suspended' })),
    })
    const tenants = tally(holder('1:2'), holder('1:1', 'tenants/b'))
    const back = told({ ...bothVersions, spec: { keyVersion: 1 }, status: atRest, tally: tenants })
    expect(releasedIn(back)).toEqual([])
    expect(back.rollout?.message).not.toContain('free to withdraw')
  })

  test('that DataLens was free to withdraw stay so while their own key is lost', () => {
    const released = { ...bothVersions, status: { ...settledOn11, current: '1:2', target: '1:2' } }
    const atRest = told({ ...released, tally: tally(holder('1:2')) })
    const lost = told({
      ...released,
      spec: { keyVersion: 1 },
      status: atRest,
      secrets: { 2: keySecret(2, second) },
      tally: tally(holder('1:2')),
    })
    expect(condition(lost, 'Ready')).toBe('False KeyLost')
    expect(releasedIn(lost)).toEqual(['Partner 1'])
  })

  test('that a lost ledger held are remembered as evidence', () => {
    const status = told({ ledger: [], secrets: {}, status: rememberedKeys([['Partner', 1, first]]) })
    expect(status.keys).toMatchObject([{ side: 'Partner', version: 1, fingerprint: first.fingerprint }])
  })
})

describe('a rollout', () => {
  test('stands still while the keys of its target are in doubt, and keeps what it says', () => {
    const rolling: PartnerKeyStatus = {
      current: '1:1',
      target: '1:2',
      rollout: { phase: 'Rolling', updated: 1, total: 3, failed: 0, skipped: 0, admittedPermille: 300 },
    }
    const tenants = tally(holder('1:2'), holder('1:1', 'tenants/b'), holder('1:1', 'tenants/c'))
    const held = { ...bothVersions, secrets: { 1: keySecret(1, first) }, status: rolling }
    expect(told({ ...held, tally: tenants })).toMatchObject(rolling)
    const fewer = tally(holder('1:2'), holder('1:1', 'tenants/b'))
    expect(told({ ...held, tally: fewer }).rollout).toMatchObject({
      ...rolling.rollout,
      updated: 1,
      total: 2,
      progress: '1/2',
    })
  })

  test.each<readonly [string, Partial<ClickHouseConnection>, boolean]>([
    ['no endpoint answers', { status: { ...unready, endpoints: [endpoint(false), endpoint(false)] } }, true],
    [
      'one of two answers, whatever else is wrong',
      { status: { ...unready, endpoints: [endpoint(true), endpoint(false)] } },
      false,
    ],
    ['nothing is known of it yet', {}, false],
    ['it has no account', { status: unready }, true],
  ])('says what holds it up when %s', (_, change, held) => {
    const rolling: PartnerKeyStatus = {
      current: '1:1',
      target: '1:2',
      rollout: { phase: 'Rolling', updated: 0, total: 1, failed: 0, skipped: 0, admittedPermille: 1000 },
    }
    const { status: _none, ...bare } = connection
    const answer = told({
      ...bothVersions,
      status: rolling,
      tally: tally(holder('1:1', 'tenants/a')),
      connection: { ...bare, ...change },
    })
    expect(answer.rollout?.message?.includes('ClickHouse cannot be used')).toBe(held)
  })

  test('stands still in observe mode, in which nobody can be moved', () => {
    const rolling: PartnerKeyStatus = {
      current: '1:1',
      target: '1:2',
      rollout: { phase: 'Rolling', updated: 1, total: 2, failed: 0, skipped: 0, admittedPermille: 1000 },
    }
    const tenants = tally(holder('1:1', 'tenants/a'), holder('1:2', 'tenants/b'))
    const idle = { ...tenants, rollout: tenants.rollout.map(one => ({ ...one, ownFault: 'only observed' })) }
    const difference = { ...bothVersions, status: rolling, tally: idle }
    expect(told(difference)).toMatchObject({ rollout: { phase: 'Complete' } })
    expect(told({ ...difference, observing: true })).toMatchObject(rolling)
  })

  test('whose status was lost is where most tokens are', () => {
    const status = told({
      ...bothVersions,
      tally: tally(holder('1:1', 'tenants/a'), holder('1:1', 'tenants/b'), holder('1:2', 'tenants/c')),
    })
    expect(status).toMatchObject({ current: '1:1', target: '1:2' })
  })
})

describe('what differs', () => {
  const before = told()

  test('in counts alone is seldom told', () => {
    const after = { ...before, tenants: 5, keys: before.keys?.map(key => ({ ...key, tokens: 9 })) ?? [] }
    expect(onlyCountsDiffer(before, after)).toBe(true)
  })

  test.each<readonly [string, PartnerKeyStatus]>([
    ['a pair', { ...before, current: '1:2' }],
    ['a phase', { ...before, rollout: { ...before.rollout, phase: 'Paused' } as never }],
    ['what is admitted', { ...before, rollout: { ...before.rollout, admittedPermille: 3 } as never }],
    ['a condition', { ...before, conditions: [] }],
    ['a key', { ...before, keys: [] }],
    ['the generation', { ...before, observedGeneration: 2 }],
  ])('in %s is told at once', (_what, after) => {
    expect(onlyCountsDiffer(before, after)).toBe(false)
  })

  test('from nothing is told at once', () => {
    expect(onlyCountsDiffer(undefined, before)).toBe(false)
  })
})

/** `exactOptionalPropertyTypes`: a field that is not there differs from one that is undefined. */
function withoutDataLens(): NonNullable<Difference['spec']> {
  return { dataLens: undefined } as never
}
