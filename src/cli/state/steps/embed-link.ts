/** What of an embed's link can be seen in its Secret, as the operator would judge it. Pure. */
import type { Secret } from '../../../api/core-objects.ts'
import { keyOf } from '../../../api/object.ts'
import type { SecureEmbed } from '../../../api/secure-embed.ts'
import { toTimestamp } from '../../../core/timestamp.ts'
import { conflictMessage } from '../../../published-secret/plan.ts'
import type { HeldLink } from '../../../secure-embed/link/held.ts'
import { heldAfter, planLink, refreshAt, type LinkPlan } from '../../../secure-embed/link/plan.ts'
import { linkShape } from '../../../secure-embed/link/shape.ts'
import type { LinkSituation } from '../../../secure-embed/link/situation.ts'
import { viewCurrentLink } from '../../../secure-embed/link/view.ts'
import { wantedLink } from '../../../secure-embed/link/wanted.ts'
import type { KeyView } from '../../../secure-embed/signing-key/view.ts'
import type { Readable } from '../../cluster/cluster.ts'
import { formatDuration } from '../../frame/duration-text.ts'
import { failed, notReached, passed, unknown, type Judged } from './chain.ts'

export interface LinkFacts {
  readonly embed: SecureEmbed
  readonly linkSecret: Readable<Secret>
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface SeenLink {
  readonly situation: LinkSituation
  readonly plan: LinkPlan
  /** The link in the Secret with the wanted name. */
  readonly held: HeldLink | undefined
}

/** Without a key, a signature is neither checked nor made. */
const hiddenKey: KeyView = {
  kind: 'missing',
  problem: { reason: 'SigningKeyNotOffered', weight: 'waiting', message: 'It cannot be read.' },
}

/** Undefined where the caller may not read the Secret, or nobody can tell what it should hold. */
export function seeLink(
  { embed, linkSecret, now }: LinkFacts,
  keyView: KeyView | 'forbidden',
): SeenLink | undefined {
  const wanted = wantedLink(embed.spec)
  if (linkSecret === 'forbidden' || 'problem' in wanted) return undefined
  const key = keyView === 'forbidden' ? hiddenKey : keyView
  const shape = linkShape(embed)
  const known = embed.status?.previous
  const situation: LinkSituation = {
    now: Math.floor(now / 1000),
    uid: embed.metadata.uid ?? '',
    wanted,
    key,
    current: linkSecret && viewCurrentLink(linkSecret, { shape, wanted, key, known }),
    former: [],
    known,
  }
  const plan = planLink(situation)
  return { situation, plan, held: heldAfter(plan, situation, { done: [] }) }
}

/** Whether the Secret holds a link as the spec asks for it. */
export function judgeLink({ plan, situation: { current } }: SeenLink): Judged {
  switch (plan.kind) {
    case 'conflict':
      return failed(conflictMessage(plan))
    case 'kept':
    case 'stranded':
      return passed(holds(current?.secret))
    case 'mint':
      return plan.meanwhile === undefined ? failed(lacking(current?.secret)) : passed(holds(current?.secret))
    case 'stuck':
      return failed(plan.problem.reason === 'TokenTooLarge' ? plan.problem.message : lacking(current?.secret))
    default:
      throw new TypeError(plan satisfies never)
  }
}

function holds(secret: Secret | undefined): string {
  return `${secret === undefined ? 'its Secret' : `the Secret ${keyOf(secret)}`} holds one as the spec asks for`
}

function lacking(secret: Secret | undefined): string {
  const found =
    secret === undefined
      ? 'its Secret is not there'
      : `the Secret ${keyOf(secret)} holds none as the spec asks for that is still good`
  return `${found}; the operator makes one as soon as it can sign. If that stays so, see whether it runs.`
}

/** Until when the link in the Secret is good, whatever the spec asks for. */
export function judgeEnd({ held }: SeenLink, now: number): Judged {
  return held === undefined ? notReached : judgeEndAt(held.exp * 1000, now)
}

/** Both in milliseconds since the epoch. */
export function judgeEndAt(end: number, now: number): Judged {
  return now < end
    ? passed(`it is good until ${toTimestamp(end)}, another ${formatDuration(end - now)}`)
    : failed(`it ended at ${toTimestamp(end)}; the operator makes another as soon as it can sign`)
}

/** Only of a link that is kept, or that is about to be replaced. */
export function judgeRefresh({ held, situation }: SeenLink): Judged {
  if (held === undefined) return notReached
  const moment = refreshAt(held.exp, situation)
  const at = toTimestamp(moment * 1000)
  return situation.now < moment
    ? passed(`it is replaced at ${at}`)
    : unknown(`it is due since ${at}; if that stays so, see whether the operator runs`)
}
