import { describe, expect, test } from 'vitest'
import { findCondition } from '../../src/api/conditions.ts'
import type { PartnerKey } from '../../src/api/partner-key.ts'
import type { ObservedEndpoint } from '../../src/connector-tenant/access/plan.ts'
import type { Observed } from '../../src/connector-tenant/observed.ts'
import { planTenant, type Plan } from '../../src/connector-tenant/plan.ts'
import { statusOf } from '../../src/connector-tenant/status.ts'
import type { Step } from '../../src/connector-tenant/steps.ts'
import {
  aTenant,
  comment,
  databaseUuid,
  freshUuid,
  missing,
  testRing,
  unreachable,
  type SeenBuilder,
} from '../builders/tenant-observed.ts'

const rolling =
  (over: Partial<NonNullable<NonNullable<PartnerKey['status']>['rollout']>>) => (key: PartnerKey) => ({
    ...key,
    spec: { ...key.spec, keyVersion: 2 },
    status: {
      ...key.status,
      current: '1:1',
      target: '1:2',
      rollout: {
        phase: 'Rolling' as const,
        updated: 0,
        total: 1,
        failed: 0,
        skipped: 0,
        admittedPermille: 1000,
        ...over,
      },
    },
  })

const accepting =
  (keyVersion: number, fingerprint: string) =>
  ({ spec, ...key }: PartnerKey): PartnerKey => ({
    ...key,
    spec: {
      ...spec,
      dataLens: { keyVersion: 1, publicKey: 'not read here', accepts: [{ keyVersion, fingerprint }] },
    },
  })

const byRoleToo = (end: ObservedEndpoint): ObservedEndpoint =>
  end.reachable ? { ...end, byRole: true } : end
const roleOnly = (end: ObservedEndpoint): ObservedEndpoint =>
  end.reachable ? { ...end, readable: false, byRole: true } : end

const shut = (end: ObservedEndpoint): ObservedEndpoint =>
  end.reachable ? { ...end, granted: false, readable: false, byRole: false } : end

/** Withheld, and told that the token opens the database all the same. */
const toldThatAccessRemains = (): SeenBuilder => {
  const withheld = aTenant().spec({ access: 'Withheld' })
  const { tenant } = withheld.build()
  const remains = {
    type: 'AccessGranted',
    status: 'False',
    reason: 'AccessRemains',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  } as const
  return withheld.with({ tenant: { ...tenant, status: { conditions: [remains] } } })
}

const partnerFingerprint = (version: number): string => testRing.partner.get(version)?.fingerprint ?? ''

const tenants = (over: Partial<PartnerKey['spec']['tenants']>) => (key: PartnerKey) => ({
  ...key,
  spec: { ...key.spec, tenants: { ...key.spec.tenants, ...over } },
})

const noDataLens = ({
  spec: { dataLens: _dropped, ...spec },
  status: _status,
  ...key
}: PartnerKey): PartnerKey => ({ ...key, spec })

const short = (step: Step): string => {
  switch (step.kind) {
    case 'createDatabase':
      return `create@${step.url.slice(-1)}`
    case 'writeMark':
      return `${step.why}@${step.url.slice(-1)}`
    case 'proveDatabase':
      return `prove@${step.url.slice(-1)}`
    case 'grantRead':
    case 'revokeRead':
      return `${step.kind}@${step.urls.map(url => url.slice(-1)).join('')}`
    case 'mintToken':
    case 'createSecret':
    case 'repairSecret':
    case 'deleteSecret':
      return step.kind
    default:
      throw new TypeError(step satisfies never)
  }
}

const ready = (seen: Observed, done?: readonly Step[]) => {
  const plan = planTenant(seen)
  const status = statusOf(seen, plan, { done: done ?? plan.steps })
  const condition = findCondition(status.conditions, 'Ready')
  return `${condition?.status} ${condition?.reason}`
}

const isParked = (plan: Plan): boolean => plan.refusal !== undefined && plan.parked

