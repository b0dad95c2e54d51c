/** A tenant that leaves is the business of its own connection, however greedy another one to the same ClickHouse is. */
import { accountRights } from '../../../../src/clickhouse/accounts/operator-account.ts'
import { grantRight } from '../../../../src/clickhouse/statements.ts'
import { eventually } from '../../../time/eventually.ts'
import { deadlineMs, must, type HarmRow } from './row.ts'
import { next, shop, type Street } from './street.ts'

const forever = new AbortController().signal
const prey = 'left__leaves'
const yardstick = 'next__yardstick'
const drop = (database: string) => ({ database, deletionPolicy: 'Drop', confirmDrop: database })

const tables = async ({ world }: Street, database: string): Promise<number> =>
  (await world.sql(`SELECT name FROM system.tables WHERE database = '${database}'`)).length

/** Both accounts may drop; the neighbours' reaches the shop's databases, too. */
async function grantAll({ world }: Street): Promise<void> {
  for (const { account, reach, reader } of [shop, { ...next, reach: [...next.reach, ...shop.reach] }]) {
    const request = { mode: 'managed', patterns: reach, readerUser: reader, allowDrop: true } as const
    for (const right of accountRights(request)) await world.sql(grantRight(right, account.username))
  }
}

async function settle(street: Street): Promise<void> {
  await grantAll(street)
  await street.world.partnerKeys.mergePatch('shop/acme', { spec: { tenants: { allowDrop: true } } }, forever)
  const spec = { syncInterval: '10s', dropAfter: '0s', sweep: { grace: '0s', limit: 1_000 } }
  await street.apply(
    'neighbour',
    ...street.byOwnConnection('greedy', { databases: ['next__*'], spec }),
    street.world.tenant('yardstick', { ...drop(yardstick), partnerKeyRef: { name: 'greedy' } }, 'next'),
  )
  const partnerKeyRef = { name: 'acme', namespace: 'shop' }
  await street.apply('author', street.world.tenant('leaves', { ...drop(prey), partnerKeyRef }, 'left'))
  await street.world.tenantIs('left/leaves', 'True', 'Ready', deadlineMs)
  await street.world.tenantIs('next/yardstick', 'True', 'Ready', deadlineMs)
  for (const database of [prey, yardstick])
    await street.world.sql(`CREATE TABLE ${database}.orders (x UInt8) ENGINE = MergeTree ORDER BY x`)
}

/** Once the greedy one has emptied what is its own, it has had its say about the other as well. */
async function isKept(street: Street): Promise<void> {
  await eventually(async () => (await tables(street, yardstick)) === 0, {
    deadlineMs,
    what: 'it empties its own',
  })
  await eventually(
    async () => {
      const { [prey]: mark } = await street.world.marks()
      return mark?.includes(' connection=shop/default tenant=left/leaves state=retired ') === true
    },
    { deadlineMs, what: 'the shop retires its own' },
  )
  must((await tables(street, prey)) === 1, 'the neighbours’ connection emptied the shop’s database')
}

export const departureRows: readonly HarmRow[] = [
  {
    title: 'neighbour: a connection that keeps nothing empties no database of the shop’s tenants',
    acts: [
      { what: 'makes it', do: settle, shows: () => Promise.resolve() },
      {
        what: 'a tenant of each leaves',
        async do(street) {
          await street.kubectl('author', 'delete', 'ctenant', 'leaves', '-n', 'left')
          await street.kubectl('neighbour', 'delete', 'ctenant', 'yardstick', '-n', 'next')
        },
        shows: isKept,
      },
    ],
  },
]
