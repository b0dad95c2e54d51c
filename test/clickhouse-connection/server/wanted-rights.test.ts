import { describe, expect, test } from 'vitest'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { rightText } from '../../../src/clickhouse/statements.ts'
import { wantedRights, type WantedRights } from '../../../src/clickhouse-connection/server/wanted-rights.ts'
import { aConnection } from '../../builders/connection-observed.ts'
import { builtPartnerKey } from '../../builders/partner-key.ts'
import { builtTenant } from '../../builders/tenant.ts'

const selected = { namespaces: { from: 'Selector', selector: { matchLabels: { team: 'yes' } } } } as const

const partnerKey = (databases: readonly string[] | undefined, over: object = selected): PartnerKey =>
  builtPartnerKey({
    spec: {
      tenants: {
        namespaces: { from: 'All' },
        allowDrop: false,
        assignments: [],
        ...(databases === undefined ? {} : { databases }),
        ...over,
      },
    },
  })

/** `namespace/name database`. */
function tenantOf(text: string, waits = false): ConnectorTenant {
  const [key = '', database = ''] = text.split(' ')
  const [namespace = '', name = ''] = key.split('/')
  const built = builtTenant({ metadata: { name, namespace }, spec: { database } })
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: 'ConnectionNotReady',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  } as const
  return waits ? { ...built, status: { conditions: [condition] } } : built
}

function asked(key: PartnerKey, tenants: readonly ConnectorTenant[]) {
  const { shared, single } = wantedRights(aConnection(), [key], {
    tenantsOf: () => tenants,
    labelsOf: namespace => (namespace === 'stranger' ? {} : { team: 'yes' }),
  })
  return { shared: scopes(shared), single: scopes(single) }
}

function scopes(rights: WantedRights['shared']): string[] {
  const texts = rights.map(rightText)
  return [...new Set(texts.flatMap(text => /^CREATE DATABASE ON (.*)$/.exec(text)?.[1] ?? []))]
}

describe('the rights that the account needs', () => {
  test.each<
    readonly [
      what: string,
      key: PartnerKey,
      tenants: readonly string[],
      shared: readonly string[],
      single: readonly string[],
    ]
  >([
    [
      'patterns with a beginning are everybody’s',
      partnerKey(['client_*']),
      ['t/a client_1'],
      ['`client_`*.*'],
      [],
    ],
    [
      'beside another pattern, too',
      partnerKey(['client_*', '{namespace}__*']),
      ['t/a client_1', 't/b t__x'],
      ['`client_`*.*'],
      ['`t__x`.*'],
    ],
    [
      'a namespace that is not let in asks for nothing',
      partnerKey(['client_*', '{namespace}__*']),
      ['stranger/a aaa_finance', 'stranger/b stranger__x'],
      ['`client_`*.*'],
      [],
    ],
    [
      'nor does a name that is not let in',
      partnerKey(['client_*', '{namespace}__*']),
      ['t/a aaa_finance', 't/b u__x'],
      ['`client_`*.*'],
      [],
    ],
    ['nor a name that is none', partnerKey(['*']), ['t/a *', 't/b a.*', 't/c system'], [], []],
    [
      'without patterns a name counts in the key’s own namespace',
      partnerKey(undefined, { namespaces: { from: 'Same' } }),
      ['datalens/a mine', 't/b theirs'],
      [],
      ['`mine`.*'],
    ],
  ])('%s', (_what, key, tenants, shared, single) => {
    expect(
      asked(
        key,
        tenants.map(text => tenantOf(text)),
      ),
    ).toEqual({ shared, single })
  })

  test('many names of one namespace hide none of another, nor one that waits', () => {
    const many = Array.from({ length: 40 }, (_none, at) => tenantOf(`a/n${at} a__${at}`))
    const { single } = asked(partnerKey(['{namespace}__*']), [
      ...many,
      tenantOf('b/x b__x'),
      tenantOf('c/x c__x', true),
    ])
    expect(single).toHaveLength(10)
    expect(single[0]).toBe('`c__x`.*')
    expect(single.slice(1, 3)).toEqual(['`a__0`.*', '`b__x`.*'])
  })

  test('nor do those of one PartnerKey hide another’s', () => {
    const waiting = Array.from({ length: 40 }, (_none, at) => tenantOf(`a/n${at} a__${at}`, true))
    const first = partnerKey(['{namespace}__*'])
    const second = builtPartnerKey({ ...first, metadata: { ...first.metadata, name: 'second' } })
    const third = builtPartnerKey({ ...first, metadata: { ...first.metadata, name: 'third' } })
    const others = [tenantOf('b/x b__x', true), tenantOf('b/y b__y', true)]
    const tenants = new Map([
      [first, waiting],
      [second, others],
      [third, [tenantOf('c/x c__x')]],
    ])
    const single = scopes(
      wantedRights(aConnection(), [first, second, third], {
        tenantsOf: key => tenants.get(key) ?? [],
        labelsOf: () => ({ team: 'yes' }),
      }).single,
    )
    expect(single).toHaveLength(10)
    expect(single.slice(0, 5)).toEqual(['`a__0`.*', '`b__x`.*', '`a__1`.*', '`b__y`.*', '`a__10`.*'])
  })
})
