import { describe, expect, test } from 'vitest'
import { mergeConditions } from '../../../../src/api/conditions.ts'
import type { ConnectorTenant } from '../../../../src/api/connector-tenant.ts'
import { asBefore } from '../../../../src/cli/state/steps/connection-step.ts'
import { isServed } from '../../../../src/cli/state/explanation.ts'
import { explainTenant, type TenantStep } from '../../../../src/cli/state/steps/tenant-chain.ts'
import type { TenantFacts } from '../../../../src/cli/state/steps/tenant-checks.ts'
import type { Observed } from '../../../../src/connector-tenant/observed.ts'
import { planTenant } from '../../../../src/connector-tenant/plan.ts'
import { statusOf } from '../../../../src/connector-tenant/status.ts'
import { aTenant, testRing, tokenSecret, type SeenBuilder } from '../../../builders/tenant-observed.ts'

const verified = {
  type: 'ReaderVerified',
  status: 'True',
  reason: 'ReaderVerified',
  message: 'Logged in as the reader.',
  observedGeneration: 1,
  lastTransitionTime: '2026-01-01T00:00:00Z',
} as const

const explanation = {
  object: aTenant().build().tenant,
  title: '',
  about: '',
  facts: {},
  verdict: '',
  statementOf: () => undefined,
}

/** The tenant with the status that the operator gives it, and what a reader with all rights sees beside it. */
function factsOf(seen: Observed): TenantFacts {
  const plan = planTenant(seen)
  const status = statusOf(seen, plan, { done: plan.steps })
  const { connection } = seen
  const endpoints = seen.endpoints.map(({ url, reachable }) => ({ url, reachable }))
  return {
    tenant: { ...seen.tenant, status },
    partnerKey: seen.partnerKey,
    connection: connection && {
      ...connection,
      status: {
        ...connection.status,
        endpoints,
        conditions: [...(connection.status?.conditions ?? []), verified],
      },
    },
    namespace: { metadata: { name: 'tenants', labels: seen.namespaceLabels ?? {} } },
    tokenSecret: seen.secret?.secret ?? tokenSecret(),
    sealedWith: testRing.partner.get(1),
  }
}

const outsider = (facts: TenantFacts): TenantFacts => ({
  ...facts,
  partnerKey: 'forbidden',
  connection: 'forbidden',
  namespace: 'forbidden',
  tokenSecret: 'forbidden',
  sealedWith: 'forbidden',
})

function failing(facts: TenantFacts): TenantStep | undefined {
  return explainTenant(facts).find(({ result }) => result === 'failed')?.name
}

const situations: readonly (readonly [string, TenantStep, SeenBuilder])[] = [
  ['suspended', 'suspended', aTenant().spec({ suspend: true })],
  ['being deleted', 'deleting', aTenant().metadata({ deletionTimestamp: '2026-01-01T00:00:00Z' })],
  ['no PartnerKey', 'partnerKey', aTenant().with({ partnerKey: undefined })],
  [
    'a namespace that is not let in',
    'namespace',
    aTenant().key(key => ({
      ...key,
      spec: { ...key.spec, tenants: { ...key.spec.tenants, namespaces: { from: 'Same' } } },
    })),
  ],
  ['a name that is not allowed', 'name', aTenant().spec({ database: 'other' })],
  ['Drop', 'drop', aTenant().spec({ deletionPolicy: 'Drop', confirmDrop: 'client_1' })],
  ['no connection', 'connection', aTenant().with({ connection: undefined })],
  [
    'an unmarked database',
    'claim',
    aTenant()
      .fresh()
      .endpoint(0, end => ({ ...end, database: { uuid: 'x', comment: '' } }) as typeof end),
  ],
]

