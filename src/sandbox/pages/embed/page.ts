/** What both embedded pages do: read the address, keep the newest token, speak with the page around. */
import type { Failure } from '../chart/failure.ts'
import { languageOf, type Language } from '../texts/language.ts'
import { readAddress, type EmbedAddress } from './address.ts'
import { Parent, type ParentOptions } from './parent.ts'
import { Session } from './session.ts'
import { sameSignedParams, signedFor } from './token.ts'

export interface EmbedView {
  /** Shows what the address asks for, from the beginning. */
  readonly open: (address: EmbedAddress) => void
  /** Asks again for all that is shown, and keeps what the viewer has chosen. */
  readonly reload: () => void
  /** Whether something could not be shown, which another token may bring. */
  readonly hasFailed: () => boolean
  readonly fail: (failure: Failure) => void
}

export interface EmbedPage {
  readonly session: Session
  readonly parent: Parent
  readonly language: Language
}

/** @param make the view, which is opened at once and whenever the address changes */
export function startEmbed(
  subscription: ParentOptions['subscription'],
  make: (page: EmbedPage) => EmbedView,
): void {
  const language = languageOf(document.documentElement.lang) ?? 'en'
  const session = new Session('', language)
  const parent = new Parent({
    subscription,
    onToken: token => {
      const same = sameSignedParams(session.token, token)
      session.renew(token)
      if (!same || view.hasFailed()) view.reload()
    },
  })
  const view = make({ session, parent, language })
  const open = (): void => {
    const address = readAddress(location.href)
    const [token, ...more] = address.tokens
    session.renew(token ?? '')
    if (token === undefined) view.fail({ kind: 'no-token' })
    else if (more.length > 0) view.fail({ kind: 'two-tokens' })
    else if ((signedFor(token) ?? address.platform) !== address.platform)
      view.fail({ kind: 'other-platform' })
    else view.open(address)
  }
  addEventListener('hashchange', open)
  open()
}
