import { labels, secretTypes } from '../../api/labels.ts'
import { linkSecretName } from '../../api/names.ts'
import { keyOf } from '../../api/object.ts'
import { secureEmbed, type SecureEmbed } from '../../api/secure-embed.ts'
import type { SecretShape } from '../../published-secret/build.ts'

const { apiVersion, kind } = secureEmbed

/** A link that is replaced each hour must restart nobody, so Reloader is told to leave it alone. */
export const reloaderIgnore = 'reloader.stakater.com/ignore'

/** The Secret with the link: its name, its labels, whose it is. Pure. */
export function linkShape(embed: Pick<SecureEmbed, 'metadata' | 'spec'>): SecretShape {
  const { metadata, spec } = embed
  return {
    owner: { apiVersion, kind, key: keyOf(embed), uid: metadata.uid ?? '' },
    name: linkSecretName(embed),
    type: secretTypes.embedToken,
    ownLabels: { [labels.embed]: metadata.name },
    labels: spec.secret?.labels ?? {},
    annotations: { [reloaderIgnore]: 'true', ...spec.secret?.annotations },
  }
}
