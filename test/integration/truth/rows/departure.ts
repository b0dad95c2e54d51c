/** Tenants that are gone, and wait for a person. */
import { expect } from 'vitest'
import { olderMark } from '../../../builders/older-mark.ts'
import { statementIn, table } from './acts.ts'
import type { Corner } from '../corner/corner.ts'
import type { Faces } from '../faces.ts'
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

/** As it stands in the message. */
async function runCommand({ world }: Corner, faces: Faces): Promise<void> {
  const [, ...args] = statementIn(faces, /kubectl -n .*$/).split(' ')
  await world.kubectl(args)
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
    remedy: runCommand,
  },
  {
    ...held,
    reason: 'SweepHeld',
    when: 'applied again',
    bring: leave,
    shows: { ...well, SweepHeld: 'True SweepHeld' },
    remedy: corner => corner.world.apply(corner.tenant()),
  },
  {
    ...held,
    reason: 'SweepHeld',
    when: 'the server away since',
    bring: async corner => {
      await leave(corner)
      await corner.until('ClickHouseConnection', 'SweepHeld True SweepHeld')
      corner.way().interfere = () => 'cut'
      await corner.lookNow()
    },
    check: 1,
    kstatus: 'InProgress',
    alerts: ['LenskeeperSweepHeld', 'LenskeeperConnectionNotReady', 'LenskeeperClickHousePartlyAway'],
    shows: {
      Ready: 'False Unreachable',
      Reachable: 'False Unreachable',
      ReaderVerified: 'Unknown Blocked',
      SweepHeld: 'True SweepHeld',
      StatementsRefused: 'False NothingRefused',
      Reconciling: 'True Unreachable',
    },
    remedy: async corner => {
      corner.way().interfere = () => undefined
      await corner.world.apply(corner.tenant())
    },
  },
  {
    ...held,
    reason: 'EmptyingHeld',
    bring: async corner => {
      await corner.connect({ sweep: { grace: '0s' }, dropAfter: '1h' })
      await corner.partnerKey()
      await corner.world.apply(
        corner.tenant('one', { deletionPolicy: 'Drop', confirmDrop: corner.database() }),
      )
      await corner.world.tenantIs(corner.key('one'), 'True', 'Ready')
      await corner.sql([table(`${corner.database()}.t`)])
      await corner.deleteTenant()
      const mark = await corner.retired()
      await corner.edit('ClickHouseConnection', { spec: { sweep: { limit: 0 } } })
      const older = olderMark(mark, 2 * 3_600_000)
      await corner.sql([`ALTER DATABASE ${corner.database()} MODIFY COMMENT '${older}'`])
      await corner.lookNow()
    },
    shows: { ...well, SweepHeld: 'True EmptyingHeld' },
    says: /^1 database of departed tenants .*lenskeeper\.dev\/confirm-emptying=1-[0-9a-f]{8}$/,
    server: async corner =>
      expect(
        await corner.world.sql(`SELECT name FROM system.tables WHERE database = '${corner.database()}'`),
      ).toEqual([['t']]),
    remedy: runCommand,
  },
]
