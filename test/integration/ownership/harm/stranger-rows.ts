/** Whatever a connection of somebody else's leads to, or says, or never says: the first one on a server is alone in what it decides. */
import { eventually } from '../../../time/eventually.ts'
import type { ScriptedServer } from '../../../proxies/scripted-server.ts'
import { startLiar } from './liar.ts'
import { deadlineMs, must, type HarmRow } from './row.ts'
import type { Street } from './street.ts'

const forever = new AbortController().signal
const home = 'outside'

interface Stranger {
  readonly name: string
  readonly endpoint: string
  readonly account?: { readonly username: string; readonly password: string }
}

/** By a name of its own, as another address and as the very address; let in with all rights, refused, or with nobody there. */
function strangers({ world }: Street, liar: ScriptedServer): readonly Stranger[] {
  const { endpoints, username, password } = world.environment.clickhouse
  const [endpoint = ''] = endpoints
  const account = { username, password }
  return [
    { name: 'same-address', endpoint, account: { username, password: 'wrong' } },
    { name: 'no-account', endpoint },
    { name: 'nobody', endpoint: 'http://127.0.0.1:1', account },
    { name: 'liar', endpoint: `http://127.0.0.1:${liar.port}`, account },
    { name: 'alias', endpoint: endpoint.replace('127.0.0.1', 'localhost'), account },
  ]
}

function connectionOf({ name, endpoint, account }: Stranger): readonly object[] {
  const connection = {
    apiVersion: 'lenskeeper.dev/v1alpha1',
    kind: 'ClickHouseConnection',
    metadata: { name, namespace: home },
    spec: {
      endpoints: [endpoint],
      credentialsSecretRef: { name: `account-${name}` },
      reader: { user: 'outside_reader' },
      syncInterval: '10s',
      dropAfter: '0s',
      sweep: { grace: '0s', limit: 1_000 },
    },
  }
  if (account === undefined) return [connection]
  const metadata = { name: `account-${name}`, namespace: home }
  return [connection, { apiVersion: 'v1', kind: 'Secret', metadata, stringData: account }]
}

/** Statements on marks that the first connection's account has sent. */
async function marksWritten({ world }: Street): Promise<number> {
  const sent = await world.clickhouse.statements()
  return sent.filter(({ user, sql }) => user === 'lenskeeper_operator' && sql.includes('MODIFY COMMENT'))
    .length
}

/** Databases whose marks name no connection, with their tenants. */
async function unnamed({ world }: Street): Promise<ReadonlyMap<string, string>> {
  const found = Object.entries(await world.marks()).flatMap(([database, mark]) => {
    const tenant = / tenant=(\S+) state=owned /.exec(mark)?.[1]
    return tenant === undefined || mark.includes(' connection=') ? [] : [[database, tenant] as const]
  })
  return new Map(found)
}

async function areTried({ world }: Street): Promise<boolean> {
  const found = await world.connections.list({ namespace: home }, forever)
  const endpoint = (name: string) =>
    found.find(({ metadata }) => metadata.name === name)?.status?.endpoints?.[0]
  const tried = found.filter(({ status }) => (status?.observedGeneration ?? -1) > 0).length
  const [alias, liar] = [endpoint('alias'), endpoint('liar')]
  return tried >= 5 && alias?.server !== undefined && alias.server === liar?.server
}

/** Of a tenant that came while there was one connection. */
export const earlyLeaver = 'early_2'
let liar: ScriptedServer | undefined
let written = 0
let leaver: readonly [database: string, tenant: string] = ['', '']

export const strangerRows: readonly HarmRow[] = [
  {
    title:
      'neighbour: no connection of theirs costs the first one a mark, or keeps its departures, over a restart',
    acts: [
      {
        what: 'they make connections to its server, and to none, and to one that says it is the server',
        async do(street) {
          const { world } = street
          const [[uuid = ''] = []] = await world.sql('SELECT toString(serverUUID())')
          liar = await startLiar(uuid, Date.parse('2026-01-02T00:00:00Z'))
          written = await marksWritten(street)
          await street.apply('neighbour', ...strangers(street, liar).flatMap(connectionOf))
          await eventually(() => areTried(street), { deadlineMs, what: 'their connections are looked at' })
        },
        async shows(street) {
          must((await unnamed(street)).has(earlyLeaver), 'the marks of the first were written anew')
        },
      },
      {
        what: 'a tenant of the first one leaves while the operator is away',
        async do(street) {
          const { world } = street
          leaver = [earlyLeaver, (await unnamed(street)).get(earlyLeaver) ?? '']
          const sweep = { grace: '0s', limit: 1_000 }
          await world.connections.mergePatch('datalens/default', { spec: { sweep } }, forever)
          await world.operators.at(-1)?.stop()
          await world.tenants.delete(leaver[1], {}, forever)
          await world.startOperator()
        },
        async shows(street) {
          const { world } = street
          const isRevoked = async (): Promise<boolean> => !(await world.grants()).includes(leaver[0])
          await eventually(isRevoked, { deadlineMs, what: `${leaver[0]} is taken from the reader` })
          must((await marksWritten(street)) === written, 'marks of the first were written anew')
          must((await unnamed(street)).has(leaver[0]), 'somebody took the mark')
          await liar?.close()
        },
      },
    ],
  },
]
