/**
 * Both halves in one, on a running environment: deploy/samples with a DataLens that is played by the sandbox,
 * dashboards on the customers' tokens, and the portal that shows them.
 */
import { counted } from '../../core/text/list-text.ts'
import { rm, writeFile } from 'node:fs/promises'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { linkSecretName } from '../../api/names.ts'
import { beside, keyOf, type KubeObject } from '../../api/object.ts'
import type { ClickHouseAccess } from '../../dev/administrator.ts'
import { filesOf } from '../../dev/environment-files.ts'
import type { Companion, Environment } from '../../dev/environment.ts'
import { linkEmbedPackage } from '../../dev/portal-process.ts'
import type { Supervisor } from '../../dev/process.ts'
import type { Progress } from '../../dev/progress.ts'
import type { Connector } from '../../sandbox/connector/connector.ts'
import type { Sandbox } from '../../sandbox/http/server.ts'
import { ChainCluster } from './chain-cluster.ts'
import { fillDatabase, prepareClickHouse } from './clickhouse.ts'
import { meetDataLens, openSandbox, type Parts } from './datalens.ts'
import { embedCustomers, shareLobby, type Customer, type Lobby } from './embeds.ts'
import { MountedSecrets } from './mounted-secrets.ts'
import { emptyPortalFolder, mountsOf, openPortal, type Portal } from './portal.ts'
import { applyObjects, readSamples } from './samples.ts'

/** A tenant, and how many orders it has; none for one that is refused. */
export interface Expected {
  readonly tenant: ConnectorTenant
  readonly rows: number | undefined
}

export interface Chain extends Companion {
  readonly clickhouse: ClickHouseAccess
  readonly cluster: ChainCluster
  readonly connector: Connector
  readonly sandbox: Sandbox
  readonly portal: Portal
  readonly expected: readonly Expected[]
  readonly customers: readonly Customer[]
  readonly lobby: Lobby
}

export interface ChainOptions {
  /** The state folder of the environment. */
  readonly directory: string
  readonly progress: Progress
}

/** The samples' namespace that the PartnerKey does not let in. */
const refusedNamespace = 'stranger'

/**
 * Resolves when customers can log in; the state folder then says where, in `sandbox.json` and `portal.json`. Safe to
 * repeat on a cluster that has been through it. When it throws, it leaves nothing running.
 */