interface Case {
  readonly seen: SeenBuilder
  readonly steps?: readonly string[]
  readonly outcome?: 'settled' | 'recheck' | 'stalled'
  readonly ready: string
}

const cases: Record<string, Case> = {
  'at rest': { seen: aTenant(), ready: 'True Ready' },
  'new: looks at all, then makes all, the token last': {
    seen: aTenant().fresh(),
    steps: ['create@1', 'create@2', 'grantRead@12', 'mintToken'],
    ready: 'True Ready',
  },
  'new, and one endpoint is down: nothing is made on the other': {
    seen: aTenant().fresh().endpoint(1, unreachable),
    outcome: 'recheck',
    ready: 'False ConnectionNotReady',
  },
  'new, and the operator’s account lacks a right on one endpoint: nothing is tried': {
    seen: aTenant().fresh().notReachable('MissingPrivileges'),
    outcome: 'recheck',
    ready: 'False ConnectionNotReady',
  },
  'served, and the operator’s account lacks a right on one endpoint': {
    seen: aTenant().wasReady().notReachable('MissingPrivileges'),
    ready: 'True Ready',
  },
  'new, and the name is another’s on one endpoint': {
    seen: aTenant()
      .fresh()
      .endpoint(1, comment({ name: 'other' })),
    outcome: 'stalled',
    ready: 'False DatabaseOwnedElsewhere',
  },
  'stopped between the endpoints': {
    seen: aTenant().with({ secret: undefined }).endpoint(1, missing),
    steps: ['create@2', 'prove@1', 'grantRead@2', 'mintToken'],
    ready: 'True Ready',
  },
  'stopped before the token: whose the database is is asked once more': {
    seen: aTenant().with({ secret: undefined }),
    steps: ['prove@1', 'prove@2', 'mintToken'],
    ready: 'True Ready',
  },
  'stopped before the token, and the mark says Drop by mistake: one is written, one is looked at': {
    seen: aTenant()
      .with({ secret: undefined })
      .endpoint(0, comment({ onDelete: 'Drop' })),
    steps: ['updateMark@1', 'prove@2', 'mintToken'],
    ready: 'True Ready',
  },
  'an endpoint comes back empty': {
    seen: aTenant().wasReady().endpoint(1, missing),
    steps: ['create@2', 'grantRead@2'],
    ready: 'True Ready',
  },
  'an endpoint is away: nobody becomes unready': {
    seen: aTenant().wasReady().endpoint(1, unreachable),
    ready: 'True Ready',
  },
  'all endpoints are away: parked': {
    seen: aTenant().wasReady().endpoint(0, unreachable).endpoint(1, unreachable),
    ready: 'True Ready',
  },
  'all endpoints are away, and the spec was changed since it was Ready': {
    seen: aTenant()
      .wasReady()
      .spec({ access: 'Withheld' })
      .metadata({ generation: 2 })
      .endpoint(0, unreachable)
      .endpoint(1, unreachable),
    outcome: 'recheck',
    ready: 'False ConnectionNotReady',
  },
  'the connection was deleted': {
    seen: aTenant().wasReady().with({ connection: undefined, endpoints: [] }),
    outcome: 'recheck',
    ready: 'False ConnectionNotReady',
  },
  'all endpoints are away, and the Secret too': {
    seen: aTenant().wasReady().with({ secret: undefined }).endpoint(0, unreachable).endpoint(1, unreachable),
    outcome: 'recheck',
    ready: 'False ConnectionNotReady',
  },
  'the database is gone from everywhere': {
    seen: aTenant().wasReady().endpoint(0, missing).endpoint(1, missing),
    outcome: 'stalled',
    ready: 'False DatabaseLost',
  },
  'gone from everywhere, and may be made anew': {
    seen: aTenant().wasReady().annotated('recreate', 'client_1').endpoint(0, missing).endpoint(1, missing),
    steps: ['create@1', 'create@2', 'grantRead@12'],
    ready: 'True Ready',
  },
  'a grant was revoked behind our back': {
    seen: aTenant().endpoint(0, seen =>
      seen.reachable ? { ...seen, granted: false, readable: false } : seen,
    ),
    steps: ['grantRead@1'],
    ready: 'True Ready',
  },
  'retired and back in time': {
    seen: aTenant()
      .with({ secret: undefined })
      .endpoint(0, comment({ state: 'retired', retiredAt: 1_760_000_000_000 }))
      .endpoint(1, comment({ state: 'retired', retiredAt: 1_760_000_000_000 })),
    steps: ['revive@1', 'revive@2', 'mintToken'],
    ready: 'True Ready',
  },
  'the policy for leaving changed': {
    seen: aTenant()
      .spec({ deletionPolicy: 'Drop', confirmDrop: 'client_1' })
      .key(tenants({ allowDrop: true })),
    steps: ['updateMark@1', 'updateMark@2'],
    ready: 'True Ready',
  },
  'Drop is not allowed': {
    seen: aTenant().spec({ deletionPolicy: 'Drop', confirmDrop: 'client_1' }),
    outcome: 'stalled',
    ready: 'False DropNotAllowed',
  },
  'Drop is not confirmed, whatever CRD let it through': {
    seen: aTenant()
      .spec({ deletionPolicy: 'Drop' })
      .key(tenants({ allowDrop: true })),
    outcome: 'stalled',
    ready: 'False DropNotAllowed',
  },
  'Drop is no longer allowed: the marks say so before the tenant can go': {
    seen: aTenant()
      .spec({ deletionPolicy: 'Drop', confirmDrop: 'client_1' })
      .endpoint(0, comment({ onDelete: 'Drop' }))
      .endpoint(1, comment({ onDelete: 'Drop' })),
    steps: ['withdrawDrop@1', 'withdrawDrop@2'],
    outcome: 'stalled',
    ready: 'False DropNotAllowed',
  },
  'refused, and back to Retain': {
    seen: aTenant()
      .key(tenants({ namespaces: { from: 'Same' }, allowDrop: true }))
      .endpoint(1, comment({ onDelete: 'Drop' })),
    steps: ['withdrawDrop@2'],
    outcome: 'stalled',
    ready: 'False NamespaceNotAllowed',
  },
  'refused, while the marks of others say Drop': {
    seen: aTenant()
      .key(tenants({ namespaces: { from: 'Same' } }))
      .endpoint(0, comment({ onDelete: 'Drop', name: 'other' }))
      .endpoint(1, comment({ onDelete: 'Drop', installation: 'installation-2' })),
    outcome: 'stalled',
    ready: 'False NamespaceNotAllowed',
  },
  'Drop is no longer allowed, on a suspended connection': {
    seen: aTenant()
      .spec({ deletionPolicy: 'Drop', confirmDrop: 'client_1' })
      .connection({ suspend: true })
      .endpoint(0, comment({ onDelete: 'Drop' })),
    outcome: 'stalled',
    ready: 'False DropNotAllowed',
  },
  'made anew with another database, beside the Secret of before': {
    seen: aTenant().spec({ database: 'client_2' }).endpoint(0, missing).endpoint(1, missing),
    steps: ['create@1', 'create@2', 'grantRead@12', 'mintToken'],
    ready: 'True Ready',
  },
  'made anew with another database, while a replica is down': {
    seen: aTenant().spec({ database: 'client_2' }).endpoint(1, unreachable),
    outcome: 'recheck',
    ready: 'False ConnectionNotReady',
  },
  'made anew with another database, which is there, beside the Secret of before': {
    seen: aTenant().spec({ database: 'client_2' }),
    steps: ['prove@1', 'prove@2', 'mintToken'],
    ready: 'True Ready',
  },
  'access withheld': {
    seen: aTenant().spec({ access: 'Withheld' }),
    steps: ['revokeRead@12'],
    ready: 'True AccessWithheld',
  },
  'access withheld, and nothing but a role opens the database: no REVOKE would take it': {
    seen: aTenant().spec({ access: 'Withheld' }).endpoint(0, roleOnly).endpoint(1, roleOnly),
    ready: 'False AccessRemains',
  },
  'access withheld, and a role opens it on one endpoint, beside grants that a REVOKE takes': {
    seen: aTenant().spec({ access: 'Withheld' }).endpoint(0, byRoleToo),
    steps: ['revokeRead@12'],
    ready: 'False AccessRemains',
  },
  'access withheld, and a role opens it on one endpoint, while the other is away': {
    seen: aTenant().spec({ access: 'Withheld' }).endpoint(0, roleOnly).endpoint(1, unreachable),
    ready: 'False AccessRemains',
  },
  'access withheld, and it remained on an endpoint that is out of sight now': {
    seen: toldThatAccessRemains().endpoint(0, shut).endpoint(1, unreachable),
    ready: 'False AccessRemains',
  },
  'access withheld, and what remained is seen to be taken': {
    seen: toldThatAccessRemains().endpoint(0, shut).endpoint(1, shut),
    ready: 'True AccessWithheld',
  },
  'access granted again, after some remained on an endpoint that is out of sight now': {
    seen: toldThatAccessRemains().spec({ access: 'Granted' }).endpoint(1, unreachable),
    ready: 'True Ready',
  },
  'access granted, and a role opens it besides': {
    seen: aTenant().wasReady().endpoint(0, byRoleToo),
    ready: 'True Ready',
  },
  suspended: { seen: aTenant().wasReady().spec({ suspend: true }).fresh(), ready: 'True Suspended' },
  'suspended before it was ever looked at': {
    seen: aTenant().spec({ suspend: true }).fresh(),
    ready: 'Unknown Suspended',
  },
  'being deleted, held by somebody’s finalizer': {
    seen: aTenant()
      .fresh()
      .metadata({ deletionTimestamp: '2026-01-01T01:00:00Z', finalizers: ['example.com/x'] }),
    ready: 'False Deleting',
  },
  'no PartnerKey yet': {
    seen: aTenant().fresh().with({ partnerKey: undefined, connection: undefined, endpoints: [] }),
    outcome: 'recheck',
    ready: 'False PartnerKeyNotFound',
  },
  'the namespace is not allowed': {
    seen: aTenant()
      .fresh()
      .key(tenants({ namespaces: { from: 'Same' } })),
    outcome: 'stalled',
    ready: 'False NamespaceNotAllowed',
  },
  'not allowed any more: everything stays': {
    seen: aTenant()
      .wasReady()
      .key(tenants({ databases: ['other_*'] })),
    outcome: 'stalled',
    ready: 'False DatabaseNameNotAllowed',
  },
  'a namespace that is not allowed hears nothing of the server': {
    seen: aTenant()
      .key(tenants({ namespaces: { from: 'Same' } }))
      .endpoint(0, comment({ name: 'other' })),
    outcome: 'stalled',
    ready: 'False NamespaceNotAllowed',
  },
  'labels that are not allowed on the Secret': {
    seen: aTenant().with({ shape: { ...aTenant().build().shape, labels: { 'example.com/x': 'y' } } }),
    outcome: 'stalled',
    ready: 'False SecretMetadataNotAllowed',
  },
  'just started, the keys not looked at: nothing is said': {
    seen: aTenant().wasReady().with({ ring: undefined }),
    ready: 'True Ready',
  },
  'just started, the server not looked at: nothing is said': {
    seen: aTenant().wasReady().with({ endpoints: [] }),
    ready: 'True Ready',
  },
  'no connection': {
    seen: aTenant().fresh().with({ connection: undefined }),
    outcome: 'recheck',
    ready: 'False ConnectionNotReady',
  },
  'the connection is suspended': {
    seen: aTenant().fresh().connection({ suspend: true }),
    ready: 'Unknown Suspended',
  },
  'grants are made by others, and this one is there': {
    seen: aTenant().connection({ reader: { user: 'datalens', management: 'External', grants: 'External' } }),
    ready: 'True Ready',
  },
  'DataLens has not answered: the database waits for the token': {
    seen: aTenant().fresh().key(noDataLens),
    steps: ['create@1', 'create@2', 'grantRead@12'],
    outcome: 'recheck',
    ready: 'False AwaitingKey',
  },
  'its turn has come': { seen: aTenant().key(rolling({})), steps: ['mintToken'], ready: 'True Ready' },
  'its turn is still to come': {
    seen: aTenant().key(rolling({ admittedPermille: 0 })),
    ready: 'True Ready',
  },
  'the rollout is paused': {
    seen: aTenant().key(rolling({ phase: 'Paused' })),
    ready: 'True Ready',
  },
  'new in the middle of a rollout': {
    seen: aTenant()
      .fresh()
      .key(rolling({ admittedPermille: 0 })),
    steps: ['create@1', 'create@2', 'grantRead@12', 'mintToken'],
    ready: 'True Ready',
  },
  'its turn has come, and DataLens has confirmed the new key': {
    seen: aTenant()
      .key(rolling({}))
      .key(accepting(2, partnerFingerprint(2))),
    steps: ['mintToken'],
    ready: 'True Ready',
  },
  'its turn has come, but DataLens has confirmed another key as that version': {
    seen: aTenant()
      .key(rolling({}))
      .key(accepting(2, partnerFingerprint(1))),
    ready: 'True Ready',
  },
  'new, and DataLens has confirmed another key as that version': {
    seen: aTenant()
      .fresh()
      .key(accepting(1, partnerFingerprint(2))),
    steps: ['create@1', 'create@2', 'grantRead@12'],
    outcome: 'recheck',
    ready: 'False AwaitingKey',
  },
  'its turn has come while an endpoint is away: its token is renewed all the same': {
    seen: aTenant().wasReady().key(rolling({})).endpoint(1, unreachable),
    steps: ['mintToken'],
    ready: 'True Ready',
  },
  'its turn has come while an endpoint is away, and the other says that it is another’s': {
    seen: aTenant()
      .wasReady()
      .key(rolling({}))
      .endpoint(0, comment({ name: 'other' }))
      .endpoint(1, unreachable),
    outcome: 'stalled',
    ready: 'False DatabaseOwnedElsewhere',
  },
  'its Secret is gone while an endpoint is away: without a token it waits for all': {
    seen: aTenant().wasReady().with({ secret: undefined }).key(rolling({})).endpoint(1, unreachable),
    outcome: 'recheck',
    ready: 'False ConnectionNotReady',
  },
  'rolled back at once': {
    seen: aTenant().holding('1:2'),
    steps: ['mintToken'],
    ready: 'True Ready',
  },
}

