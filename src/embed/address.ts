/** The address of an embedded page. */
import { EmbedError } from './errors.ts'
import { readParams, type CheckedParam, type Params } from './parameters.ts'
import { platforms, type Embed, type PlatformFacts } from './platform.ts'

/** How the page looks. What is left out is up to DataLens. */
export interface Display {
  readonly theme?: 'light' | 'dark' | undefined
  readonly lang?: 'en' | 'ru' | undefined
  /** Whether the page shows its selectors and menus. */
  readonly controls?: boolean | undefined
}

export interface Address extends Embed {
  /** Default: the platform's own. */
  readonly baseUrl?: string | undefined
  readonly display?: Display | undefined
}

/** The origin of the page, `https://datalens.yandex.cloud`. */
function originOf({ platform, baseUrl = platforms[platform].baseUrl }: Address): string {
  const url = parse(baseUrl)
  if (url === undefined) throw wrong('baseUrl is no address: give one such as https://datalens.yandex.cloud.')
  if (url.username !== '' || url.password !== '') throw wrong('baseUrl must not hold a user or a password.')
  if (url.pathname !== '/' || /[?#]/.test(baseUrl)) {
    throw wrong('baseUrl must be scheme and host alone, without a path or a query.')
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw wrong('baseUrl must be https://, as the address holds the token; http:// only for localhost.')
  }
  return url.origin
}

function parse(text: string): URL | undefined {
  return typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '[::1]'
}

/** What of the address is the same for every token. */
export interface Page {
  readonly facts: PlatformFacts
  /** Origin and path. */
  readonly location: string
  readonly display: readonly [name: string, value: string][]
}

/** @throws EmbedError `EMBED_OPTIONS` */
export function pageOf(address: Address): Page {
  const facts = platforms[address.platform]
  return {
    facts,
    location: `${originOf(address)}${facts.paths[address.kind] ?? ''}`,
    display: displayParams(address.display ?? {}),
  }
}

function displayParams({ theme, lang, controls }: Display): [string, string][] {
  if (theme !== undefined && theme !== 'light' && theme !== 'dark')
    throw wrong('display.theme is not light or dark.')
  if (lang !== undefined && lang !== 'en' && lang !== 'ru') throw wrong('display.lang is not en or ru.')
  return [
    ...(theme === undefined ? [] : [['_theme', theme] satisfies [string, string]]),
    ...(lang === undefined ? [] : [['_lang', lang] satisfies [string, string]]),
    ...(controls === false ? [['_no_controls', '1'] satisfies [string, string]] : []),
  ]
}

/**
 * Numbers are taken for every platform, as an address has only text.
 *
 * @throws EmbedError `EMBED_PARAM_TYPE`, `EMBED_PARAM_RESERVED`
 */
export function readUnsigned(given: Params | undefined): readonly CheckedParam[] {
  return readParams(given, { numbers: true })
}

/** The whole address. The token stands where the platform's page looks for it. */
export function addressOf(
  { facts, location, display }: Page,
  { token, unsigned }: { readonly token: string; readonly unsigned: readonly CheckedParam[] },
): string {
  const query = new URLSearchParams([...unsigned.flatMap(pairsOf), ...display]).toString()
  const place = `${facts.tokenName}=${token}`
  if (facts.tokenPlace === 'query') return `${location}?${join(place, query)}`
  return query === '' ? `${location}#${place}` : `${location}?${query}#${place}`
}

/** A list is a name that stands there several times. */
function pairsOf({ name, value }: CheckedParam): [string, string][] {
  const values = typeof value === 'object' ? value : [value]
  return values.map(item => [name, String(item)])
}

function join(first: string, second: string): string {
  return second === '' ? first : `${first}&${second}`
}

function wrong(message: string): EmbedError {
  return new EmbedError('EMBED_OPTIONS', message)
}
