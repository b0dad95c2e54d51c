/** The SecureEmbed in the operator, and what wakes one. */
import type { Secret } from '../../api/core-objects.ts'
import { embedIndex, signingKeyOf } from '../../api/names.ts'
import { splitKey } from '../../api/object.ts'
import { secureEmbed, type SecureEmbed } from '../../api/secure-embed.ts'
import { parseTimestamp } from '../../core/timestamp.ts'
import { SecretLookup } from '../../published-secret/lookup.ts'
import { dropBulk } from '../../runtime/cache/drop-bulk.ts'
import type { Store } from '../../runtime/cache/store.ts'
import { WorkQueue } from '../../runtime/queue/work-queue.ts'
import { createSecureEmbedController } from '../../secure-embed/controller.ts'
import { viewSigningKey } from '../../secure-embed/signing-key/view.ts'
import { leanEmbed } from '../../secure-embed/link/lean.ts'
import type { Kind } from '../kind.ts'
import { changesData } from '../wake/changes.ts'
import { fanOut } from '../wake/fan-out.ts'
import { sharing, watch, type Watched } from '../watches.ts'
import { countConditions } from './figures/condition-counts.ts'
import { embedFigures } from './figures/embed-figures.ts'
import { controllerDeps, queueOptions, type KindEnvironment } from './environment.ts'

export function embedKind(environment: KindEnvironment): Kind<SecureEmbed> {
  const { shared, clock, random, metrics } = environment
  const embeds = watch<SecureEmbed>(secureEmbed, environment, {
    project: sharing((embed: SecureEmbed) => leanEmbed(dropBulk(embed))),
  })
  embeds.store.addIndex('signingKey', embed => [signingKeyOf(embed)])
  shared.secrets.store.addIndex('embed', embedIndex)
  const urgencyOf = soonestFirst(embeds.store)
  const queue = new WorkQueue({ name: 'embeds', ...queueOptions(environment), urgencyOf })
  const controller = createEmbedController(environment, embeds, queue)
  metrics.conditions(countConditions(secureEmbed, embeds.store))
  const canSign = (embed: SecureEmbed) => hasKey(embed, shared.signingKeys.store)
  metrics.embeds(() => embedFigures({ embeds: embeds.store, canSign }, clock.now()))
  return {
    name: 'embeds',
    watched: embeds,
    queue,
    firstLook: 'apart',
    reconcile: (key, signal) => controller.reconcile(key, signal),
    subjectsOfSecret: embedIndex,
    subscribe() {
      shared.signingKeys.store.subscribe(change => {
        if (change.initial || !changesData(change)) return
        fanOut(queue, embeds.store.keysByIndex('signingKey', change.key), { reason: 'signing key', random })
      })
    },
  }
}

function createEmbedController(environment: KindEnvironment, embeds: Watched<SecureEmbed>, queue: WorkQueue) {
  const { shared, config, metrics, mayI } = environment
  const { secrets, signingKeys } = shared
  return createSecureEmbedController({
    ...controllerDeps(environment),
    mayI,
    embeds: embeds.store,
    embedClient: embeds.client,
    signingKeys: signingKeys.store,
    secretLookup: new SecretLookup({ store: secrets.store, client: secrets.client, index: 'embed' }),
    secretClient: secrets.client,
    metadataPrefixes: config.secretMetadataPrefixes,
    onRefresh: result => metrics.embedRefreshed(result),
    lookAgain: (key, afterMs) => queue.add(key, { afterMs, reason: 'recheck' }),
  })
}

/** After a long stop, the link of a namespace that ends first is made first. */
function soonestFirst(embeds: Store<SecureEmbed>): (key: string) => number {
  return key => parseTimestamp(embeds.get(key)?.status?.expiresAt) ?? 0
}

/** As far as it is known: what the cache has no room for may be there. */
function hasKey(embed: SecureEmbed, signingKeys: Store<Secret>): boolean {
  const key = signingKeyOf(embed)
  const offered = signingKeys.get(key)
  if (offered === undefined && signingKeys.withholds(splitKey(key).namespace)) return true
  return viewSigningKey(offered, embed).kind === 'usable'
}
