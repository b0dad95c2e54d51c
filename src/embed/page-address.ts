/** Takes the address of an embedded page apart. Pure. */
import { platforms } from './platform.ts'

/** What an address says besides its token. */
export interface PageAddress {
  readonly origin: string
  readonly path: string
  /** Unsigned parameters and display options, in their order. */
  readonly query: readonly (readonly [name: string, value: string])[]
}

/** A text that is no address is taken for the token itself. */
export function takeApart(text: string): {
  readonly token: string
  readonly address: PageAddress | undefined
} {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return { token: text, address: undefined }
  const url = new URL(text)
  const fragment = new URLSearchParams(url.hash.slice(1))
  const names = Object.values(platforms).map(({ tokenName }) => tokenName)
  const token = names
    .map(name => fragment.get(name) ?? url.searchParams.get(name))
    .find(found => found !== null)
  const query = [...url.searchParams].filter(([name]) => !names.includes(name))
  return { token: token ?? '', address: { origin: url.origin, path: url.pathname, query } }
}
