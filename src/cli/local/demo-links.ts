/** Looks at the link of a SecureEmbed as DataLens would. */
import { keyOf } from '../../api/object.ts'
import type { SecureEmbed } from '../../api/secure-embed.ts'
import { inspect } from '../../embed/inspect.ts'
import { platforms } from '../../embed/platform.ts'

/** One line of the table. */
export interface LinkRow {
  readonly embed: string
  readonly shows: string
  readonly parameters: string
  readonly link: string
  readonly goodFor: string
  /** Which checks did not hold. */
  readonly problems: readonly string[]
  /** How many things were checked. */
  readonly checks: number
}

/** @param now milliseconds since the epoch */
export function checkLink(
  embed: SecureEmbed,
  { url, publicKey, now }: { readonly url: string; readonly publicKey: string; readonly now: number },
): LinkRow {
  const { platform, kind, embedId, baseUrl, params = [] } = embed.spec
  const found = inspect(url, { publicKey, now })
  const wanted = Object.fromEntries(params.map(({ name, value, values }) => [name, value ?? values]))
  const page = `${baseUrl ?? platforms[platform].baseUrl}${platforms[platform].paths[kind] ?? ''}`
  const at = `${found.address?.origin ?? ''}${found.address?.path ?? ''}`
  const tampered = inspect(tamper(url), { publicKey, now }).fault
  return {
    embed: keyOf(embed),
    shows: `${kind} ${found.embedId ?? '–'}`,
    parameters: Object.entries(found.params)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(', '),
    link: found.fault ?? 'accepted',
    goodFor: `${Math.floor(((found.exp ?? 0) - now / 1000) / 60)} minutes`,
    problems: [
      ...(found.fault === undefined ? [] : [`DataLens refuses its link: ${found.fault}`]),
      ...(found.embedId === embedId ? [] : ['its link shows another embed']),
      ...(JSON.stringify(found.params) === JSON.stringify(wanted) ? [] : ['other parameters are signed']),
      ...(at === page ? [] : [`its address is ${at}`]),
      ...(tampered === 'bad-signature' ? [] : ['with one character changed its link is accepted']),
    ],
    checks: 5,
  }
}

/** The same link with one character of its signature changed. */
function tamper(url: string): string {
  const at = url.lastIndexOf('.') + 10
  return `${url.slice(0, at)}${url[at] === 'A' ? 'B' : 'A'}${url.slice(at + 1)}`
}
