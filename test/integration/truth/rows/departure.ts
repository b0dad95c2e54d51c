/** Tenants that are gone, and wait for a person. */
import { expect } from 'vitest'
import type { Corner } from '../corner.ts'
import { allWell, type Row } from '../row.ts'

const kind = 'ClickHouseConnection'
const type = 'SweepHeld'
const well = allWell[kind]
const held = {
  kind,
  type,
  somebody: true,
  kstatus: 'Current',
  alerts: ['LenskeeperSweepHeld'],
  check: 0,
} as const
const isReadable = async (corner: Corner): Promise<readonly (readonly string[])[]> =>
  await corner.world.sql(
    `SELECT DISTINCT database FROM system.grants WHERE user_name = '${corner.reader}' AND database = '${corner.database()}'`,
  )
const leave = async (corner: Corner): Promise<void> => {
  await corner.serve({ sweep: { limit: 0, grace: '0s' } })
  await corner.deleteTenant()
}

export const departureRows: readonly Row[] = [
  {
    ...held,
    reason: 'SweepHeld',
    when: 'confirmed',
    bring: leave,
    shows: { ...well, SweepHeld: 'True SweepHeld' },
    says: /^1 tenant of namespace \S+ is gone.*lenskeeper\.dev\/confirm-sweep=1-[0-9a-f]{8}$/,
    server: async corner => expect(await isReadable(corner)).toEqual([[corner.database()]]),
    remedy: corner => corner.annotate(kind, { 'lenskeeper.dev/confirm-sweep': '1' }),
  },
]
