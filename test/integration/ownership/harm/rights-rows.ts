/** What the operator's account lacks on one name concerns the tenant of that name alone. */
import { deadlineMs, must, type HarmAct, type HarmRow } from './row.ts'
import { next, type Street, type Who } from './street.ts'

const finance = 'aaa_finance'

/** The connection is as it was and says nothing of the name, and the next tenant of somebody else is served. */
const unharmed =
  (newcomer: string) =>
  async (street: Street): Promise<void> => {
    const { status, message } = await street.sync()
    must(status === 'True' && !message.includes(finance), `the shop’s connection says ${status}: ${message}`)
    await street.apply('author', street.tenant(newcomer, 'left', `left__${newcomer}`))
    await street.world.tenantIs(`left/${newcomer}`, 'True', 'Ready', deadlineMs)
  }

interface Refused {
  readonly who: Who
  readonly key: string
  readonly reason: string
}

const asks = (refused: Refused, newcomer: string): HarmAct => ({
  what: `asks for ${finance}`,
  async do(street) {
    const [namespace = '', name = ''] = refused.key.split('/')
    await street.apply(refused.who, street.tenant(name, namespace, finance))
    await street.world.tenantIs(refused.key, 'False', refused.reason, deadlineMs)
  },
  shows: unharmed(newcomer),
})

export const rightsRows: readonly HarmRow[] = [
  {
    title: 'author: a name that is not let in asks the shop’s account for no right',
    acts: [
      asks({ who: 'author', key: 'outside/finance', reason: 'NamespaceNotAllowed' }, 'a1'),
      asks({ who: 'author', key: 'left/finance', reason: 'DatabaseNameNotAllowed' }, 'a2'),
    ],
  },
  {
    title: 'author: a name that is let in, and that the shop’s account does not reach, waits alone',
    acts: [
      {
        what: 'asks for it',
        async do(street) {
          await street.apply('author', street.tenant('beyond', 'right', 'right__beyond'))
          await street.world.tenantIs('right/beyond', 'False', 'StatementRefused', deadlineMs)
        },
        async shows(street) {
          await unharmed('a3')(street)
          await street.sync()
          const message = await street.says('StatementsRefused')
          must(message.includes('GRANT CREATE DATABASE ON `right__beyond`.*'), `nobody hears why: ${message}`)
        },
      },
    ],
  },
  {
    title: 'administrator: a PartnerKey of their own for the name changes nothing',
    acts: [
      {
        what: 'lets the name in by their own key',
        async do(street) {
          const tenant = street.world.tenant(
            'own',
            { database: finance, partnerKeyRef: { name: 'mine' } },
            'outside',
          )
          await street.apply('administrator', street.partnerKey('mine', 'outside', [finance]), tenant)
          await street.world.tenantIs('outside/own', 'False', 'ConnectionNotReady', deadlineMs)
        },
        shows: unharmed('b1'),
      },
      asks({ who: 'administrator', key: 'right/finance', reason: 'DatabaseNameNotAllowed' }, 'b2'),
    ],
  },
  {
    title: 'neighbour: what the account of their own connection lacks is theirs',
    acts: [
      {
        what: 'asks for a name that their own account does not reach',
        async do(street) {
          await street.apply('neighbour', street.tenant('finance', 'next', finance, next))
          await street.world.tenantIs('next/finance', 'False', undefined, deadlineMs)
        },
        shows: unharmed('c1'),
      },
      asks({ who: 'neighbour', key: 'outside/neighbours', reason: 'NamespaceNotAllowed' }, 'c2'),
    ],
  },
]
