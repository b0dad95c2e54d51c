/** What all links of an embedder have in common. */
import { pageOf, readUnsigned, type Address, type Page } from './address.ts'
import { EmbedError } from './errors.ts'
import { keySource, type KeyFromOutside, type KeySource } from './keys/key-source.ts'
import { parseLifetime } from './token/lifetime.ts'
import { checkName, refuseConflict, type CheckedParam, type Params } from './parameters.ts'
import { checkEmbed, type Embed } from './platform.ts'

export interface EmbedderOptions<Required extends string = never> extends Address {
  /** The private key of the embedding secret. It belongs on a server, never into a page. */
  readonly key: KeySource
  /** Names of signed parameters without which nothing is signed: whatever keeps one viewer's rows from another. */
  readonly required?: readonly Required[]
  /** From `5m` to `10h`; default `10m`. A link that leaks is good that long. */
  readonly lifetime?: string
  /** Unsigned parameters of every link. A viewer can change them. */
  readonly unsignedParams?: Params
  /** Hears what an endpoint could not do. Default: a process warning. */
  readonly onError?: (error: unknown) => void | Promise<void>
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** Options that were checked, as a copy: what becomes of the given ones later changes nothing. */
export interface Prepared {
  readonly embed: Embed
  readonly page: Page
  readonly source: KeyFromOutside
  readonly required: readonly string[]
  /** In seconds. */
  readonly lifetime: number
  readonly unsigned: readonly CheckedParam[]
  readonly now: () => number
}

/** @throws EmbedError for options that can never give a link */
export function prepare(options: EmbedderOptions<string>): Prepared {
  refuseUnknown(options)
  checkEmbed(options)
  const { platform, kind, embedId, lifetime = '10m', now = Date.now } = options
  const unsigned = readUnsigned(options.unsignedParams)
  const required = readRequired(options)
  refuseConflict(
    required.map(name => ({ name })),
    unsigned,
  )
  return {
    embed: { platform, kind, embedId },
    page: pageOf(options),
    source: keySource(options.key),
    required,
    lifetime: parseLifetime(lifetime),
    unsigned,
    now,
  }
}

const known: Readonly<Record<keyof EmbedderOptions, true>> = {
  platform: true,
  kind: true,
  embedId: true,
  baseUrl: true,
  display: true,
  key: true,
  required: true,
  lifetime: true,
  unsignedParams: true,
  onError: true,
  now: true,
}

/** A misspelt `required` would require nothing. */
function refuseUnknown(options: object): void {
  const stray = Object.keys(options).find(name => !Object.hasOwn(known, name))
  if (stray === undefined) return
  throw wrong(`There is no option ${JSON.stringify(stray)}. There are: ${Object.keys(known).join(', ')}.`)
}

const noList =
  'required is no list of names: give some, or leave it out if everybody may see everything that the embed shows.'

/** One that is there and undefined is a mistake, and would require nothing. */
function readRequired(options: EmbedderOptions<string>): readonly string[] {
  const names: unknown = 'required' in options ? options.required : []
  if (!Array.isArray(names)) throw wrong(noList)
  return names.map((name: unknown) => {
    if (typeof name !== 'string') throw wrong(noList)
    return checkName(name)
  })
}

function wrong(message: string): EmbedError {
  return new EmbedError('EMBED_OPTIONS', message)
}
