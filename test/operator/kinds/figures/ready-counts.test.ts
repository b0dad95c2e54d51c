import { expect, test } from 'vitest'
import type { ConnectorTenant } from '../../../../src/api/connector-tenant.ts'
import { countReady } from '../../../../src/operator/kinds/figures/ready-counts.ts'
import { Store } from '../../../../src/runtime/cache/store.ts'
import { createLogger } from '../../../../src/telemetry/log.ts'
import { aTenant } from '../../../builders/tenant-observed.ts'

function tenant(name: string, version: number, ready?: 'True' | 'False' | 'Unknown'): ConnectorTenant {
  const { tenant: base } = aTenant().build()
  const metadata = { ...base.metadata, name, uid: name, resourceVersion: String(version) }
  if (ready === undefined) return { ...base, metadata }
  const time = { lastTransitionTime: '2026-01-01T00:00:00Z', message: '' }
  return {
    ...base,
    metadata,
    status: { conditions: [{ type: 'Ready', status: ready, reason: 'Ready', ...time }] },
  }
}

test('tenants are counted by their Ready condition as they come, change and go', () => {
  const store = new Store<ConnectorTenant>({ name: 'tenants', log: createLogger({ level: 'silent' }) })
  store.noteWrite(tenant('first', 1, 'True'))
  const counts = countReady(store)
  expect(counts()).toEqual({ ready: 1, notReady: 0, unknown: 0 })
  store.noteWrite(tenant('second', 2))
  store.noteWrite(tenant('third', 3, 'Unknown'))
  expect(counts()).toEqual({ ready: 1, notReady: 0, unknown: 2 })
  store.noteWrite(tenant('second', 4, 'False'))
  store.noteWrite(tenant('third', 5, 'True'))
  expect(counts()).toEqual({ ready: 2, notReady: 1, unknown: 0 })
  store.noteDelete('tenants/first', 'first')
  expect(counts()).toEqual({ ready: 1, notReady: 1, unknown: 0 })
})
