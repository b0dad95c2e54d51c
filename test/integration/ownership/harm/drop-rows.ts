/** Data that a tenant left behind go when its mark says so: nobody brings that nearer for others, or keeps it from them. */
import { olderMark } from '../../../builders/older-mark.ts'
import { eventually } from '../../../time/eventually.ts'
import { deadlineMs, must, type HarmAct, type HarmRow } from './row.ts'
import { next, shop, type Street } from './street.ts'

const week = 168 * 3_600_000

async function markOf(street: Street, database: string): Promise<string> {
  return (await street.world.marks())[database] ?? ''
}

async function hasTables(street: Street, database: string): Promise<boolean> {
  const query = `SELECT name FROM system.tables WHERE database = '${database}'`
  return (await street.world.sql(query)).length > 0
}

/** Of `left`: is served, has data, and goes. */
const leaves = (name: string, database: string): HarmAct => ({
  what: `${name} leaves`,
  async do(street) {
    const tenant = street.tenant(name, 'left', database) as { readonly spec: object }
    const spec = { ...tenant.spec, deletionPolicy: 'Drop', confirmDrop: database }
    await street.apply('author', { ...tenant, spec })
    await street.world.tenantIs(`left/${name}`, 'True', 'Ready', deadlineMs)
    await street.world.sql(`CREATE TABLE ${database}.orders (x UInt8) ENGINE = MergeTree ORDER BY x`)
    await street.kubectl('author', 'delete', 'ctenant', name, '-n', 'left')
  },
  async shows(street) {
    const isRetired = async (): Promise<boolean> => / dropsAt=/.test(await markOf(street, database))
    await eventually(isRetired, { deadlineMs, what: `${database} is retired` })
  },
})

/** Its time has come. */
async function age(street: Street, database: string): Promise<void> {
  const older = olderMark(await markOf(street, database), week)
  await street.world.sql(`ALTER DATABASE ${database} MODIFY COMMENT '${older}'`)
}

const isKept =
  (database: string) =>
  async (street: Street): Promise<void> => {
    await street.sync()
    must(await hasTables(street, database), `${database} was emptied`)
  }

const isEmptied =
  (database: string) =>
  async (street: Street): Promise<void> => {
    const isEmpty = async (): Promise<boolean> => {
      await street.sync()
      return !(await hasTables(street, database))
    }
    await eventually(isEmpty, { deadlineMs, everyMs: 1_500, what: `${database} is empty` })
  }

export const dropRows: readonly HarmRow[] = [
  {
    title:
      'neighbour: a dropAfter of nothing on their connection, and then on the shop’s own, empties nothing',
    acts: [
      leaves('hurried', 'left__hurried'),
      {
        what: 'the neighbour hurries',
        async do(street) {
          const { namespace } = next
          const spec = JSON.stringify({ spec: { dropAfter: '0s', syncInterval: '10s' } })
          await street.kubectl(
            'neighbour',
            'patch',
            'chconn',
            'default',
            '-n',
            namespace,
            '--type=merge',
            '-p',
            spec,
          )
        },
        shows: isKept('left__hurried'),
      },
      {
        what: 'the shop hurries',
        do: street =>
          street.world.connections.mergePatch(
            'shop/default',
            { spec: { dropAfter: '0s' } },
            new AbortController().signal,
          ),
        shows: isKept('left__hurried'),
      },
    ],
  },
  {
    title: 'author: a refused tenant that names a retired database does not keep its data',
    acts: [
      leaves('gone', 'left__gone'),
      {
        what: 'somebody outside names it, and its time comes',
        async do(street) {
          await street.apply('author', street.tenant('keeper', 'outside', 'left__gone'))
          await street.world.tenantIs('outside/keeper', 'False', 'NamespaceNotAllowed', deadlineMs)
          await age(street, 'left__gone')
        },
        shows: isEmptied('left__gone'),
      },
    ],
  },
  {
    title:
      'administrator: a tenant that is let in and names a retired database is not emptied under its eyes',
    acts: [
      leaves('first', 'client_first'),
      {
        what: 'somebody who may have the name waits for it, and its time comes',
        async do(street) {
          await street.apply('administrator', street.tenant('second', 'right', 'client_first'))
          await street.world.tenantIs('right/second', 'False', 'NameRetired', deadlineMs)
          await age(street, 'client_first')
        },
        async shows(street) {
          await isKept('client_first')(street)
          const { message } = await street.sync()
          must(
            /a tenant that exists names them: [^.]*`client_first`/.test(message),
            `nobody hears why: ${message}`,
          )
        },
      },
    ],
  },
  {
    title:
      'administrator: a PartnerKey that is away as the time comes has nothing emptied that its tenant waits for',
    acts: [
      leaves('brief', 'client_brief'),
      {
        what: 'the key of who waits for the name goes, and then its time comes',
        async do(street) {
          const partnerKeyRef = { name: 'brief', namespace: shop.namespace }
          const brief = street.partnerKey('brief', shop.namespace, ['client_*']) as {
            readonly metadata: object
          }
          const annotations = { 'lenskeeper.dev/confirm-deletion': 'brief' }
          await street.world.apply({ ...brief, metadata: { ...brief.metadata, annotations } })
          await street.apply(
            'administrator',
            street.world.tenant('third', { database: 'client_brief', partnerKeyRef }, 'right'),
          )
          await street.world.tenantIs('right/third', 'False', 'NameRetired', deadlineMs)
          await street.world.partnerKeys.delete('shop/brief', {}, new AbortController().signal)
          await street.world.tenantIs('right/third', 'False', 'PartnerKeyNotFound', deadlineMs)
          await age(street, 'client_brief')
        },
        async shows(street) {
          await isKept('client_brief')(street)
          const { message } = await street.sync()
          must(
            /a tenant that exists names them: [^.]*`client_brief`/.test(message),
            `nobody hears why: ${message}`,
          )
        },
      },
    ],
  },
  {
    title:
      'neighbour: a tenant that their own key lets in and names a retired database does not keep its data',
    acts: [
      leaves('away', 'left__away'),
      {
        what: 'they name it by a key for all names, and its time comes',
        async do(street) {
          const partnerKeyRef = { name: 'keeper', namespace: next.namespace }
          const tenant = { database: 'left__away', partnerKeyRef }
          await street.apply(
            'neighbour',
            street.partnerKey('keeper', next.namespace, ['*']),
            street.world.tenant('keeper', tenant, next.namespace),
          )
          await street.world.tenantIs('next/keeper', 'False', undefined, deadlineMs)
          await age(street, 'left__away')
        },
        shows: isEmptied('left__away'),
      },
    ],
  },
]
