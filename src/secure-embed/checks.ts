/** The checks before anything is done for an embed, in the order in which they are told. Pure. */
import { forbiddenMetadata } from '../published-secret/metadata.ts'
import { reloaderIgnore } from './link/shape.ts'
import type { LinkSituation } from './link/situation.ts'
import type { Observed } from './observed.ts'
import type { EmbedProblem } from './problem.ts'

type Part<Name extends keyof Observed> = Pick<Observed, Name>

/** Each says what it looks at, so that a command that sees only so much can ask it, too. */
export const checks = {
  suspended,
  deleting,
  metadata,
} as const satisfies Readonly<Record<string, (seen: Observed) => EmbedProblem | undefined>>

export type Admission =
  | { readonly refusal: EmbedProblem }
  | { readonly refusal?: undefined; readonly link: LinkSituation }

/** The first objection or, if there is none, what the link's plan rests on. */
export function admit(seen: Observed): Admission {
  const refusal = checks.suspended(seen) ?? checks.deleting(seen) ?? checks.metadata(seen)
  if (refusal !== undefined) return { refusal }
  return 'problem' in seen.link ? { refusal: seen.link.problem } : { link: seen.link }
}

function suspended({ embed }: Part<'embed'>): EmbedProblem | undefined {
  if (!embed.spec.suspend) return undefined
  const message =
    'spec.suspend is true: nothing is changed, so the link is not refreshed. Set it to false to go on.'
  return { reason: 'Suspended', weight: 'paused', message }
}

function deleting({ embed }: Part<'embed'>): EmbedProblem | undefined {
  if (embed.metadata.deletionTimestamp === undefined) return undefined
  const finalizers = (embed.metadata.finalizers ?? []).join(', ')
  const message = `The embed is being deleted and waits for somebody else’s finalizer (${finalizers}); its link is not refreshed.`
  return { reason: 'Deleting', weight: 'paused', message }
}

/** The operator puts Reloader's annotation itself, so an author may set it to something else. */
function metadata({ shape, metadataPrefixes }: Part<'shape' | 'metadataPrefixes'>): EmbedProblem | undefined {
  const message = forbiddenMetadata(shape, [...metadataPrefixes, reloaderIgnore])
  return message === undefined
    ? undefined
    : { reason: 'SecretMetadataNotAllowed', weight: 'stalled', message }
}
