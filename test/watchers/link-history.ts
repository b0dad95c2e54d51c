/**
 * Every version that the Secret of any embed ever had, and how often each status was written, from the start: a link
 * that was wrong for a moment is as bad as one that is wrong at the end.
 */
import { dataOf, type Secret } from '../../src/api/core-objects.ts'
import { keyOf, type KubeObject } from '../../src/api/object.ts'
import type { SecureEmbed } from '../../src/api/secure-embed.ts'
import { usedPairs } from '../scenarios/embeds.ts'
import { eventually } from '../time/eventually.ts'
import { faultsOf } from '../vectors/independent-link-reader.ts'
import type { World } from '../cluster/world.ts'
import { follow, type ObjectEvent } from './follow.ts'
import { followSecrets } from './secret-events.ts'

export interface SecretVersion {
  readonly secret: Secret
  readonly token: string
  /** The API server's; later writes, also of other objects, have larger ones. */
  readonly version: number
}

const forever = new AbortController().signal

export class LinkHistory {
  readonly #world: World
  readonly #ending = new AbortController()
  readonly #secrets = new Map<string, SecretVersion[]>()
  readonly #statuses = new Map<string, SecureEmbed[]>()
  /** By name: the version that was seen last. */
  readonly #seen = new Map<string, string>()
  readonly #removed = new Map<string, number>()
  readonly #excused = new Set<string>()
  #watching: readonly Promise<void>[] = []

  private constructor(world: World) {
    this.#world = world
  }

  /** Resolves once nothing that is written from now on can be missed. */
  static async start(world: World): Promise<LinkHistory> {
    const history = new LinkHistory(world)
    const onGap = (): never => {
      throw new Error('the watch has a gap')
    }
    const { signal } = history.#ending
    const secrets = { note: (event: ObjectEvent<Secret>) => history.#noteSecret(event), onGap }
    const embeds = { note: (event: ObjectEvent<SecureEmbed>) => history.#noteEmbed(event), onGap }
    const following = [
      await followSecrets(world, secrets, signal),
      await follow(world.embeds.listWatch(), embeds, signal),
    ]
    history.#watching = following.map(({ ended }) => ended)
    return history
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.#watching)
  }

  /** All versions of a Secret, `namespace/name`, also those with the token of the one before. */
  versions(secret: string): readonly SecretVersion[] {
    return this.#secrets.get(secret) ?? []
  }

  /** Those of the Secret with this uid alone, not of an earlier one of its name. */
  versionsOf({ metadata: { namespace, name, uid } }: Secret): readonly SecretVersion[] {
    return this.versions(`${namespace}/${name}`).filter(({ secret }) => secret.metadata.uid === uid)
  }

  /** The version at which a Secret was removed the last time. */
  removedAt(secret: string): number | undefined {
    return this.#removed.get(secret)
  }

  /**
   * Every token that was in a Secret, in order.
   *
   * @param owner the uid of the embed that they are of; not those of an earlier one of its name
   */
  tokens(secret: string, owner: string | undefined): readonly string[] {
    const all = this.versions(secret)
      .filter(({ secret: { metadata } }) => metadata.ownerReferences?.[0]?.uid === owner)
      .map(({ token }) => token)
    return all.filter((token, index) => token !== all[index - 1])
  }

  /** Every status that an embed, `namespace/name`, had, in order. */
  statuses(embed: string): readonly SecureEmbed[] {
    return this.#statuses.get(embed) ?? []
  }

  /** A version that the test wrote itself, to see it put right. */
  excuse(secret: Secret): void {
    this.#excused.add(nameOf(secret))
  }

  /** Resolves once all has been seen that was written until now. */
  async caughtUp(): Promise<void> {
    const ours = { labelSelector: 'app.kubernetes.io/managed-by=lenskeeper' }
    const [secrets, embeds] = await Promise.all([
      this.#world.secrets.list(ours, forever),
      this.#world.embeds.list({}, forever),
    ])
    const behind = (): boolean => [...secrets, ...embeds].some(object => !this.#hasSeen(object))
    await eventually(() => !behind(), { what: 'the history has caught up', everyMs: 20 })
  }

  /** Tokens, in all forms in which they could be found, and the keys that signed them. */
  get secretValues(): readonly string[] {
    const versions = [...this.#secrets.values()].flat()
    const encoded = versions.map(({ secret }) => secret.data?.['token'] ?? '')
    const tokens = versions.map(({ token }) => token)
    const values = [...encoded, ...tokens, ...usedPairs().map(({ privatePem }) => privatePem)]
    return [...new Set(values)].filter(value => value !== '')
  }

  /** What should never have been: a Secret whose parts do not fit each other, or that no page could use. */
  async violations(): Promise<readonly string[]> {
    const publicPems = new Map(usedPairs().map(({ fingerprint, publicPem }) => [fingerprint, publicPem]))
    const versions = [...this.#secrets.values()].flat()
    const judged = versions.map(async ({ secret }) => {
      if (this.#excused.has(nameOf(secret))) return []
      const faults = await faultsOf(secret, { publicPems })
      return faults.map(fault => `${nameOf(secret)}: ${fault}`)
    })
    return (await Promise.all(judged)).flat()
  }

  #noteSecret({ type, object }: ObjectEvent<Secret>): void {
    this.#see(object)
    const version = Number(object.metadata.resourceVersion)
    if (type === 'deleted') this.#removed.set(keyOf(object), version)
    if (type === 'deleted' || object.metadata.labels?.['lenskeeper.dev/embed'] === undefined) return
    append(this.#secrets, keyOf(object), { secret: object, token: dataOf(object, 'token') ?? '', version })
  }

  #noteEmbed({ type, object }: ObjectEvent<SecureEmbed>): void {
    this.#see(object)
    if (type === 'deleted' || isUnwritten(object)) return
    const before = this.statuses(keyOf(object)).at(-1)
    if (JSON.stringify(before?.status) === JSON.stringify(object.status)) return
    append(this.#statuses, keyOf(object), object)
  }

  #see(object: KubeObject): void {
    this.#seen.set(`${object.kind} ${keyOf(object)}`, object.metadata.resourceVersion ?? '')
  }

  #hasSeen(object: KubeObject): boolean {
    const seen = this.#seen.get(`${object.kind} ${keyOf(object)}`) ?? ''
    return Number(seen) >= Number(object.metadata.resourceVersion)
  }
}

function nameOf({ metadata }: Secret): string {
  return `${metadata.namespace}/${metadata.name} at ${metadata.resourceVersion}`
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

/** What the API server fills in is nobody's status. */
function isUnwritten({ status = {} }: SecureEmbed): boolean {
  return Object.keys(status).every(name => name === 'observedGeneration')
}
