/** What the texts of flags mean: a parser for each form. */
import { isNamespaceName, isObjectName } from '../api/fields/fields.ts'
import { parseVersion } from '../api/fields/key-version.ts'
import type { ObjectKey } from '../api/object.ts'
import { parseDuration } from '../core/duration.ts'
import { inWords } from '../core/text/list-text.ts'
import { isInstallationId } from '../tenancy/mark.ts'
import { parsePair, type Pair } from '../tenancy/pair.ts'
import type { Refuse } from './flags.ts'

export type Parser<T> = (text: string, refuse: Refuse) => T

/** An id that marks can hold. Under any other no tenant could ever be planned. */
export const installationId: Parser<string> = (text, refuse) =>
  isInstallationId(text)
    ? text
    : refuse('takes 1 to 63 letters, digits, dots, dashes and underscores, a letter or digit first and last')

export const namespace: Parser<string> = (text, refuse) =>
  isNamespaceName(text) ? text : refuse('takes the name of a namespace')

export const namespaces: Parser<readonly string[]> = (text, refuse) => {
  const names = itemsOf(text)
  return names.every(isNamespaceName) ? names : refuse('must be a comma-separated list of namespace names')
}

/** The refusal does not quote the text, which may be a token in the wrong place. */
export const objectKey: Parser<ObjectKey> = (text, refuse) => {
  const [first = '', name = '', ...more] = text.split('/')
  const isKey = more.length === 0 && isNamespaceName(first) && isObjectName(name)
  return isKey ? text : refuse('takes NAMESPACE/NAME')
}

/** Each prefix ends in a slash: without one it would let in every domain that begins so. */
export const metadataPrefixes: Parser<readonly string[]> = (text, refuse) => {
  const prefixes = itemsOf(text)
  return prefixes.every(prefix => prefix.endsWith('/'))
    ? prefixes
    : refuse('takes prefixes that end with a slash, such as acme.example/')
}

export const keyVersion: Parser<number> = (text, refuse) => {
  return parseVersion(text) ?? refuse('takes a key version: a whole number from 1')
}

export const pair: Parser<Pair> = (text, refuse) =>
  parsePair(text) ?? refuse('takes a pair such as 1:2: DataLens’s key version, then the partner’s')

export function wholeNumber(minimum: number, maximum: number): Parser<number> {
  return (text, refuse) => {
    if (!/^[0-9]+$/.test(text)) return refuse('must be a whole number')
    const value = Number(text)
    return value >= minimum && value <= maximum ? value : refuse(`must be from ${minimum} to ${maximum}`)
  }
}

/** The refusal does not quote the text, which may hold a password. */
export const httpUrl: Parser<string> = (text, refuse) =>
  /^https?:\/\//i.test(text) && URL.canParse(text)
    ? text
    : refuse('takes an address that begins with http:// or https://')

/** A port of this machine alone; undefined for `off`. */
export const portOrOff: Parser<number | undefined> = (text, refuse) => {
  if (text === 'off') return undefined
  return /^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535
    ? Number(text)
    : refuse('takes a port from 0 to 65535, or off')
}

/** One of a few words. */
export function oneOf<Word extends string>(
  ...words: readonly Word[]
): Parser<Word> & { readonly words: readonly Word[] } {
  const parse: Parser<Word> = (text, refuse) =>
    words.find(word => word === text) ?? refuse(`is "${text}"; it takes ${inWords(words, 'or')}`)
  return Object.assign(parse, { words })
}

export interface Timeout {
  /** The text that was given. */
  readonly text: string
  readonly ms: number
}

export const timeout: Parser<Timeout> = (text, refuse) => {
  const ms = parseDuration(text)
  return ms === undefined ? refuse(`is "${text}"; it takes a time such as 10m or 90s`) : { text, ms }
}

export interface DurationRange {
  /** As one writes them. */
  readonly from: string
  readonly to: string
  /** Milliseconds must make whole seconds. */
  readonly wholeSeconds?: true
  readonly example: string
}

/** Milliseconds. */
export function durationWithin({ from, to, wholeSeconds, example }: DurationRange): Parser<number> {
  const [shortestMs = 0, longestMs = 0] = [parseDuration(from), parseDuration(to)]
  return (text, refuse) => {
    const ms = parseDuration(text)
    const isInRange = ms !== undefined && ms >= shortestMs && ms <= longestMs
    if (isInRange && (wholeSeconds !== true || ms % 1000 === 0)) return ms
    return refuse(
      `must be ${wholeSeconds === true ? 'whole seconds' : 'a duration'} from ${from} to ${to}, such as ${example}`,
    )
  }
}

/** Milliseconds. */
export const resync: Parser<number> = durationWithin({ from: '10s', to: '24h', example: '10m' })

export interface ListenAddress {
  /** Undefined: every address of the machine, of both families, or of IPv4 where it has no IPv6. */
  readonly host: string | undefined
  readonly port: number
}

/** Undefined: nowhere. */
export const listenAddress: Parser<ListenAddress | undefined> = (text, refuse) => {
  if (text === 'off') return undefined
  const [, address, name, digits] = /^(?:\[([^\]]+)\]|([^:[\]]*)):([0-9]{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535)
    return refuse('must look like 127.0.0.1:8080, [::1]:8080 or :8080, or be "off"')
  return { host: address ?? (name || undefined), port }
}

function itemsOf(list: string): readonly string[] {
  return list
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
}
