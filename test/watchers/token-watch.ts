/**
 * Every version of every token Secret, from the moment it starts: how often each tenant's token was made, and
 * whether a consumer that had read the Secret at that moment would have had a whole, working token. Light enough
 * for hundreds of tenants; whose a database was is `SecretHistory`'s to prove.
 */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  verify,
  type KeyObject,
} from 'node:crypto'
import { dataOf, type Secret } from '../../src/api/core-objects.ts'
import type { World } from '../cluster/world.ts'
import { followSecrets, type SecretEvent } from './secret-events.ts'

export interface SeenToken {
  /** `namespace/name` of the tenant. */
  readonly tenant: string
  readonly pair: string
  readonly token: string
  /** The API server's version of the write that brought it; later writes, also of other objects, have larger ones. */
  readonly version: number
  /** Of the PartnerKey, by the Secret's label. */
  readonly partnerKey: string
}

export class TokenWatch {
  readonly #world: World
  readonly #ending = new AbortController()
  readonly #tokens: SeenToken[] = []
  readonly #latest = new Map<string, SeenToken>()
  readonly #writes = new Map<string, number>()
  readonly #databases = new Map<string, string>()
  readonly #publicKeys = new Map<string, KeyObject>()
  readonly #problems: string[] = []
  #watching: Promise<void> = Promise.resolve()

  private constructor(world: World) {
    this.#world = world
  }

  /** Resolves once nothing that is written from now on can be missed. */
  static async start(world: World): Promise<TokenWatch> {
    const watch = new TokenWatch(world)
    const note = ({ type, object }: SecretEvent): void =>
      type === 'deleted' ? watch.#noteDeleted(object) : watch.#note(object)
    const onGap = (): void => void watch.#problems.push('the watch has a gap')
    const { ended } = await followSecrets(world, { note, onGap }, watch.#ending.signal)
    watch.#watching = ended
    return watch
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await this.#watching
  }

  /** In the order in which they were written, of tenants in this namespace. */
  tokens(namespace: string): readonly SeenToken[] {
    return this.#tokens.filter(({ tenant }) => tenant.startsWith(`${namespace}/`))
  }

  /** How many tenants of the namespace hold a token of each pair now. */
  holding(namespace: string): Readonly<Record<string, number>> {
    const held = [...this.#latest].filter(([tenant]) => tenant.startsWith(`${namespace}/`))
    return countBy(held.map(([, { pair }]) => pair))
  }

  /** Tenants that hold a token of the pair now, by name. */
  holders(namespace: string, pair: string): readonly string[] {
    return [...this.#latest.values()]
      .filter(seen => seen.pair === pair && seen.tenant.startsWith(`${namespace}/`))
      .map(({ tenant }) => tenant.slice(namespace.length + 1))
      .sort()
  }

  /** `tenant pair` of whatever was made more than once; a token that came back is none that was made. */
  mintedTwice(namespace: string): readonly string[] {
    const made = new Map<string, Set<string>>()
    for (const { tenant, pair, token } of this.tokens(namespace)) {
      const name = `${tenant} ${pair}`
      made.set(name, (made.get(name) ?? new Set()).add(token))
    }
    return [...made].filter(([, tokens]) => tokens.size > 1).map(([name]) => name)
  }

  /** Tenants whose token was made anew for the pair that they had, which no course of edits asks for. */
  mintedInVain(namespace: string): readonly string[] {
    const last = new Map<string, string>()
    return this.tokens(namespace).flatMap(({ tenant, pair }) => {
      const again = last.get(tenant) === pair
      last.set(tenant, pair)
      return again ? [`${tenant} ${pair}`] : []
    })
  }

  /** How many tenants of the namespace had their Secret written how often, whatever was written. */
  writes(namespace: string): Readonly<Record<number, number>> {
    const counts = [...this.#writes].filter(([tenant]) => tenant.startsWith(`${namespace}/`))
    return countBy(counts.map(([, count]) => String(count)))
  }

  /** What a consumer would have stumbled over, at any moment: no token, a useless one, fields that do not fit it. */
  problems(): readonly string[] {
    const useless = this.#tokens.filter(seen => this.#opens(seen) !== this.#databases.get(seen.tenant))
    return [
      ...this.#problems,
      ...useless.map(({ tenant, pair }) => `a token of ${tenant}, ${pair}, is useless`),
    ]
  }

  #noteDeleted(secret: Secret): void {
    const tenant = tenantOf(secret)
    if (tenant === undefined) return
    this.#latest.delete(tenant)
    this.#problems.push(`the Secret of ${tenant} was deleted`)
  }

  #note(secret: Secret): void {
    const publicPem = dataOf(secret, 'public.pem')
    if (publicPem !== undefined) this.#publicKeys.set(secret.metadata.name, createPublicKey(publicPem))
    const tenant = tenantOf(secret)
    if (tenant === undefined) return
    const token = dataOf(secret, 'token') ?? ''
    const pair = token.split(':').slice(0, 2).join(':')
    const said = `${dataOf(secret, 'dataLensKeyVersion')}:${dataOf(secret, 'partnerKeyVersion')}`
    if (pair !== said) this.#problems.push(`the Secret of ${tenant} says ${said} of a token of ${pair}`)
    this.#databases.set(tenant, dataOf(secret, 'database') ?? '')
    this.#writes.set(tenant, (this.#writes.get(tenant) ?? 0) + 1)
    if (this.#latest.get(tenant)?.token === token) return
    const partnerKey = secret.metadata.labels?.['lenskeeper.dev/partner-key'] ?? ''
    const seen = { tenant, pair, token, partnerKey, version: Number(secret.metadata.resourceVersion) }
    this.#latest.set(tenant, seen)
    this.#tokens.push(seen)
  }

  /** The database that DataLens would open. */
  #opens({ pair, token, partnerKey }: SeenToken): string | undefined {
    const [dataLens = '', partner = ''] = pair.split(':')
    const [ciphertext = '', signature = ''] = token.split(':').slice(2)
    const sealed = Buffer.from(ciphertext, 'base64')
    const signer = this.#publicKeys.get(`${partnerKey}-partner-v${partner}`)
    if (signer === undefined || !verify('RSA-SHA1', sealed, signer, Buffer.from(signature, 'base64')))
      return undefined
    try {
      const key = createPrivateKey(this.#world.dataLens(Number(dataLens)).privatePem)
      const plain = privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, sealed)
      const content: unknown = JSON.parse(plain.toString('utf8'))
      return (content as { readonly db_name?: string }).db_name
    } catch {
      return undefined
    }
  }
}

function tenantOf({ metadata }: Secret): string | undefined {
  const tenant = metadata.labels?.['lenskeeper.dev/tenant']
  return tenant === undefined ? undefined : `${metadata.namespace}/${tenant}`
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