describe('where a tenant stands', () => {
  test('an endpoint that lacks a right holds up who is new, in the connection’s words, and nobody who is served', () => {
    const served = explainTenant(factsOf(aTenant().wasReady().notReachable('MissingPrivileges').build()))
    expect(served.map(({ result }) => result)).toEqual(served.map(() => 'passed'))
    const fresh = explainTenant(factsOf(aTenant().fresh().notReachable('MissingPrivileges').build()))
    const told = fresh.find(({ name }) => name === 'connection')
    expect(told?.result).toBe('failed')
    expect(told?.text).toContain('ClickHouseConnection datalens/default says MissingPrivileges')
  })

  test('a part that only points to Ready is told in its words', () => {
    const facts = factsOf(aTenant().build())
    const refused = (type: string) =>
      ({ type, status: 'False', reason: 'StatementRefused', message: 'It is refused.' }) as const
    const conditions = mergeConditions([], [refused('Ready'), refused('DatabaseReady')], {
      generation: 1,
      now: 0,
    }) as never
    const tenant = { ...facts.tenant, status: { ...facts.tenant.status, conditions } }
    const texts = explainTenant({ ...facts, tenant }).map(({ text }) => text)
    expect(texts.join(' ')).toContain('It is refused.')
    expect(texts.join(' ')).not.toContain('Ready says why')
  })

  test('served', () => {
    const steps = explainTenant(factsOf(aTenant().build()))
    expect(steps.map(({ result }) => result)).toEqual(steps.map(() => 'passed'))
  })

  test.each(situations)('%s', (_name, step, builder) => {
    const facts = factsOf(builder.build())
    const steps = explainTenant(facts)
    expect(failing(facts)).toBe(step)
    const at = steps.findIndex(({ result }) => result === 'failed')
    expect(steps.slice(at + 1).map(({ result }) => result)).toEqual(
      steps.slice(at + 1).map(() => 'notReached'),
    )
    expect(steps[at]?.text).toBe(planTenant(builder.build()).refusal?.message)
  })

  test.each(situations)('told from the conditions alone: %s', (_name, step, builder) => {
    expect(failing(outsider(factsOf(builder.build())))).toBe(step)
  })

  test.each([
    ['Ready', 'Unreachable', 'connection'],
    ['Ready', 'TLSFailed', 'connection'],
    ['ReaderVerified', 'ReaderPasswordMismatch', 'reader'],
    ['ReaderVerified', 'GrantBroaderThanDeclared', 'reader'],
    // As long as the list of views is not there, it may be the tenant's own.
    ['ReaderVerified', 'ViewRefused', 'reader'],
  ] as const)('a tenant with a token, and a connection that says %s False %s', (type, reason, step) => {
    const facts = factsOf(aTenant().build())
    const { connection } = facts
    if (connection === undefined || connection === 'forbidden') throw new Error('it is there')
    const said = { ...verified, type, status: 'False', reason, message: 'Correct it.' } as const
    const others = (connection.status?.conditions ?? []).filter(condition => condition.type !== type)
    const broken = { ...connection, status: { ...connection.status, conditions: [...others, said] } }
    const steps = explainTenant({ ...facts, connection: broken })
    expect(steps.find(({ name }) => name === step)).toMatchObject({
      result: 'failed',
      text: `ClickHouseConnection datalens/default says ${reason}: Correct it.`,
    })
  })

  test('what a role opens that was taken fails the tenant whose it is, with the statement, and no other', () => {
    const said = {
      ...verified,
      status: 'False',
      reason: 'AccessRemains',
      message: 'Run: REVOKE `r` FROM `datalens`;',
    } as const
    const opened = (facts: TenantFacts): TenantFacts => {
      const { connection } = facts
      if (connection === undefined || connection === 'forbidden') throw new Error('it is there')
      const others = (connection.status?.conditions ?? []).filter(({ type }) => type !== said.type)
      return {
        ...facts,
        connection: { ...connection, status: { ...connection.status, conditions: [...others, said] } },
      }
    }
    const byRole = aTenant()
      .spec({ access: 'Withheld' })
      .endpoint(0, end => (end.reachable ? { ...end, byRole: true } : end))
    const facts = factsOf(byRole.build())
    const access = (of: TenantFacts) => explainTenant(of).find(({ name }) => name === 'access')
    expect(access(opened(facts))).toMatchObject({
      result: 'failed',
      text: 'ClickHouseConnection datalens/default says AccessRemains: Run: REVOKE `r` FROM `datalens`;',
    })
    expect(access(outsider(facts))?.result).toBe('failed')
    expect(access(outsider(facts))?.text).not.toMatch(/REVOKE|role/)
    expect(failing(opened(factsOf(aTenant().build())))).toBeUndefined()
  })

  test.each(['AuthenticationFailed', 'CredentialsMissing', 'MissingPrivileges'] as const)(
    'who is served stays so while %s keeps the operator alone out, and who is new waits',
    reason => {
      const shutOut = (seen: Observed): TenantFacts => {
        const facts = factsOf(seen)
        const { connection } = facts
        if (connection === undefined || connection === 'forbidden') throw new Error('it is there')
        const ready = { ...verified, type: 'Ready', status: 'False', reason, message: 'Correct it.' } as const
        const blind = {
          ...verified,
          status: 'Unknown',
          reason: 'Blocked',
          message: 'Not looked at.',
        } as const
        const endpoints = seen.endpoints.map(({ url }) => ({ url, reachable: false }))
        const status = { ...connection.status, endpoints, conditions: [ready, blind] }
        return { ...facts, connection: { ...connection, status } }
      }
      const standing =
        'It is served as before; nothing new happens until this is mended: ' +
        `ClickHouseConnection datalens/default says ${reason}: Correct it.`
      const served = shutOut(aTenant().build())
      expect(asBefore(served)).toBe(standing)
      const steps = explainTenant(served)
      expect(steps.find(({ name }) => name === 'connection')).toMatchObject({
        result: 'passed',
        text: standing,
      })
      expect(steps.filter(({ result }) => result !== 'passed').map(({ name }) => name)).toEqual(['reader'])
      const shown = { ...explanation, steps: steps.map(step => ({ ...step, title: step.name })) }
      expect(isServed({ ...shown, standing })).toBe(true)
      expect(isServed(shown)).toBe(false)

      const { tenant, ...rest } = served
      const fresh = { ...rest, tenant: { ...tenant, status: {} } }
      expect(asBefore(fresh)).toBeUndefined()
      expect(failing(fresh)).toBe('connection')
    },
  )

  test.each([
    ['that nobody has logged in as yet', []],
    [
      'that is being made',
      [
        {
          ...verified,
          status: 'False',
          reason: 'Progressing',
          message: 'The reader is being made.',
        } as const,
      ],
    ],
  ])('a reader %s cannot be told', (_, told) => {
    const facts = factsOf(aTenant().build())
    const { connection } = facts
    if (connection === undefined || connection === 'forbidden') throw new Error('it is there')
    const others = connection.status?.conditions?.filter(({ type }) => type !== 'ReaderVerified') ?? []
    const status = { ...connection.status, conditions: [...others, ...told] }
    const steps = explainTenant({ ...facts, connection: { ...connection, status } })
    expect(steps.find(({ name }) => name === 'reader')?.result).toBe('unknown')
  })

  test('a namespace that has not the labels that are asked for', () => {
    const selector = {
      matchLabels: { 'acme.example/datalens': 'tenants' },
      matchExpressions: [{ key: 'tier', operator: 'In' as const, values: ['a', 'b'] }],
    }
    const refused = aTenant().key(key => ({
      ...key,
      spec: { ...key.spec, tenants: { ...key.spec.tenants, namespaces: { from: 'Selector', selector } } },
    }))
    const facts = factsOf(refused.build())
    expect(explainTenant(facts).find(({ name }) => name === 'namespace')).toMatchObject({
      result: 'failed',
      text: expect.stringContaining(
        'have acme.example/datalens=tenants and tier In (a, b): kubectl label namespace tenants acme.example/datalens=tenants tier=a',
      ) as string,
    })
    const blind = explainTenant(outsider(facts)).find(({ name }) => name === 'namespace')
    expect(blind?.text).not.toContain('acme.example')
  })

  test.each([
    ['of its own database', 'failed', true],
    ['of another', 'passed', false],
  ] as const)('a view that is refused concerns the tenant %s: %s', (_whose, result, isOwn) => {
    const facts = factsOf(aTenant().build())
    const { connection, tenant } = facts
    if (connection === undefined || connection === 'forbidden') throw new Error('it is there')
    const said = { ...verified, status: 'False', reason: 'ViewRefused', message: '`theirs`.`v`' } as const
    const refused = { database: isOwn ? tenant.spec.database : 'theirs', name: 'v' }
    const reader = { user: 'datalens', refusedViews: [refused] }
    const others = connection.status?.conditions?.filter(({ type }) => type !== 'ReaderVerified') ?? []
    const status = { ...connection.status, reader, conditions: [...others, said] }
    const steps = explainTenant({ ...facts, connection: { ...connection, status } })
    const step = steps.find(({ name }) => name === 'reader')
    expect(step?.result).toBe(result)
    expect(step?.text.includes('theirs')).toBe(isOwn)
  })

  test('what only the server knows is told with its age', () => {
    const steps = explainTenant(factsOf(aTenant().build()))
    for (const name of ['claim', 'access'] as const)
      expect(steps.find(step => step.name === name)?.text).toMatch(
        /\(As of the last sync; there is one every \d+\w+\.\)$/,
      )
  })

  test('access that is withheld as wanted is no fault', () => {
    const withheld = aTenant().spec({ access: 'Withheld' })
    expect(failing(factsOf(withheld.build()))).toBeUndefined()
  })
})

