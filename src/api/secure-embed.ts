/** One embedded chart or dashboard that many people share: a Secret with a signed link that is always fresh. */
import { embedIdPattern } from '../embed/platform.ts'
import { cel, type Rule } from './definition/json-schema.ts'
import { defineResource, type Resource, readyColumns } from './definition/resource.ts'
import { boolean, defaulted, object, optional, string, type TypeOf } from './definition/schema.ts'
import {
  baseUrl,
  display,
  embedKind,
  embedRules,
  platform,
  signedParams,
  unsignedParams,
} from './fields/embed.ts'
import { dataKey, duration, secretName } from './fields/fields.ts'
import { secretAnnotations, secretLabels } from './fields/secret-metadata.ts'
import { secureEmbedReasons } from './reasons.ts'
import { secureEmbedConditions, secureEmbedStatus } from './status/secure-embed.ts'
import { durationPattern } from '../core/duration.ts'

const signingKeySecretRef = object(
  'The Secret with the private key of the embedding secret, as DataLens showed it. It needs the label lenskeeper.dev/use: embed-signing; without that it is not read.',
  {
    name: secretName('Its name, in the embed’s own namespace.'),
    key: defaulted(dataKey('The key in its data.'), 'private.pem'),
  },
  { atomic: true },
)

const secret = object('The Secret with the link, in the embed’s own namespace.', {
  name: optional(
    secretName('Its name; by default <name of the embed>-embed. When it changes, the same link moves along.'),
  ),
  labels: optional(secretLabels),
  annotations: optional(secretAnnotations),
})

const areDurations = `self.lifetime.matches('${durationPattern}') && self.refreshBefore.matches('${durationPattern}')`

const atMostHalf: Rule = cel(
  `!has(self.refreshBefore) || !(${areDurations}) || duration(self.refreshBefore) + duration(self.refreshBefore) <= duration(self.lifetime)`,
  'may be at most half of lifetime',
  { fieldPath: '.refreshBefore' },
)

/** A default name is not seen here; the controller then tells of the conflict. */
const notTheKey: Rule = cel(
  '!has(self.secret) || !has(self.secret.name) || self.secret.name != self.signingKeySecretRef.name',
  'is the Secret with the signing key: the link needs another one',
  { fieldPath: '.secret' },
)

const spec = object(
  'What is wanted.',
  {
    platform,
    kind: embedKind,
    embedId: string('The embed’s id, as DataLens shows it.', {
      minLength: 1,
      maxLength: 300,
      rules: [
        cel(
          `self.matches('${embedIdPattern}')`,
          'must be the embed’s id alone, 8 to 32 small letters and digits such as pgx4ekt5dj3u1, as DataLens shows it: no address and no title',
        ),
      ],
    }),
    signingKeySecretRef,
    params: optional(signedParams),
    unsignedParams: optional(unsignedParams),
    display: optional(display),
    lifetime: defaulted(
      duration('How long a link is good. Whoever reads one can use it that long.', {
        minimum: '5m',
        maximum: '10h',
      }),
      '1h',
    ),
    refreshBefore: optional(
      duration(
        'How long before its end a link is replaced at the latest; by default a quarter of lifetime, and 2m at least. At most half of lifetime. The first link is replaced earlier, so that those of many embeds are not all replaced at once.',
        { minimum: '2m', maximum: '5h' },
      ),
    ),
    secret: optional(secret),
    baseUrl: optional(baseUrl),
    suspend: defaulted(
      boolean(
        'true: nothing is reconciled and nothing changed for this embed. The link that there is works until it expires.',
      ),
      false,
    ),
  },
  { rules: [...embedRules, atMostHalf, notTheKey] },
)

export type SecureEmbedSpec = TypeOf<typeof spec>
export type SecureEmbedStatus = TypeOf<typeof secureEmbedStatus>
export type SecureEmbed = Resource<'SecureEmbed', SecureEmbedSpec, SecureEmbedStatus>

export const secureEmbed = defineResource({
  kind: 'SecureEmbed',
  plural: 'secureembeds',
  shortName: 'dlembed',
  noun: 'embed',
  description:
    'One embedded DataLens chart or dashboard that many people share: a Secret with a signed link that is always fresh. Whoever reads the link sees what it shows, so it is for lobbies and reports; links for single viewers are signed by the partner’s own server, with the package @lenskeeper/embed.',
  conditions: secureEmbedConditions,
  reasons: secureEmbedReasons,
  spec,
  status: secureEmbedStatus,
  selectableFields: ['.spec.signingKeySecretRef.name', '.spec.embedId'],
  columns: [
    { name: 'Kind', type: 'string', jsonPath: '.spec.kind', description: 'What is embedded.' },
    { name: 'Embed', type: 'string', jsonPath: '.spec.embedId', description: 'The embed’s id.' },
    {
      name: 'Expires',
      type: 'string',
      jsonPath: '.status.expiresAt',
      description: 'Until when the link in the Secret is good.',
    },
    ...readyColumns,
  ],
})
