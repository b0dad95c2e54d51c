/** What a tenant left behind of one name keeps no other name from whom it belongs to. */
import { deadlineMs, must, type HarmRow } from './row.ts'
import { shop, type Street, type Who } from './street.ts'

const forever = new AbortController().signal

interface Leftover {
  readonly who: Who
  readonly key: string
  /** A name that they may have, and get a token for. */
  readonly own: string
  /** The name that they want to keep from others. */
  readonly prey: string
  readonly isAssigned?: boolean
  /** Let in by a PartnerKey of their own, to a connection of their own. */
  readonly byOwnKey?: boolean
}

/** Gets a token, deletes the tenant without the Secret, and applies it again with the name of somebody else. */
async function leaveSecret(
  street: Street,
  { who, key, own, prey, byOwnKey = false }: Leftover,
): Promise<void> {
  const [namespace = '', name = ''] = key.split('/')
  const partnerKeyRef = byOwnKey ? { name, namespace } : { name: 'acme', namespace: shop.namespace }
  const tenant = (database: string): object =>
    street.world.tenant(name, { database, partnerKeyRef }, namespace)
  if (byOwnKey) await street.apply(who, ...street.byOwnConnection(name, { databases: ['next__*'] }))
  await street.apply(who, tenant(own))
  await street.world.tenantIs(key, 'True', 'Ready', deadlineMs)
  const object = ['ctenant', name, '-n', namespace]
  // Otherwise the operator may give the Secret its owner again before it sees the deletion.
  await street.kubectl(who, 'patch', ...object, '--type=merge', '-p', '{"spec":{"suspend":true}}')
  await street.world.tenantIs(key, 'True', 'Suspended', deadlineMs)
  await street.kubectl(who, 'delete', ...object, '--cascade=orphan')
  await street.apply(who, tenant(prey))
  await street.world.tenantIs(key, 'False', undefined, deadlineMs)
  must((await street.world.secrets.get(`${key}-datalens`, forever)) !== undefined, 'the Secret is gone')
}

/** The rightful tenant is served, though the other one is still there. */
async function isServed(street: Street, { key, prey, isAssigned }: Leftover): Promise<void> {
  const name = `rightful-${key.replace('/', '-')}`
  if (isAssigned === true) {
    const assignments = [{ database: prey, namespace: 'left', name }]
    await street.world.partnerKeys.mergePatch('shop/acme', { spec: { tenants: { assignments } } }, forever)
  }
  await street.apply('author', street.tenant(name, 'left', prey))
  await street.world.tenantIs(`left/${name}`, 'True', 'Ready', deadlineMs)
  must((await street.world.tenants.get(key, forever)) !== undefined, 'the rival is gone')
}

function keepsNothing(leftover: Leftover): HarmRow {
  const { who, isAssigned } = leftover
  const how = isAssigned === true ? ', to whom it is assigned' : ''
  return {
    title: `${who}: a sealed Secret of another database keeps no name from whom it belongs to${how}`,
    acts: [
      {
        what: 'leaves a Secret behind and asks for the name',
        do: street => leaveSecret(street, leftover),
        shows: street => isServed(street, leftover),
      },
    ],
  }
}

export const leftoverRows: readonly HarmRow[] = [
  keepsNothing({ who: 'author', key: 'right/orphan', own: 'client_551', prey: 'left__551' }),
  keepsNothing({
    who: 'administrator',
    key: 'right/kept',
    own: 'client_552',
    prey: 'left__552',
    isAssigned: true,
  }),
  keepsNothing({ who: 'neighbour', key: 'next/aside', own: 'next__553', prey: 'left__553', byOwnKey: true }),
]
