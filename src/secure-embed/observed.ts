import type { ObjectKey } from '../api/object.ts'
import type { SecureEmbed } from '../api/secure-embed.ts'
import type { SecretShape } from '../published-secret/build.ts'
import type { LinkSituation } from './link/situation.ts'
import type { LinkView } from './link/view.ts'
import type { EmbedProblem } from './problem.ts'

/** All that a decision about one embed rests on: plain data, read once. */
export interface Observed {
  readonly key: ObjectKey
  readonly embed: SecureEmbed
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Nothing may be changed: `--dry-run`, or the annotation `lenskeeper.dev/mode: Observe`. */
  readonly observing: boolean
  /** Prefixes that `spec.secret` may use, besides names without one. */
  readonly metadataPrefixes: readonly string[]
  readonly shape: SecretShape
  /** A problem if the spec holds what cannot be served. */
  readonly link: LinkSituation | { readonly problem: EmbedProblem; readonly current: LinkView | undefined }
}