describe('what is done for a tenant', () => {
  test.each(Object.entries(cases))('%s', (_, { seen, steps = [], outcome = 'settled', ready: expected }) => {
    const observed = seen.build()
    const plan = planTenant(observed)
    expect(plan.steps.map(short)).toEqual(steps)
    expect(plan.outcome.kind).toBe(outcome)
    const told = isParked(plan) ? findCondition(observed.tenant.status?.conditions, 'Ready') : undefined
    expect(told === undefined ? ready(observed) : `${told.status} ${told.reason}`).toBe(expected)
  })

  test.each(Object.entries(cases))('kstatus holds for: %s', (_, { seen }) => {
    const observed = seen.build()
    const plan = planTenant(observed)
    const { conditions = [] } = statusOf(observed, plan, { done: plan.steps })
    const types = conditions.map(({ type }) => type)
    expect(types).toContain('Ready')
    expect(new Set(types).size).toBe(types.length)
    expect(types.includes('Stalled') && types.includes('Reconciling')).toBe(false)
    for (const { message, status, type } of conditions) {
      expect(message.length > 0 || isParked(plan), `${type} says nothing`).toBe(true)
      if (type === 'Stalled' || type === 'Reconciling') expect(status).toBe('True')
    }
  })

  test('the same observation twice gives the same status: nothing to write', () => {
    for (const { seen } of Object.values(cases)) {
      const observed = seen.build()
      const plan = planTenant(observed)
      const first = statusOf(observed, plan, { done: plan.steps })
      const later: Observed = {
        ...observed,
        now: observed.now + 60_000,
        tenant: { ...observed.tenant, status: first },
      }
      const again = planTenant(later)
      if (again.steps.length > 0 && plan.steps.length === 0) throw new Error('new steps out of nothing')
      if (plan.steps.length === 0) expect(statusOf(later, again, { done: [] })).toEqual(first)
    }
  })

  test('one uuid on every endpoint, and the known one where there is one', () => {
    const uuids = (seen: Observed) =>
      planTenant(seen).steps.flatMap(step => (step.kind === 'createDatabase' ? [step.uuid] : []))
    expect(uuids(aTenant().fresh().build())).toEqual([freshUuid, freshUuid])
    expect(uuids(aTenant().endpoint(1, missing).build())).toEqual([databaseUuid])
  })
})

