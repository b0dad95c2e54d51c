import { describe, expect, test } from 'vitest'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import type { Cluster } from '../../../src/cli/cluster/cluster.ts'
import { lookerAt } from '../../../src/cli/rollout/look.ts'
import type { RolloutView } from '../../../src/cli/partner-key/view.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import { slotOf } from '../../../src/tenancy/slots.ts'
import { rotatingPartnerKey, condition, type PartnerKeyParts } from '../../builders/partner-key-rotating.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const forever = new AbortController().signal
const rolling = '2026-01-01T00:00:00Z'

interface TenantParts {
  readonly pair?: string
  /** The reason of Ready=False; undefined: it is Ready. */
  readonly fault?: string
  readonly since?: string
  readonly suspend?: boolean
}

function tenant(name: string, { pair = '1:1', fault, since, suspend = false }: TenantParts = {}) {
  const ready = condition('Ready', fault === undefined ? 'True' : 'False', 'Ready', '')
  return {
    metadata: { name, namespace: 'tenants', labels: { tier: 'internal' } },
    spec: { database: name, partnerKeyRef: { name: 'acme', namespace: 'datalens' }, suspend },
    status: {
      token: { pair },
      conditions: [
        { ...ready, reason: fault ?? 'Ready', lastTransitionTime: since ?? '2026-01-01T00:00:05Z' },
      ],
    },
  } as unknown as ConnectorTenant
}

const names = (count: number, prefix: string) => Array.from({ length: count }, (_, at) => `${prefix}${at}`)
const full = (list: readonly string[]) => list.map(name => `tenants/${name}`)

/** What the API server has, and how often tenants were asked for. */
class Place {
  readonly partnerKey: PartnerKey
  readonly tenants: readonly ConnectorTenant[]
  mayList = true
  lists = 0
  gets = 0

  constructor(parts: PartnerKeyParts, tenants: readonly ConnectorTenant[]) {
    this.partnerKey = rotatingPartnerKey(parts)
    this.tenants = tenants
  }

  get cluster(): Cluster {
    return {
      namespace: async () => 'datalens',
      partnerKeys: { get: async () => this.partnerKey },
      tenants: {
        get: async (key: string) => {
          this.gets += 1
          return this.tenants.find(({ metadata }) => `tenants/${metadata.name}` === key)
        },
        list: async () => {
          this.lists += 1
          if (!this.mayList) throw new KubeError('forbidden', 'no')
          return this.tenants
        },
      },
    } as unknown as Cluster
  }

  async look(): Promise<RolloutView> {
    return await lookerAt(this.cluster, 'acme', { clock: new VirtualClock(), waits: false })(forever)
  }
}

const reasons = (found: RolloutView['failed']) => {
  const counts: Record<string, number> = {}
  for (const { why } of found) counts[why] = (counts[why] ?? 0) + 1
  return counts
}

