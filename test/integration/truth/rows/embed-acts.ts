/** What rows about embeds do alike. */
import type { SecureEmbed } from '../../../../src/api/secure-embed.ts'
import { embed, signingKey, signingPair } from '../../../scenarios/embeds.ts'
import type { Corner } from '../corner/corner.ts'
import { annotated, object } from '../corner/objects.ts'

export const kind = 'SecureEmbed'
export const bad = { kind, somebody: true, alerts: ['LenskeeperEmbedsNotReady'], shares: true } as const
export const pair = signingPair('truth')

/** No link was ever made. */
export const none = (reason: string, progress: 'Reconciling' | 'Stalled') => ({
  Ready: `False ${reason}`,
  TokenPublished: `False ${reason}`,
  [progress]: `True ${reason}`,
})

/** Offers the key that the corner's embed names. */
export async function offer(corner: Corner): Promise<void> {
  await corner.open()
  await corner.world.apply(signingKey(corner.name('signing'), pair.privatePem, corner.namespace))
}

export async function apply(
  corner: Corner,
  spec: object = {},
  annotations: Readonly<Record<string, string>> = {},
): Promise<void> {
  const named = { signingKeySecretRef: { name: corner.name('signing') }, ...spec }
  const { namespace } = corner
  const wanted = embed(corner.name('lobby'), named, namespace).spec
  const made = object(kind, namespace, corner.name('lobby'), wanted)
  await corner.world.apply(annotated(made, annotations))
}

export async function serve(corner: Corner): Promise<SecureEmbed> {
  await offer(corner)
  await apply(corner)
  return await corner.world.embedIs(corner.key('lobby'), 'True', 'Ready')
}
