/**
 * Both halves in one: tenants of a real operator, whose tokens are pasted into the sandbox; dashboards on those
 * connections, embedded in the portal; and in the portal's folders what the kubelet would mount there.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dataOf } from '../../src/api/core-objects.ts'
import { embedSigningUse, labels } from '../../src/api/labels.ts'
import { fillDatabase } from '../../src/cli/local/demo-clickhouse.ts'
import { systemClock } from '../../src/core/clock.ts'
import { Redacted } from '../../src/core/redacted.ts'
import { Connector } from '../../src/sandbox/connector/connector.ts'
import { defaultContentFile, readContent } from '../../src/sandbox/content/read.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/http/server.ts'
import { startWorld, type World } from '../cluster/world.ts'
import { PortalRig } from '../portal/rig.ts'
import { eventually } from '../time/eventually.ts'

const forever = new AbortController().signal

/** Tenants of the portal, and how many orders each has. */
export const customers = { acme: 40, globex: 60 } as const
export type Customer = keyof typeof customers

const names = Object.keys(customers) as Customer[]

interface Entry {
  readonly id: string
  readonly scope: string
}

interface Embed {
  readonly embedId: string
  readonly privateKey: string
}

export class Chain {
  readonly world: World
  readonly sandbox: Sandbox
  readonly portal: PortalRig
  readonly #folder: string

  private constructor(parts: Pick<Chain, 'world' | 'sandbox' | 'portal'>, folder: string) {
    this.world = parts.world
    this.sandbox = parts.sandbox
    this.portal = parts.portal
    this.#folder = folder
  }

  static async start(): Promise<Chain> {
    const world = await startWorld()
    await startTenants(world)
    const sandbox = await startSandbox({
      content: readContent(await readFile(defaultContentFile, 'utf8'), 'default.yaml'),
      connectors: new Map([['acme', await connectorOf(world)]]),
      port: 0,
    })
    const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-chain-'))
    const embeds = new Map<Customer, Embed>()
    for (const name of names) {
      const { entries } = await connect(sandbox, await tokenOf(world, name))
      embeds.set(name, await embedDashboard(sandbox, entries))
    }
    const portal = await PortalRig.start({
      dataLensUrl: sandbox.url,
      env: { TENANTS_FILE: await writeTenants(folder, embeds), EMBED_ID: '' },
    })
    const chain = new Chain({ world, sandbox, portal }, folder)
    await askForLobby(chain, embeds.get('acme'))
    await chain.syncSecrets()
    return chain
  }

  async close(): Promise<void> {
    await this.portal.close()
    await this.sandbox.close()
    await this.world.close()
    await rm(this.#folder, { recursive: true })
  }

  /** Brings the cluster's Secrets into the portal's folders, as the kubelet does from time to time. */
  async syncSecrets(): Promise<void> {
    const { config } = this.portal
    for (const name of names) await this.#mount(`tenants/${name}-datalens`, join(config.tokensFolder, name))
    await this.#mount('tenants/lobby-embed', config.lobbyFolder)
  }

  /** What a chart has to show, asked as ClickHouse's administrator. */
  async revenueOf(name: Customer, where = '1'): Promise<number> {
    const [row] = await this.world.sql(
      `SELECT toFloat64(sum(amount)) FROM client_${name}.orders WHERE ${where}`,
    )
    return Number(row?.[0])
  }

  async #mount(secretKey: string, folder: string): Promise<void> {
    const secret = await this.world.secrets.get(secretKey, forever)
    const files = Object.keys(secret?.data ?? {}).map(file => [file, (secret && dataOf(secret, file)) ?? ''])
    if (files.length > 0) await this.portal.mount(folder, Object.fromEntries(files) as Record<string, string>)
  }
}

async function startTenants(world: World): Promise<void> {
  await world.startOperator()
  await world.connect()
  await world.apply(world.partnerKey())
  await world.namespace('tenants')
  await world.apply(...names.map(name => world.tenant(name, { database: `client_${name}` })))
  for (const name of names) {
    await world.tenantIs(`tenants/${name}`, 'True', 'Ready')
    await fillDatabase(
      world.environment.clickhouse,
      { database: `client_${name}`, rows: customers[name] },
      forever,
    )
  }
}

