import type { KeyView } from '../signing-key/view.ts'
import type { Previous } from './held.ts'
import type { CurrentLinkView, LinkView } from './view.ts'
import type { WantedLink } from './wanted.ts'

/** What a decision about an embed's link rests on. */
export interface LinkSituation {
  /** In seconds since the epoch. */
  readonly now: number
  /** The embed's uid. */
  readonly uid: string
  readonly wanted: WantedLink
  readonly key: KeyView
  /** The Secret with the wanted name. */
  readonly current: CurrentLinkView | undefined
  /** Secrets of this embed under other names (`spec.secret.name` was changed). */
  readonly former: readonly LinkView[]
  /** What the status says of the links before, for a Secret that is gone. */
  readonly known: Previous | undefined
}
