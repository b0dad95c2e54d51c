/** What rows about tenants do alike. */
import type { Corner } from '../corner/corner.ts'

export const kind = 'ConnectorTenant'
export const bad = { kind, somebody: true, alerts: ['LenskeeperTenantsNotReady'] } as const
/** Somebody has to act, and nobody is to be woken for it. */
export const unalarming = { ...bad, alerts: [] } as const

/** Nothing was looked at; of a Secret it is known that there is none. */
export const refused = (reason: string, progress?: 'Reconciling' | 'Stalled') => ({
  Ready: `False ${reason}`,
  DatabaseReady: 'Unknown Blocked',
  AccessGranted: 'Unknown Blocked',
  TokenPublished: 'False Blocked',
  ...(progress === undefined ? {} : { [progress]: `True ${reason}` }),
})

export const apply = async (corner: Corner, spec: object = {}): Promise<void> =>
  await corner.world.apply(corner.tenant('one', spec))

/** All that a tenant goes by. */
export const prepare = async (corner: Corner, key: object = {}): Promise<void> => {
  await corner.connect()
  await corner.partnerKey(key)
}

/** The same, so that the tenant need not wait for it. */
export const allReady = async (corner: Corner): Promise<void> => {
  await prepare(corner)
  await corner.until('PartnerKey', 'Ready True Ready')
  await corner.until('ClickHouseConnection', 'Ready True Ready')
}