/** DataLens knows the partner's public key, and logs in as the reader. */
async function connectorOf(world: World): Promise<Connector> {
  const reader = await world.secrets.get('datalens/default-reader', forever)
  const partner = await world.secrets.get('datalens/acme-partner-v1', forever)
  const password = new Redacted((reader && dataOf(reader, 'password')) ?? '')
  const server = { url: world.environment.clickhouse.url, username: 'datalens', password }
  const connector = new Connector({ server, clock: systemClock })
  connector.takeKey(1, new Redacted(world.dataLens(1).privatePem))
  connector.learnPartnerKey(1, (partner && dataOf(partner, 'public.pem')) ?? '')
  return connector
}

async function tokenOf(world: World, name: Customer): Promise<string> {
  const secret = await world.secrets.get(`tenants/${name}-datalens`, forever)
  return (secret && dataOf(secret, 'token')) ?? ''
}

async function call<T>(sandbox: Sandbox, path: string, body: object): Promise<T> {
  const answer = await fetch(`${sandbox.url}${path}`, { method: 'POST', body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}

/** Pastes a token. */
export function connect(
  sandbox: Sandbox,
  token: string,
): Promise<{ readonly tables: readonly string[]; readonly entries: readonly Entry[] }> {
  return call(sandbox, '/api/connections', { name: 'Shop', access_token: token })
}

/** An embed of the dashboard among these entries, with all of them as its dependencies. */
async function embedDashboard(sandbox: Sandbox, entries: readonly Entry[]): Promise<Embed> {
  const secret = { title: 'Portal', workbookId: 'main' }
  const { embeddingSecretId, privateKey } = await call<{
    readonly embeddingSecretId: string
    readonly privateKey: string
  }>(sandbox, '/rpc/createEmbeddingSecret', secret)
  const { embedId } = await call<{ readonly embedId: string }>(sandbox, '/rpc/createEmbed', {
    title: 'Sales',
    embeddingSecretId,
    entryId: entries.find(({ scope }) => scope === 'dash')?.id,
    depsIds: entries.filter(({ scope }) => scope !== 'dash').map(({ id }) => id),
    publicParamsMode: false,
    unsignedParams: [],
    privateParams: ['tenant'],
  })
  return { embedId, privateKey }
}

async function writeTenants(folder: string, embeds: ReadonlyMap<Customer, Embed>): Promise<string> {
  const tenants = []
  for (const [id, { embedId, privateKey }] of embeds) {
    const keyFile = join(folder, `${id}.pem`)
    await writeFile(keyFile, privateKey)
    tenants.push({
      id,
      name: id === 'acme' ? 'Acme Coffee' : 'Globex Bicycles',
      params: { tenant: id },
      embedId,
      keyFile,
    })
  }
  const path = join(folder, 'tenants.json')
  await writeFile(path, JSON.stringify(tenants))
  return path
}

/** A SecureEmbed, whose link the operator signs. */
async function askForLobby({ world, sandbox }: Chain, embed: Embed | undefined): Promise<void> {
  await world.apply(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'lobby-signing-key',
        namespace: 'tenants',
        labels: { [labels.use]: embedSigningUse },
      },
      stringData: { 'private.pem': embed?.privateKey },
    },
    {
      apiVersion: 'lenskeeper.dev/v1alpha1',
      kind: 'SecureEmbed',
      metadata: { name: 'lobby', namespace: 'tenants' },
      spec: {
        platform: 'Yandex',
        kind: 'Dashboard',
        embedId: embed?.embedId,
        baseUrl: sandbox.url,
        signingKeySecretRef: { name: 'lobby-signing-key' },
        params: [{ name: 'region', value: 'north' }],
      },
    },
  )
  await eventually(async () => (await world.secrets.get('tenants/lobby-embed', forever)) !== undefined, {
    what: 'the operator signs the lobby’s link',
  })
}
