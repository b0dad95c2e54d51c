/**
 * Two connections to one ClickHouse. That of the tenants here keeps tables for a week; the other, `twin`, for no time.
 * What the twin would have done has happened once it has emptied a database of its own.
 */
import { findCondition } from '../../../src/api/conditions.ts'
import { eventually } from '../../time/eventually.ts'
import { byKey, drop, served, settledTenant, specOf } from './acts.ts'
import type { Act, Row, Scene } from './scene.ts'

const forever = new AbortController().signal
const deadlineMs = 60_000

const tables = async ({ world, database }: Scene, suffix: string): Promise<number> =>
  (await world.sql(`SELECT name FROM system.tables WHERE database = '${database}${suffix}'`)).length

/** A tenant of the twin, which has a table and goes. */
const twinsTenant: Act = {
  what: 'a tenant of the other connection has data, too',
  do: async scene => {
    const database = `${scene.database}_twin`
    await scene.create('right/t', { ...byKey('twinned'), ...drop, database, confirmDrop: database })
    await scene.world.tenantIs(scene.key('right/t'), 'True', 'Ready')
    await scene.sql('CREATE TABLE $_twin.orders (x UInt8) ENGINE = MergeTree ORDER BY x')
  },
  shows: {},
}

async function theTwinHasEmptied(scene: Scene): Promise<void> {
  await eventually(async () => (await tables(scene, '_twin')) === 0, { deadlineMs, what: 'the twin empties' })
  if ((await tables(scene, '')) === 0) throw new Error('it emptied another connection’s database, too')
}

const leaves = (what: string): Act => ({
  what,
  do: async scene => {
    await scene.delete('left/a')
    await scene.delete('right/t')
  },
  shows: { tenants: {}, owner: 'left/a retired', readable: false, data: true, more: theTwinHasEmptied },
})

const departures: readonly Row[] = [
  {
    title: 'a departure belongs to the connection whose key the tenant named',
    acts: [...settledTenant('left/a', drop), twinsTenant, leaves('both go')],
  },
  {
    title: 'a departure belongs to its connection also if the PartnerKey goes first',
    acts: [
      {
        what: 'a key of its own',
        do: async scene => {
          const tenants = { namespaces: { from: 'All' }, databases: ['*'], allowDrop: true }
          await scene.world.apply(scene.world.partnerKey(keyOf(scene), { tenants }))
        },
        shows: {},
      },
      {
        what: 'a tenant comes, with data',
        do: async scene => {
          await scene.create('left/a', specOf({ ...byKey(keyOf(scene)), ...drop })(scene))
          await scene.world.tenantIs(scene.key('left/a'), 'True', 'Ready')
          await scene.putData()
        },
        shows: served('left/a', { data: true }),
      },
      twinsTenant,
      {
        what: 'the PartnerKey goes',
        do: async scene => {
          const annotations = { 'lenskeeper.dev/confirm-deletion': keyOf(scene) }
          const key = `datalens/${keyOf(scene)}`
          await scene.world.partnerKeys.mergePatch(key, { metadata: { annotations } }, forever)
          await scene.world.partnerKeys.delete(key, {}, forever)
        },
        shows: { tenants: { 'left/a': 'PartnerKeyNotFound' }, owner: 'left/a', readable: true, data: true },
      },
      leaves('both go'),
    ],
  },
]

function keyOf({ database }: Scene): string {
  return database.replaceAll('_', '-')
}

/** As an older version wrote it. */
const older = (scene: Scene): string =>
  `lenskeeper/v1 installation=mine tenant=${scene.key('left/a')} state=owned onDelete=Drop`

const olderMarks: readonly Row[] = [
  {
    title: 'a mark of an older version, with a tenant that nobody saw, is left to people, who are told',
    acts: [
      twinsTenant,
      {
        what: 'the database of a tenant that is gone is there',
        do: async scene => {
          await scene.sql(`CREATE DATABASE $ COMMENT '${older(scene)}'`)
          await scene.putData()
          await scene.sql('GRANT SELECT ON $.* TO datalens')
          await scene.delete('right/t')
        },
        shows: {
          owner: 'left/a',
          readable: true,
          data: true,
          more: async scene => {
            await theTwinHasEmptied(scene)
            for (const name of ['default', 'twin']) await isTold(scene, name)
          },
        },
      },
      {
        what: 'the tenant is applied again',
        do: scene => scene.create('left/a', specOf(drop)(scene)),
        shows: {
          ...served('left/a', { data: true }),
          more: async ({ world, database }) => {
            const { [database]: mark } = await world.marks()
            if (!mark?.includes(' connection=datalens/default ')) throw new Error(`the mark is ${mark}`)
          },
        },
      },
      {
        what: 'it goes',
        do: scene => scene.delete('left/a'),
        shows: { tenants: {}, owner: 'left/a retired', readable: false, data: true },
      },
    ],
  },
]

async function isTold({ world, database }: Scene, connection: string): Promise<void> {
  const says = async (): Promise<boolean> => {
    const found = await world.connections.get(`datalens/${connection}`, forever)
    const message = findCondition(found?.status?.conditions, 'Ready')?.message ?? ''
    return message.includes('departed tenants') && message.includes(`\`${database}\``)
  }
  await eventually(says, { deadlineMs, what: `${connection} tells` })
}

export const connectionRows: readonly Row[] = [...departures, ...olderMarks]
