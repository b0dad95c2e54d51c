/** Gathers what a decision about one embed rests on: caches alone. */
import { annotations } from '../api/labels.ts'
import type { Secret } from '../api/core-objects.ts'
import { signingKeyOf } from '../api/names.ts'
import { keyOf, type ObjectKey } from '../api/object.ts'
import type { SecureEmbed } from '../api/secure-embed.ts'
import type { Clock } from '../core/clock.ts'
import type { SecretShape } from '../published-secret/build.ts'
import type { SecretLookup } from '../published-secret/lookup.ts'
import type { Store } from '../runtime/cache/store.ts'
import { linkShape } from './link/shape.ts'
import { viewCurrentLink, viewLink, viewUnjudged } from './link/view.ts'
import { wantedLink } from './link/wanted.ts'
import type { Observed } from './observed.ts'
import { viewSigningKey } from './signing-key/view.ts'

export interface Sources {
  readonly embeds: Store<SecureEmbed>
  /** The Secrets that are offered for signing, and no others. */
  readonly signingKeys: Pick<Store<Secret>, 'get'>
  readonly secretLookup: SecretLookup
  readonly clock: Clock
  readonly observing: boolean
  readonly metadataPrefixes: readonly string[]
}

/** Undefined when the embed is gone. */
export async function observe(
  key: ObjectKey,
  from: Sources,
  signal: AbortSignal,
): Promise<Observed | undefined> {
  const embed = from.embeds.get(key)
  if (embed === undefined) return undefined
  const shape = linkShape(embed)
  return {
    key,
    embed,
    now: from.clock.now(),
    observing: from.observing || embed.metadata.annotations?.[annotations.mode] === 'Observe',
    metadataPrefixes: from.metadataPrefixes,
    shape,
    link: await observeLink(embed, shape, from, signal),
  }
}

async function observeLink(
  embed: SecureEmbed,
  shape: SecretShape,
  { secretLookup, signingKeys, clock }: Sources,
  signal: AbortSignal,
): Promise<Observed['link']> {
  const { metadata, spec, status } = embed
  const wanted = wantedLink(spec)
  const { current, former } = await secretLookup.find(keyOf(embed), shape.name, signal)
  if ('problem' in wanted) return { ...wanted, current: current && viewUnjudged(current, shape) }
  const key = viewSigningKey(signingKeys.get(signingKeyOf(embed)), embed)
  const context = { shape, wanted, key }
  return {
    now: Math.floor(clock.now() / 1000),
    uid: metadata.uid ?? '',
    wanted,
    key,
    current: current === undefined ? undefined : viewCurrentLink(current, context),
    former: former.map(secret => viewLink(secret, context)),
    known: status?.previous,
  }
}