describe('why tenants failed or were skipped', () => {
  const ten = names(10, 'a')
  const stopped: PartnerKeyParts = {
    rollout: { phase: 'Stopped', admittedPermille: 1000, failed: 14, skipped: 2, failedTenants: full(ten) },
  }

  test('is told of all, where there are more than the status names', async () => {
    const list = [
      ...ten.map(name => tenant(name, { fault: 'OperatorForbidden' })),
      ...names(4, 'b').map(name => tenant(name)),
      tenant('s', { suspend: true }),
      tenant('q', { fault: 'SecretRefused' }),
      tenant('moved', { pair: '1:2' }),
    ]
    const { failed, skipped } = await new Place(stopped, list).look()
    expect(reasons(failed)).toEqual({ OperatorForbidden: 10, 'not minted in time': 4 })
    expect(skipped).toEqual([
      { name: 'tenants/q', why: 'its namespace refuses the Secret' },
      { name: 'tenants/s', why: 'suspended' },
    ])
  })

  test('is told of the ten, where tenants may not be listed', async () => {
    const place = new Place(
      stopped,
      ten.map(name => tenant(name, { fault: 'OperatorForbidden' })),
    )
    place.mayList = false
    expect(reasons((await place.look()).failed)).toEqual({ OperatorForbidden: 10 })
  })

  test('tells an older fault from one of the new key, and leaves out who has its time yet', async () => {
    const began = { ...condition('RolledOut', 'False', 'RollingOut', ''), lastTransitionTime: rolling }
    const inBatch = (latest: boolean) =>
      names(500, 'x').find(name => slotOf('tenants', name) >= 900 === latest) ?? ''
    const list = [
      ...names(11, 'f').map(name => tenant(name, { fault: 'OperatorForbidden' })),
      tenant('old', { fault: 'OperatorForbidden', since: '2025-12-31T23:00:00Z' }),
      tenant(inBatch(true)),
      tenant(inBatch(false)),
    ]
    const rollout = { admittedPermille: 1000, failed: 12, skipped: 1, failedTenants: full(names(10, 'f')) }
    const place = new Place({ rollout, status: { conditions: [began] } }, list)
    const clock = new VirtualClock(Date.parse(rolling) + 60_000)
    const view = await lookerAt(place.cluster, 'acme', { clock, waits: false })(forever)
    expect(reasons(view.failed)).toEqual({ OperatorForbidden: 11, 'not minted in time': 1 })
    expect(view.failed.map(({ name }) => name)).toContain(`tenants/${inBatch(false)}`)
    expect(view.skipped).toEqual([{ name: 'tenants/old', why: 'was not Ready before' }])
  })

  test.each([
    ['suspended', 'suspended', { suspend: true }],
    ['refused by its own namespace', 'its namespace refuses the Secret', { fault: 'SecretRefused' }],
    ['not Ready', 'was not Ready before', { fault: 'ConnectionNotReady' }],
    ['of a namespace that nobody may look at', 'perhaps not allowed by spec.tenants', {}],
  ])('under a selector, of one that is %s', async (_, why, parts) => {
    const { tenants } = rotatingPartnerKey().spec
    const spec = { tenants: { ...tenants, namespaces: { from: 'Selector' as const, selector: {} } } }
    const rollout = { skipped: 1, skippedTenants: ['tenants/s'] }
    const { skipped } = await new Place({ spec, rollout }, [tenant('s', parts)]).look()
    expect(skipped).toEqual([{ name: 'tenants/s', why }])
  })
})

describe('while one waits', () => {
  const canary = { selector: { matchLabels: { tier: 'internal' } }, soak: '10m', promotion: 'Auto' as const }
  async function looks(place: Place, count: number): Promise<void> {
    const look = lookerAt(place.cluster, 'acme', { clock: new VirtualClock(), waits: true })
    for (let at = 0; at < count; at++) await look(forever)
  }

  test.each(['Paused', 'AwaitingDataLens', 'AwaitingPromotion', 'Soaking'] as const)(
    'in %s the canary is listed once',
    async phase => {
      const place = new Place({ pace: { canary }, rollout: { phase, admittedPermille: 0 } }, [tenant('a')])
      await looks(place, 5)
      expect(place.lists).toBe(1)
    },
  )

  test('a canary that moves is counted anew with each look, and nobody else asked for', async () => {
    const rollout = { phase: 'Canary', admittedPermille: 0, failed: 1, failedTenants: ['tenants/a'] } as const
    const place = new Place({ pace: { canary }, rollout }, [tenant('a')])
    await looks(place, 5)
    expect(place).toMatchObject({ lists: 5, gets: 1 })
  })

  test('very many failures are not listed before the end', async () => {
    const moving = new Place({ rollout: { failed: 50 } }, [tenant('a')])
    await looks(moving, 5)
    expect(moving.lists).toBe(0)
    const over = new Place({ rollout: { failed: 50, phase: 'Stopped' } }, [tenant('a')])
    await looks(over, 1)
    expect(over.lists).toBe(1)
  })
})
