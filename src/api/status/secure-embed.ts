import { conditionsSchema, progressTypes } from '../conditions.ts'
import type { ConditionType } from '../definition/condition-type.ts'
import { fingerprint } from '../fields/fields.ts'
import type { SecureEmbedReason } from '../reasons.ts'
import { array, integer, object, optional, string, timestamp } from '../definition/schema.ts'

export const secureEmbedConditions = {
  Ready: {
    meaning: 'whether the Secret holds a link as the spec wants it that has not expired.',
    good: 'True',
    failing: ['RefreshFailing'],
  },
  TokenPublished: {
    meaning: 'whether the Secret holds a link that is good, be it of the spec before.',
    good: 'True',
  },
  ...progressTypes,
} as const satisfies Readonly<Record<string, ConditionType>>

export type SecureEmbedConditionType = keyof typeof secureEmbedConditions

export const secureEmbedStatus = object('What was found.', {
  observedGeneration: optional(
    integer('The generation of the spec that this was said of.', { format: 'int64' }),
  ),
  secretName: optional(string('The Secret that holds the link.')),
  issuedAt: optional(timestamp('From when the token in the Secret is good: 30 seconds before it was made.')),
  expiresAt: optional(timestamp('Until when the token in the Secret is good.')),
  refreshAt: optional(
    timestamp('When the link in the Secret is replaced. Absent while no other can be made.'),
  ),
  keyFingerprint: optional(fingerprint('The signing key’s public half, as DataLens has it.')),
  previous: optional(
    object(
      'What the links before were made from, if that was another embed or key. Once expiresAt has passed, it may be deleted at DataLens.',
      {
        embedId: string('The embed.'),
        keyFingerprint: fingerprint('The signing key’s public half.'),
        expiresAt: timestamp('Until when the last of these links is good.'),
      },
    ),
  ),
  plan: optional(
    array('In observe mode alone: the writes that would be made.', string('One write.'), { maxItems: 32 }),
  ),
  conditions: optional(conditionsSchema<SecureEmbedConditionType, SecureEmbedReason>(secureEmbedConditions)),
})
