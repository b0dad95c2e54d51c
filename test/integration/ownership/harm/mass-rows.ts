/** Whoever deletes all of their own holds up nobody else who leaves, and a confirmation that is left lets nobody go. */
import { accountRights } from '../../../../src/clickhouse/accounts/operator-account.ts'
import { grantRight } from '../../../../src/clickhouse/statements.ts'
import { eventually } from '../../../time/eventually.ts'
import { deadlineMs, must, type HarmRow } from './row.ts'
import { shop, type Street } from './street.ts'

const forever = new AbortController().signal
const key = 'shop/strict'
const reader = 'strict_reader'
const names = ['m1', 'm2', 'm3', 'm4', 'm5'] as const

const tenant = (street: Street, namespace: string, name: string): object =>
  street.world.tenant(
    name,
    { database: `mass_${name}`, partnerKeyRef: { name: 'strict', namespace: shop.namespace } },
    namespace,
  )

async function granted({ world }: Street): Promise<string> {
  const query = `SELECT DISTINCT database FROM system.grants WHERE user_name = '${reader}' AND database LIKE 'mass_%' ORDER BY database`
  return (await world.sql(query)).map(([name]) => String(name).slice('mass_'.length)).join(' ')
}

async function isGranted(street: Street, expected: string): Promise<void> {
  await eventually(
    async () => {
      const found = await granted(street)
      if (found !== expected) throw new Error(`the reader may read ${found}`)
      return true
    },
    { deadlineMs, what: `the reader may read ${expected}` },
  )
}

/** A connection of the shop's that lets two go at once. */
async function open(street: Street): Promise<void> {
  const { world } = street
  const request = { mode: 'managed', patterns: ['mass_*'], readerUser: reader, allowDrop: false } as const
  for (const right of accountRights(request)) await world.sql(grantRight(right, shop.account.username))
  const partnerKey = street.partnerKey('strict', 'shop', ['mass_*']) as { readonly spec: object }
  await world.apply(
    {
      apiVersion: 'lenskeeper.dev/v1alpha1',
      kind: 'ClickHouseConnection',
      metadata: { name: 'strict', namespace: 'shop' },
      spec: {
        endpoints: world.environment.clickhouse.endpoints,
        credentialsSecretRef: { name: 'clickhouse-operator' },
        reader: { user: reader },
        syncInterval: '10s',
        sweep: { grace: '0s', limit: 2 },
      },
    },
    { ...partnerKey, spec: { ...partnerKey.spec, connectionRef: { name: 'strict' } } },
  )
  await street.apply(
    'author',
    ...names.map(name => tenant(street, 'left', name)),
    tenant(street, 'right', 'n1'),
    tenant(street, 'right', 'n2'),
  )
  for (const name of names) await world.tenantIs(`left/${name}`, 'True', 'Ready', deadlineMs)
  for (const name of ['n1', 'n2']) await world.tenantIs(`right/${name}`, 'True', 'Ready', deadlineMs)
}

async function remove(street: Street, namespace: string, ...gone: readonly string[]): Promise<void> {
  await street.kubectl('author', 'delete', 'ctenant', ...gone, '-n', namespace, '--wait=false')
}

/** The name of what is held: so many of one namespace. */
async function held({ world }: Street, count: number, namespace: string): Promise<string> {
  return await eventually(
    async () => {
      const { status } = (await world.connections.get(key, forever)) ?? {}
      const said = status?.conditions?.find(({ type }) => type === 'SweepHeld')
      const [hold, ...more] = status?.held ?? []
      const isIt = hold?.count === count && more.length === 0 && said?.status === 'True'
      if (!isIt || !said.message.includes(`of namespace ${namespace} `)) throw new Error(said?.message)
      must(
        said.message.includes(`confirm-sweep=${hold.confirm}`),
        `nobody hears what to type: ${said.message}`,
      )
      return hold.confirm
    },
    { deadlineMs, what: `${count} of ${namespace} are held` },
  )
}

export const massRows: readonly HarmRow[] = [
  {
    title:
      'author: who deletes all of their own holds up nobody else who leaves, also with the confirmation left behind',
    acts: [
      { what: 'makes it', do: open, shows: street => isGranted(street, 'm1 m2 m3 m4 m5 n1 n2') },
      {
        what: 'deletes all of one namespace, and somebody else leaves',
        async do(street) {
          await remove(street, 'left', ...names)
          await held(street, 5, 'left')
          await remove(street, 'right', 'n1')
        },
        shows: street => isGranted(street, 'm1 m2 m3 m4 m5 n2'),
      },
      {
        what: 'the shop lets them go',
        async do(street) {
          const confirm = await held(street, 5, 'left')
          const patch = { metadata: { annotations: { 'lenskeeper.dev/confirm-sweep': confirm } } }
          await street.world.connections.mergePatch(key, patch, forever)
        },
        shows: street => isGranted(street, 'n2'),
      },
      {
        what: 'makes them anew, and deletes them again',
        async do(street) {
          await street.apply('author', ...names.map(name => tenant(street, 'left', name)))
          for (const name of names) await street.world.tenantIs(`left/${name}`, 'True', 'Ready', deadlineMs)
          await remove(street, 'left', ...names)
          await held(street, 5, 'left')
          await remove(street, 'right', 'n2')
        },
        shows: street => isGranted(street, 'm1 m2 m3 m4 m5'),
      },
    ],
  },
]
