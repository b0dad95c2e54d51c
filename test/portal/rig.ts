/** The portal of examples/, as a partner starts it: on the package @lenskeeper/embed, with its Secrets in folders. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../examples/portal/src/config.ts'
import { embedder } from '../../src/embed/embedder.ts'
import { linkEmbed } from '../../scripts/link-embed.ts'
import { mountSecret } from '../../src/dev/mounted-secret.ts'
import { embedVectors } from '../vectors/embed-vectors.ts'
import { Visitor } from '../../src/cli/chain/visitor.ts'

// It imports the package, which has to be there before.
await linkEmbed()
const { buildPortal } = await import('../../examples/portal/src/portal.ts')
const { accountsOf, madeUpPasswords, passwordsIn } = await import('../../examples/portal/src/accounts.ts')
const { readConfig } = await import('../../examples/portal/src/config.ts')

// Hashing is slow on purpose: once for all portals of a file.
const { passwords, told } = await madeUpPasswords(['acme', 'globex', 'admin'])

export const embedId = 'pgx4ekt5dj3u1'
export const lobbyEmbedId = 'qhy5fmu6ek4v2'

export interface PortalRigOptions {
  /** Where frames come from. */
  readonly dataLensUrl?: string
  /** Besides what the rig says itself. */
  readonly env?: Readonly<Record<string, string>>
  /** Those of the rig are what they are without one. */
  readonly passwordsFile?: string
}

/** A portal on a free port, with nothing mounted yet. */
export class PortalRig {
  readonly url: string
  readonly config: Config
  /** By the name of the account. */
  readonly passwords: ReadonlyMap<string, string>
  readonly #folder: string
  readonly #stop: () => Promise<void>
  #versions = 0

  private constructor(
    parts: Pick<PortalRig, 'url' | 'config' | 'passwords'>,
    folder: string,
    stop: () => Promise<void>,
  ) {
    this.url = parts.url
    this.config = parts.config
    this.passwords = parts.passwords
    this.#folder = folder
    this.#stop = stop
  }

  static async start({
    dataLensUrl = 'http://localhost:1',
    env = {},
    passwordsFile,
  }: PortalRigOptions = {}): Promise<PortalRig> {
    const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-portal-'))
    const config = readConfig({
      PORT: '0',
      DATALENS_URL: dataLensUrl,
      EMBED_ID: embedId,
      EMBED_KEY_FILE: join(folder, 'embed-key/private.pem'),
      LOBBY_FOLDER: join(folder, 'lobby'),
      TOKENS_FOLDER: join(folder, 'tokens'),
      LINK_LIFETIME: '5m',
      ...env,
    })
    const accounts = accountsOf(config.tenants)
    const app = await buildPortal({
      config,
      accounts,
      passwords: passwordsFile === undefined ? passwords : passwordsIn(passwordsFile),
    })
    await app.listen({ host: config.host, port: 0 })
    const { port } = app.server.address() as AddressInfo
    return new PortalRig({ url: `http://127.0.0.1:${port}`, config, passwords: told }, folder, async () => {
      await app.close()
    })
  }

  async close(): Promise<void> {
    await this.#stop()
    await rm(this.#folder, { recursive: true })
  }

  visitor(): Visitor {
    return new Visitor(this.url)
  }

  /** One who has logged in. */
  async member(name: string): Promise<Visitor> {
    const visitor = this.visitor()
    const { status } = await visitor.logIn(name, this.passwords.get(name) ?? '')
    if (status !== 303) throw new Error(`${name} was not let in: ${status}`)
    return visitor
  }

  async mountKey(pem = embedVectors.key.privatePem): Promise<void> {
    await mkdir(join(this.#folder, 'embed-key'), { recursive: true })
    await writeFile(this.config.dashboard.keyFile, pem)
  }

  /** What the operator has written for a SecureEmbed. Returns its token. */
  async mountLobby(now = Date.now()): Promise<string> {
    const lobby = embedder({
      platform: 'Yandex',
      kind: 'Dashboard',
      embedId: lobbyEmbedId,
      key: embedVectors.key.privatePem,
      baseUrl: this.config.dataLensUrl.origin,
      lifetime: '5m',
      now: () => now,
    })
    const { token, url } = await lobby.sign({ params: { region: 'north' } })
    await this.mount(this.config.lobbyFolder, { token, url })
    return token
  }

  async mountToken(tenant: string, token: string): Promise<void> {
    await this.mount(join(this.config.tokensFolder, tenant), { token, database: `client_${tenant}` })
  }

  /** As the kubelet does with a Secret. */
  async mount(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(folder, { recursive: true })
    await mountSecret(folder, files, `v${++this.#versions}`)
  }
}