export async function startChain(
  environment: Environment,
  options: ChainOptions,
  signal: AbortSignal,
): Promise<Chain> {
  const stack = new AsyncDisposableStack()
  try {
    const parts = await raise(environment, options, { stack, signal })
    return { ...parts, stop: () => stack.disposeAsync() }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

interface Raising {
  readonly stack: AsyncDisposableStack
  readonly signal: AbortSignal
}

async function raise(
  environment: Environment,
  { directory, progress }: ChainOptions,
  { stack, signal }: Raising,
): Promise<Omit<Chain, 'stop'>> {
  const files = filesOf(directory)
  const { supervisor } = environment
  supervisor.removeAtEnd(files.sandbox)
  supervisor.removeAtEnd(files.portal)
  const linked = linkEmbedPackage({ supervisor, logFile: files.portalLog })
  // It is waited for below; until then its failure is not unhandled.
  linked.catch(() => undefined)
  const cluster = new ChainCluster(environment.kubeconfigPath)
  stack.defer(() => cluster.close())

  let done = progress.begin('samples')
  const parts = await applySamples(environment, cluster, signal)
  done(`a connection, a partner key and ${counted(parts.samples.tenants.length, 'tenant')} applied`)

  done = progress.begin('connection')
  const version = await cluster.connectionReady(keyOf(parts.samples.connection), signal)
  done(`ClickHouse ${version} answers; DataLens’s user made, logged in as, and checked`)

  done = progress.begin('hand-over')
  const connector = await meetDataLens(parts, directory, signal)
  const sandbox = await openSandbox(connector)
  stack.defer(() => sandbox.close())
  done(`public keys exchanged with DataLens, played by the sandbox at ${sandbox.url}`)

  done = progress.begin('tenants')
  const expected = await settleTenants(parts, signal)
  done('settled, and some rows put into their databases')

  done = progress.begin('embeds')
  const tenants = expected.map(({ tenant }) => tenant)
  const customers = await embedCustomers(parts, { sandbox, tenants }, signal)
  const lobby = await shareLobby(parts, { sandbox, customers }, signal)
  done('tokens pasted, dashboards embedded, and a link for all signed by the operator')

  done = progress.begin('portal')
  await linked
  const portal = await raisePortal(
    { directory, supervisor, cluster, sandbox, customers, lobby },
    { stack, signal },
  )
  await tellWhere(files, { sandbox, portal })
  done(`at ${portal.url}`)
  const { clickhouse } = environment
  return { clickhouse, cluster, connector, sandbox, portal, expected, customers, lobby }
}

interface PortalParts extends Pick<Chain, 'cluster' | 'sandbox' | 'customers' | 'lobby'> {
  readonly directory: string
  readonly supervisor: Supervisor
}

/** What it has mounted is there before it starts, and stays fresh as long as it runs. */
async function raisePortal(
  { directory, supervisor, cluster, sandbox, customers, lobby: { embed } }: PortalParts,
  { stack, signal }: Raising,
): Promise<Portal> {
  await emptyPortalFolder(directory)
  const lobby = beside(embed, linkSecretName(embed))
  const mounted = new MountedSecrets(cluster, mountsOf(directory, customers, lobby))
  stack.defer(() => mounted.close())
  await mounted.start(signal)
  const portal = await openPortal({ directory, supervisor, sandboxUrl: sandbox.url, customers }, signal)
  stack.defer(() => portal.stop())
  return portal
}

/** Other programs of this user may read where the two are, and who may log in. */
async function tellWhere(
  files: ReturnType<typeof filesOf>,
  { sandbox, portal }: Pick<Chain, 'sandbox' | 'portal'>,
): Promise<void> {
  const { url, users } = portal
  for (const [file, content] of [
    [files.sandbox, { url: sandbox.url }],
    [files.portal, { url, users }],
  ] as const) {
    await rm(file, { force: true })
    await writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 })
  }
}

/** All but the embeds, which wait for what they show. A PartnerKey that is there may have been rotated, and stays. */
async function applySamples(
  environment: Environment,
  cluster: ChainCluster,
  signal: AbortSignal,
): Promise<Parts> {
  const { clickhouse } = environment
  const kubectl = environment.kubectl(signal)
  const apply = (objects: readonly KubeObject[]): Promise<void> => applyObjects(kubectl, objects)
  const known = await cluster.secret('datalens/clickhouse-operator', signal)
  const account = await prepareClickHouse(clickhouse, known?.['password'], signal)
  const samples = await readSamples(kubectl, account)
  const hasKey = await cluster.hasPartnerKey(keyOf(samples.partnerKey), signal)
  const isWanted = ({ kind }: KubeObject): boolean =>
    kind !== 'SecureEmbed' && !(hasKey && kind === 'PartnerKey')
  await apply(samples.objects.filter(isWanted))
  return { clickhouse, cluster, samples, apply }
}

async function settleTenants(
  { clickhouse, cluster, samples }: Parts,
  signal: AbortSignal,
): Promise<readonly Expected[]> {
  const settled = await cluster.settledTenants(samples.tenants, signal)
  const expected = settled.map((tenant, index): Expected => {
    const isRefused = tenant.metadata.namespace === refusedNamespace
    return { tenant, rows: isRefused ? undefined : 40 + 10 * index }
  })
  for (const { tenant, rows } of expected) {
    const { database } = tenant.spec
    if (rows !== undefined) await fillDatabase(clickhouse, { database, rows }, signal)
  }
  return expected
}