describe('what is not known', () => {
  const later = (tenant: ConnectorTenant): ConnectorTenant => ({
    ...tenant,
    metadata: { ...tenant.metadata, generation: 7 },
  })

  test('conditions of an earlier spec do not count', () => {
    const facts = factsOf(aTenant().build())
    const steps = explainTenant({ ...facts, tenant: later(facts.tenant) })
    const results = new Map(steps.map(({ name, result }) => [name, result]))
    expect(results.get('name')).toBe('passed')
    expect(results.get('claim')).toBe('unknown')
    // Its Secret is as it should be now, whoever has looked.
    expect(results.get('token')).toBe('passed')
    const all = explainTenant(outsider({ ...facts, tenant: later(facts.tenant) }))
    for (const step of ['partnerKey', 'token'] as const)
      expect(all.find(({ name }) => name === step)?.result).toBe('unknown')
  })

  test('an operator that says otherwise than what is there now', () => {
    const facts = factsOf(aTenant().build())
    const refused = [
      { type: 'Ready', status: 'False', reason: 'NamespaceNotAllowed', message: 'not you' },
    ] as const
    const conditions = mergeConditions(undefined, [...refused], { generation: 1, now: 0 })
    const steps = explainTenant({ ...facts, tenant: { ...facts.tenant, status: { conditions } } })
    expect(steps.find(({ name }) => name === 'namespace')).toMatchObject({
      result: 'unknown',
      text: expect.stringContaining('not you') as string,
    })
  })
})
