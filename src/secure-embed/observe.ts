/** Gathers what a decision about one embed rests on: caches, and what these have no room for. */
import { annotations } from '../api/labels.ts'
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
import { findOffered, type OfferedSecrets } from './signing-key/find.ts'
import { viewSigningKey } from './signing-key/view.ts'

export interface Sources extends OfferedSecrets {
  readonly embeds: Store<SecureEmbed>
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
  { secretLookup, clock, ...offered }: Sources,
  signal: AbortSignal,
): Promise<Observed['link']> {
  const { metadata, spec, status } = embed
  const wanted = wantedLink(spec)
  const { current, former } = await secretLookup.find(keyOf(embed), shape.name, signal)
  if ('problem' in wanted) return { ...wanted, current: current && viewUnjudged(current, shape) }
  const key = viewSigningKey(await findOffered(signingKeyOf(embed), offered, signal), embed)
  const known = status?.previous
  const context = { shape, wanted, key, known }
  return {
    now: Math.floor(clock.now() / 1000),
    uid: metadata.uid ?? '',
    wanted,
    key,
    current: current === undefined ? undefined : viewCurrentLink(current, context),
    former: former.map(secret => viewLink(secret, context)),
    known,
  }
}
