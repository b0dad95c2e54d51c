/**
 * Both halves in one: tenants of a real operator, whose tokens are pasted into the sandbox; dashboards on those
 * connections, embedded in the portal; and in the portal's folders what the kubelet would mount there.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dataOf } from '../../src/api/core-objects.ts'
import { embedSigningUse, labels } from '../../src/api/labels.ts'
import { fillDatabase } from '../../src/cli/chain/clickhouse.ts'
import { systemClock } from '../../src/core/clock.ts'
import { Redacted } from '../../src/core/redaction/redacted.ts'
import { inspect } from '../../src/embed/inspect.ts'
import { Connector } from '../../src/sandbox/connector/connector.ts'
import { defaultContentFile, readContent } from '../../src/sandbox/content/read.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/http/server.ts'
import { startWorld, type World } from '../cluster/world.ts'
import { PortalRig } from '../portal/rig.ts'
import { eventually } from '../time/eventually.ts'
import { connect, embedDashboard, type Embedded, type Entry } from '../../src/cli/chain/sandbox-api.ts'

const forever = new AbortController().signal

/** Tenants of the portal, and how many orders each has. */
export const customers = { acme: 40, globex: 60 } as const
export type Customer = keyof typeof customers

const names = Object.keys(customers) as Customer[]

export class Chain {
  readonly world: World
  /** DataLens's keys. */
  readonly connector: Connector
  readonly sandbox: Sandbox
  readonly portal: PortalRig
  readonly #entries: ReadonlyMap<Customer, readonly Entry[]>
  readonly #folder: string

  private constructor(
    parts: Pick<Chain, 'world' | 'connector' | 'sandbox' | 'portal'>,
    entries: ReadonlyMap<Customer, readonly Entry[]>,
    folder: string,
  ) {
    this.world = parts.world
    this.connector = parts.connector
    this.sandbox = parts.sandbox
    this.portal = parts.portal
    this.#entries = entries
    this.#folder = folder
  }

  static async start(): Promise<Chain> {
    const world = await startWorld()
    await startTenants(world)
    const connector = await connectorOf(world)
    const sandbox = await startSandbox({
      content: readContent(await readFile(defaultContentFile, 'utf8'), 'default.yaml'),
      connectors: new Map([['acme', connector]]),
      port: 0,
    })
    const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-chain-'))
    const entries = new Map<Customer, readonly Entry[]>()
    const embeds = new Map<Customer, Embedded>()
    for (const name of names) {
      const connected = await connect(sandbox, await tokenOf(world, name))
      entries.set(name, connected.entries)
      embeds.set(name, await embedDashboard(sandbox, connected.entries))
    }
    const portal = await PortalRig.start({
      dataLensUrl: sandbox.url,
      env: { TENANTS_FILE: await writeTenants(folder, embeds), EMBED_ID: '' },
    })
    const chain = new Chain({ world, connector, sandbox, portal }, entries, folder)
    await chain.askForLobby({ region: 'north', key: 'lobby-signing-key' })
    await chain.syncSecrets()
    return chain
  }

  /** A SecureEmbed of acme's dashboard with an embedding secret of its own, whose link the operator signs. */
  async askForLobby({ region, key }: { readonly region: string; readonly key: string }): Promise<void> {
    const { embedId, privateKey } = await embedDashboard(this.sandbox, this.#entries.get('acme') ?? [])
    await this.world.apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: key, namespace: 'tenants', labels: { [labels.use]: embedSigningUse } },
        stringData: { 'private.pem': privateKey },
      },
      {
        apiVersion: 'lenskeeper.dev/v1alpha1',
        kind: 'SecureEmbed',
        metadata: { name: 'lobby', namespace: 'tenants' },
        spec: {
          platform: 'Yandex',
          kind: 'Dashboard',
          embedId,
          baseUrl: this.sandbox.url,
          signingKeySecretRef: { name: key },
          params: [{ name: 'region', value: region }],
        },
      },
    )
    await eventually(async () => (await this.#lobbyEmbedId()) === embedId, {
      what: 'the operator signs the lobby’s link',
    })
  }

  async #lobbyEmbedId(): Promise<unknown> {
    const secret = await this.world.secrets.get('tenants/lobby-embed', forever)
    return secret && inspect(dataOf(secret, 'token') ?? '').embedId
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

async function writeTenants(folder: string, embeds: ReadonlyMap<Customer, Embedded>): Promise<string> {
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
