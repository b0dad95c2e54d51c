/** What an embed token is and what is wrong with it, for people and programs, without showing it. Pure. */
import { lastSecond, toTimestamp } from '../../core/timestamp.ts'
import type { Check, Inspection, TokenFault } from '../../embed/inspect.ts'
import type { PageAddress } from '../../embed/page-address.ts'
import type { ShownCheck } from '../frame/checks.ts'
import { formatDuration } from '../frame/duration-text.ts'
import { hideTokensIn } from './hide.ts'

export interface EmbedReport {
  readonly accepted: boolean
  readonly platform: string | undefined
  readonly embedId: string | undefined
  readonly algorithm: string | undefined
  readonly issuedAt: string | undefined
  readonly expiresAt: string | undefined
  /** `1h30m`. */
  readonly lifetime: string | undefined
  /** The signed parameters. */
  readonly params: Readonly<Record<string, unknown>>
  /** What the address has besides the token, if an address was given. */
  readonly address: PageAddress | undefined
  readonly checks: readonly ShownCheck[]
  readonly conclusion: string
}

export function reportOn(found: Inspection): EmbedReport {
  const { fault, iat, exp } = found
  // All of it is somebody else's text, so all of it may hold a token.
  return hideTokensIn({
    accepted: fault === undefined,
    platform: found.platform,
    embedId: found.embedId,
    algorithm: found.algorithm,
    issuedAt: timeOf(iat),
    expiresAt: timeOf(exp),
    lifetime: iat === undefined || exp === undefined ? undefined : lifetimeOf(exp - iat),
    params: found.params,
    address: found.address,
    checks: found.checks.map(shown),
    conclusion: fault === undefined ? takenText(found.checks) : refusedText(fault),
  }) as EmbedReport
}

function timeOf(seconds: number | undefined): string | undefined {
  const isTime = seconds !== undefined && seconds >= 0 && seconds <= lastSecond
  return isTime ? toTimestamp(seconds * 1000) : undefined
}

function lifetimeOf(seconds: number): string | undefined {
  return seconds >= 0 && seconds <= lastSecond ? formatDuration(seconds * 1000) : undefined
}

const names: Readonly<Record<TokenFault, string>> = {
  'too-large': 'size',
  malformed: 'form',
  'bad-algorithm': 'algorithm',
  'bad-signature': 'signature',
  'bad-service': 'service',
  expired: 'end',
  'lifetime-too-long': 'lifetime',
}

const results = { passed: 'good', failed: 'bad', 'not checked': 'unknown' } as const

function shown({ fault, verdict, says }: Check): ShownCheck {
  return { name: names[fault], result: results[verdict], text: says }
}

function takenText(checks: readonly Check[]): string {
  const isWhole = checks.every(({ verdict }) => verdict === 'passed')
  const taken = 'DataLens would take this token now'
  return isWhole ? `${taken}.` : `${taken}, as far as can be seen without the public key (--public-key).`
}

function refusedText(fault: TokenFault): string {
  return `DataLens would refuse this token. ${remedies[fault]}`
}

const remedies: Readonly<Record<TokenFault, string>> = {
  'too-large': 'Sign fewer or shorter parameters.',
  malformed:
    'Copy it again, whole: it follows #dl_embed_token= in an address of Yandex DataLens, and __dl_embed_token= in one of DoubleCloud.',
  'bad-algorithm':
    'Sign with PS256, which is RSASSA-PSS with SHA-256 and a salt of 32 bytes; RS256 is another signature with the same kind of key.',
  'bad-signature':
    'If it was copied whole, it was signed with another key: compare the key with the embedding secret that this embed has at DataLens.',
  'bad-service':
    'Set the claim dlEmbedService to the mark of the service that shows the embed, for Yandex DataLens YC_DATALENS_EMBEDDING_SERVICE_MARK.',
  expired:
    'Take the one that is in the Secret, or that the endpoint gives, now. If a page shows it, it was put there once and for all: let the page ask for each.',
  'lifetime-too-long': 'Sign it for 10h at most: exp is at most 36000 seconds after iat.',
}
