/**
 * Where an embed stands: the operator's checks, the key that signs, the link in the Secret, and when it is replaced. The
 * operator's own rules judge what the caller may read; the embed's status tells of the rest. Pure.
 */
import type { Secret } from '../../../api/core-objects.ts'
import { parseTimestamp } from '../../../core/timestamp.ts'
import { checks } from '../../../secure-embed/checks.ts'
import { linkShape } from '../../../secure-embed/link/shape.ts'
import { wantedLink } from '../../../secure-embed/link/wanted.ts'
import { isOffered, viewSigningKey, type KeyView } from '../../../secure-embed/signing-key/view.ts'
import type { Readable } from '../../cluster/cluster.ts'
import {
  currentCondition,
  failed,
  liveOrTold,
  notLookedAt,
  notReached,
  operatorsWord,
  passed,
  unknown,
  walk,
  type Chain,
  type ChainStep,
  type Judged,
} from './chain.ts'
import {
  judgeEnd,
  judgeEndAt,
  judgeLink,
  judgeRefresh,
  seeLink,
  type LinkFacts,
  type SeenLink,
} from './embed-link.ts'

export interface EmbedFacts extends LinkFacts {
  /** The Secret that the spec names for the key, offered or not. */
  readonly signingKey: Readable<Secret>
}

export type EmbedStep =
  | 'suspended'
  | 'deleting'
  | 'metadata'
  | 'spec'
  | 'offered'
  | 'key'
  | 'link'
  | 'end'
  | 'refresh'

const chain: Chain<EmbedStep> = {
  order: ['suspended', 'deleting', 'metadata', 'spec', 'offered', 'key', 'link', 'end', 'refresh'],
  blamed: {
    Suspended: 'suspended',
    Deleting: 'deleting',
    SecretMetadataNotAllowed: 'metadata',
    InvalidSpec: 'spec',
    SigningKeyNotOffered: 'offered',
    SigningKeyInvalid: 'key',
    TokenTooLarge: 'link',
    SecretConflict: 'link',
    SecretRefused: 'link',
    OperatorForbidden: 'link',
    TokenExpired: 'end',
  },
}

/** In the order in which an embed is judged. The link in the Secret may be good though no new one can be made. */
export function explainEmbed(facts: EmbedFacts): readonly ChainStep<EmbedStep>[] {
  const key = seeKey(facts)
  const link = seeLink(facts, key)
  return walk(chain, (name, hasFailed) => {
    const isReached = !hasFailed || name === 'link' || name === 'end'
    return isReached ? judges[name]({ facts, key, link }) : notReached
  })
}

interface Seen {
  readonly facts: EmbedFacts
  readonly key: KeyView | 'forbidden'
  readonly link: SeenLink | undefined
}

/** To the operator, a Secret that is not offered is not there. */
function seeKey({ embed, signingKey }: EmbedFacts): KeyView | 'forbidden' {
  if (signingKey === 'forbidden') return 'forbidden'
  const offered = signingKey !== undefined && isOffered(signingKey) ? signingKey : undefined
  return viewSigningKey(offered, embed)
}

const judges: Readonly<Record<EmbedStep, (seen: Seen) => Judged>> = {
  suspended: ({ facts }) => answer(checks.suspended(facts), 'it is not suspended'),
  deleting: ({ facts }) => answer(checks.deleting(facts), 'it is not being deleted'),
  metadata({ facts }) {
    // The prefixes that are allowed are a flag of the operator's, which nobody here knows.
    const refusal = checks.metadata({ shape: linkShape(facts.embed), metadataPrefixes: [] })
    const live =
      refusal === undefined ? passed('nothing is wrong with spec.secret’s labels and annotations') : undefined
    return liveOrTold(live, operatorsWord('metadata', facts.embed, chain))
  },
  spec({ facts: { embed } }) {
    const wanted = wantedLink(embed.spec)
    return answer('problem' in wanted ? wanted.problem : undefined, 'it is something that DataLens can show')
  },
  offered({ facts, key }) {
    if (key === 'forbidden') return toldOfKey('offered', facts)
    const { name } = facts.embed.spec.signingKeySecretRef
    const isMissing = key.kind === 'missing' && key.problem.reason === 'SigningKeyNotOffered'
    return answer(isMissing ? key.problem : undefined, `the Secret "${name}" is offered for signing`)
  },
  key({ facts, key }) {
    if (key === 'forbidden') return toldOfKey('key', facts)
    return key.kind === 'usable' ? passed(`it can sign; ${key.key.fingerprint}`) : failed(key.problem.message)
  },
  link: ({ facts, link }) => liveOrTold(link && judgeLink(link), toldOfLink(facts)),
  end: ({ facts, link }) => (link === undefined ? toldOfEnd(facts) : judgeEnd(link, facts.now)),
  refresh: ({ facts, link }) => liveOrTold(link && judgeRefresh(link), toldOfRefresh(facts)),
}

function answer(refusal: { readonly message: string } | undefined, otherwise: string): Judged {
  return refusal === undefined ? passed(otherwise) : failed(refusal.message)
}

/** A link that cannot be refreshed may have a key to blame for it, and the reason does not say. */
function toldOfKey(name: 'offered' | 'key', { embed }: EmbedFacts): Judged {
  const reason = currentCondition(embed, 'Ready')?.reason
  if (reason !== 'RefreshFailing' && reason !== 'TokenExpired') return operatorsWord(name, embed, chain)
  return unknown('you may not read it; what the operator says of the link may be about it')
}

function toldOfLink({ embed }: EmbedFacts): Judged {
  const said = operatorsWord('link', embed, chain)
  if (said.result === 'failed') return said
  const published = currentCondition(embed, 'TokenPublished')
  if (published === undefined) return notLookedAt
  return published.status === 'True' ? passed(published.message) : failed(published.message)
}

function toldOfEnd({ embed, now }: EmbedFacts): Judged {
  const end = parseTimestamp(embed.status?.expiresAt)
  return end === undefined ? notLookedAt : judgeEndAt(end, now)
}

function toldOfRefresh({ embed }: EmbedFacts): Judged {
  const ready = currentCondition(embed, 'Ready')
  if (ready?.reason === 'RefreshFailing') return failed(ready.message)
  const moment = embed.status?.refreshAt
  return ready === undefined || moment === undefined ? notLookedAt : passed(`it is replaced at ${moment}`)
}
