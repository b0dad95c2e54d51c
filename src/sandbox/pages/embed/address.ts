/** Reads the address of an embedded page. Pure. */
import type { Platform } from '../../../embed/platform.ts'
import type { Params } from '../wire.ts'

export interface EmbedAddress {
  /** Each token that the address has: one, unless something is wrong with it. */
  readonly tokens: readonly string[]
  /** The platform that has the token where the first of them stands. */
  readonly platform: Platform
  /** Unsigned parameters: all of the query that the page does not read itself. */
  readonly params: Params
  readonly tab: string | undefined
  readonly controls: boolean
}

/** Of a page that has not read its own yet. */
export const emptyAddress: EmbedAddress = {
  tokens: [],
  platform: 'Yandex',
  params: {},
  tab: undefined,
  controls: true,
}

/** DataLens takes the token from the fragment, DoubleCloud from the query. */
const fragmentName = 'dl_embed_token'
const queryName = '__dl_embed_token'
const ownNames: ReadonlySet<string> = new Set([queryName, '_theme', '_lang', '_no_controls', 'tab'])

export function readAddress(href: string): EmbedAddress {
  const { hash, searchParams: query } = new URL(href)
  const isToken = (text: string): boolean => text !== ''
  const inFragment = new URLSearchParams(hash.slice(1)).getAll(fragmentName).filter(isToken)
  const inQuery = query.getAll(queryName).filter(isToken)
  const names = [...new Set(query.keys())].filter(name => !ownNames.has(name))
  return {
    tokens: [...new Set([...inFragment, ...inQuery])],
    platform: inFragment.length > 0 || inQuery.length === 0 ? 'Yandex' : 'DoubleCloud',
    // By `fromEntries` a parameter `__proto__` is one as any other.
    params: Object.fromEntries(names.map(name => [name, single(query.getAll(name))])),
    tab: query.get('tab') ?? undefined,
    controls: query.get('_no_controls') !== '1',
  }
}

function single(values: readonly string[]): string | readonly string[] {
  const [first = '', ...more] = values
  return more.length === 0 ? first : values
}

/** The address with another tab: what follows from it is only for people to see, so nothing is loaded. */
export function withTab(href: string, tab: string): string {
  const url = new URL(href)
  url.searchParams.set('tab', tab)
  return url.href
}

/** What a parent may hear of the address: everything but a token. */
export function tellableAddress(href: string): string {
  const url = new URL(href)
  url.hash = ''
  url.searchParams.delete(queryName)
  return url.href
}