test('who withholds access is told that it remains, and neither by which role nor whose', () => {
  const seen = aTenant().spec({ access: 'Withheld' }).endpoint(0, roleOnly).build()
  const plan = planTenant(seen)
  const { conditions } = statusOf(seen, plan, { done: plan.steps })
  const told = findCondition(conditions, 'Ready')?.message ?? ''
  expect(told).toContain('the token still opens the database')
  expect(told).not.toContain('opens nothing')
  expect(told).not.toMatch(/datalens|role/)
})

describe('where somebody else makes the grants', () => {
  const grants = { reader: { user: 'datalens', management: 'External', grants: 'External' } } as const
  const withheld = aTenant().connection(grants).spec({ access: 'Withheld' })
  test.each([
    [
      'a role opens what is withheld',
      withheld.endpoint(0, roleOnly).endpoint(1, shut),
      'False AccessRemains',
    ],
    ['a grant opens what is withheld', withheld, 'False AccessRemains'],
    ['what is withheld is shut', withheld.endpoint(0, shut).endpoint(1, shut), 'True AccessWithheld'],
    ['the grant is still to come', aTenant().connection(grants).endpoint(0, shut), 'False Progressing'],
  ])('%s', (_, builder, expected) => {
    const seen = builder.build()
    expect(ready(seen)).toBe(expected)
    if (!expected.endsWith('AccessRemains')) return
    const told = statusOf(seen, planTenant(seen), { done: [] }).conditions
    // Nothing of it is on the connection.
    expect(findCondition(told, 'Ready')?.message).toMatch(/somebody else .* has to take this one/)
  })
})

describe('a run that stops half-way', () => {
  const failure = { reason: 'ConnectionNotReady', message: 'ClickHouse did not answer' } as const
  test.each([0, 1, 2, 3])('after %i of the four steps of a new tenant it is not Ready', count => {
    const seen = aTenant().fresh().build()
    const plan = planTenant(seen)
    const status = statusOf(seen, plan, { done: plan.steps.slice(0, count), failure })
    expect(findCondition(status.conditions, 'Ready')?.status).toBe('False')
    expect(findCondition(status.conditions, 'TokenPublished')?.status).toBe('False')
    expect(findCondition(status.conditions, 'Reconciling')?.status).toBe('True')
    expect(status.token).toBeUndefined()
  })

  test('a failed rotation leaves the tenant Ready with its former token', () => {
    const seen = aTenant().wasReady().key(rolling({})).build()
    const plan = planTenant(seen)
    const status = statusOf(seen, plan, { done: [], failure })
    expect(findCondition(status.conditions, 'Ready')?.status).toBe('True')
    expect(findCondition(status.conditions, 'Reconciling')?.status).toBe('True')
  })
})
