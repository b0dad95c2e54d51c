/**
 * Every version that any Secret of the operator's ever had, watched from the start: a token that was wrong for a
 * moment is as bad as one that is wrong at the end. What a token opens, and whose that database was when the token
 * was seen, is found out here without the operator's code.
 */
import { constants, createPublicKey, privateDecrypt, verify } from 'node:crypto'
import { dataOf, type Secret } from '../../src/api/core-objects.ts'
import type { World } from '../cluster/world.ts'
import { followSecrets, type SecretEvent } from './secret-events.ts'

export interface TokenVersion {
  /** `namespace/name` of the Secret. */
  readonly key: string
  /** `namespace/name` of the tenant that it is for. */
  readonly tenant: string
  readonly token: string
  /** The database that it opens; undefined when DataLens would refuse it. */
  readonly database: string | undefined
  /** For each replica that answered: the database's comment when the token was seen, '' without a database. */
  readonly comments: readonly string[]
}

export interface HistoryOptions {
  /** Which replicas a PartnerKey of that name has its tenants on. Default all. */
  readonly replicasOf?: (partnerKey: string) => readonly number[]
}

export class SecretHistory {
  readonly #world: World
  readonly #replicasOf: (partnerKey: string) => readonly number[]
  readonly #ending = new AbortController()
  readonly #seen: Promise<TokenVersion>[] = []
  /** Values of everything secret that was ever in one of these Secrets. */
  readonly #values = new Set<string>()
  readonly #publicPems = new Map<string, string>()
  readonly #lastToken = new Map<string, string>()
  #watching: Promise<void> = Promise.resolve()

  private constructor(world: World, options: HistoryOptions) {
    const all = world.environment.clickhouse.endpoints.map((_, index) => index)
    this.#world = world
    this.#replicasOf = options.replicasOf ?? (() => all)
  }

  /** Resolves once nothing that is written from now on can be missed. */
  static async start(world: World, options: HistoryOptions = {}): Promise<SecretHistory> {
    const history = new SecretHistory(world, options)
    const follower = { note: (event: SecretEvent) => history.#note(event), onGap: 'relist' } as const
    const { ended } = await followSecrets(world, follower, history.#ending.signal)
    history.#watching = ended
    return history
  }

  /** Every token that was ever in a Secret, in the order in which they were seen. */
  async tokens(): Promise<readonly TokenVersion[]> {
    return await Promise.all(this.#seen)
  }

  /** Tokens, private keys and passwords that the operator ever wrote. */
  get secretValues(): readonly string[] {
    return [...this.#values]
  }

  /**
   * What should never have been: a token for a database that was not its tenant's on some endpoint at that moment,
   * one that DataLens would refuse, a Secret without a token.
   */
  async violations(): Promise<readonly string[]> {
    const wrong = (await this.tokens()).flatMap(({ key, tenant, database, comments }) => {
      if (database === undefined) return [`${key} held a token that DataLens refuses`]
      const strange = comments.filter(comment => !isOwnedBy(comment, tenant))
      return strange.map(comment => `${key} opened ${database} while its comment was "${comment}"`)
    })
    return wrong
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await this.#watching
  }

  #note({ type, object }: SecretEvent): void {
    const { labels = {}, namespace = '', name } = object.metadata
    for (const field of ['token', 'private.pem', 'password']) {
      const value = dataOf(object, field)
      if (value !== undefined && value !== '') this.#values.add(value)
    }
    const publicPem = dataOf(object, 'public.pem')
    const partnerKey = labels['lenskeeper.dev/partner-key'] ?? ''
    if (publicPem !== undefined) this.#publicPems.set(name, publicPem)
    const tenant = labels['lenskeeper.dev/tenant']
    if (tenant === undefined || type === 'deleted') {
      this.#lastToken.delete(`${namespace}/${name}`)
      return
    }
    this.#noteToken(object, { tenant: `${namespace}/${tenant}`, partnerKey })
  }

  #noteToken(secret: Secret, { tenant, partnerKey }: { tenant: string; partnerKey: string }): void {
    const key = `${secret.metadata.namespace}/${secret.metadata.name}`
    const token = dataOf(secret, 'token') ?? ''
    if (this.#lastToken.get(key) === token) return
    this.#lastToken.set(key, token)
    const database = this.#open(token, partnerKey)
    this.#seen.push(
      this.#comments(database, this.#replicasOf(partnerKey)).then(comments => ({
        key,
        tenant,
        token,
        database,
        comments,
      })),
    )
  }

  async #comments(database: string | undefined, replicas: readonly number[]): Promise<readonly string[]> {
    if (database === undefined) return []
    const asked = replicas.map(async replica => {
      const query = `SELECT comment FROM system.databases WHERE name = '${database}'`
      return (await this.#world.sql(query, replica))[0]?.[0] ?? ''
    })
    const answers = await Promise.allSettled(asked)
    return answers.flatMap(answer => (answer.status === 'fulfilled' ? [answer.value] : []))
  }

  #open(token: string, partnerKey: string): string | undefined {
    const [dataLensVersion = '', partnerVersion = '', ciphertext = '', signature = ''] = token.split(':')
    const publicPem = this.#publicPems.get(`${partnerKey}-partner-v${partnerVersion}`)
    if (publicPem === undefined || !/^[1-9][0-9]*$/.test(dataLensVersion)) return undefined
    const sealed = Buffer.from(ciphertext, 'base64')
    const signed = verify('RSA-SHA1', sealed, createPublicKey(publicPem), Buffer.from(signature, 'base64'))
    if (!signed) return undefined
    try {
      const key = this.#world.dataLens(Number(dataLensVersion)).privatePem
      const plain = privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, sealed)
      const content: unknown = JSON.parse(plain.toString('utf8'))
      if (typeof content !== 'object' || content === null || !('db_name' in content)) return undefined
      return String(content.db_name)
    } catch {
      return undefined
    }
  }
}

/** Whether a database's comment says that it is this tenant's. */
export function isOwnedBy(comment: string, tenant: string): boolean {
  return comment.startsWith('lenskeeper/v1 ') && comment.includes(` tenant=${tenant} state=owned `)
}
