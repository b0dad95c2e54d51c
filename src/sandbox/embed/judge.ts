/** Judges an embed token as DataLens's storage does, check by check in its order. Pure. */
import { parseCompact, parseUnsigned, type CompactToken } from '../../embed/token/compact.ts'
import { platformOf } from '../../embed/platform.ts'
import { hasValidSignature } from '../../embed/token/verify.ts'
import { codes, refusedByBackend } from './answers.ts'
import type { Embed, EmbeddingSecret, Judgement, Refusal, Values } from './model.ts'
import { readValues } from './parameters.ts'
import { shownId } from './shown.ts'
import { sizeInWords, type Party, type Step, type StepName } from './steps.ts'
import type { SwitchValues } from './switches.ts'

export interface EmbedLookup {
  embed(embedId: string): Embed | undefined
  secret(embeddingSecretId: string): EmbeddingSecret | undefined
}

export interface Judging {
  readonly lookup: EmbedLookup
  readonly switches: SwitchValues
  /** Milliseconds since the epoch by DataLens's clock. */
  readonly now: number
  /** Who judges: the storage first, and the data backend once more. */
  readonly party: Party
  /** The entry that is asked for. Undefined: the embed's own. */
  readonly entryId: string | undefined
}

/** @param token of anybody's making */
export function judgeEmbedToken(token: string, judging: Judging): Judgement {
  const facts = factsOf(token, judging)
  const steps: Step[] = []
  for (const [name, check] of checks) {
    const { says, refusal } = check(facts)
    steps.push({ party: judging.party, name, passed: refusal === undefined, says })
    if (refusal !== undefined) return { ok: false, refusal, steps }
  }
  const { embed, params, exp, entryId } = facts
  if (embed === undefined || params === undefined) throw new Error('a token held without an embed')
  return { ok: true, token: { embed, entryId, params, exp: Number(exp) }, steps }
}

interface Facts {
  /** Of the token. */
  readonly bytes: number
  readonly parsed: CompactToken | undefined
  readonly embed: Embed | undefined
  readonly secret: EmbeddingSecret | undefined
  readonly entryId: string
  readonly iat: unknown
  readonly exp: unknown
  readonly service: unknown
  /** Seconds since the epoch. */
  readonly now: number
  /** Undefined: they are no texts. */
  readonly params: Values | undefined
  readonly switches: SwitchValues
}

function factsOf(token: string, { lookup, switches, now, entryId }: Judging): Facts {
  const parsed = parseCompact(token) ?? parseUnsigned(token)
  const { embedId, iat, exp, dlEmbedService: service, params } = parsed?.payload ?? {}
  const embed = typeof embedId === 'string' ? lookup.embed(embedId) : undefined
  return {
    bytes: Buffer.byteLength(token),
    parsed: typeof embedId === 'string' ? parsed : undefined,
    embed,
    secret: embed && lookup.secret(embed.embeddingSecretId),
    entryId: entryId ?? embed?.entryId ?? '',
    iat,
    exp,
    service,
    now: now / 1000 + switches.skew,
    params: readValues(params),
    switches,
  }
}

interface Found {
  readonly says: string
  readonly refusal?: Refusal
}

type Check = (facts: Facts) => Found

const checks: readonly (readonly [StepName, Check])[] = [
  [
    'token-size',
    ({ bytes, switches: { largestToken, oversizeStatus } }) => {
      const says = sizeInWords(bytes, largestToken)
      if (bytes <= largestToken) return { says }
      return {
        says,
        refusal: refusedByBackend(oversizeStatus, 'WRONG_EMBED_TOKEN', 'The token is too large'),
      }
    },
  ],
  [
    'token-decoded',
    ({ parsed }) =>
      parsed === undefined
        ? {
            says: 'It is no JWT with an embedId.',
            refusal: refusedByBackend(400, 'WRONG_EMBED_TOKEN', 'Wrong token format'),
          }
        : { says: 'It is a JWT with an embedId.' },
  ],
  [
    'embed-known',
    ({ embed }) =>
      embed === undefined
        ? { says: 'There is no embed of this id.', refusal: missing(codes.embedNotExists) }
        : { says: `It is for the embed ${embed.embedId}, “${embed.title}”.` },
  ],
  [
    'secret-known',
    ({ secret }) =>
      secret === undefined
        ? { says: 'The embedding secret of this embed was deleted.', refusal: missing(codes.secretNotExists) }
        : { says: `Its embedding secret is ${secret.embeddingSecretId}.` },
  ],
  [
    'algorithm',
    facts =>
      held(facts, facts.parsed?.header['alg'] === 'PS256', ['signed with PS256', 'not signed with PS256']),
  ],
  [
    'signature',
    facts =>
      held(facts, isSigned(facts), [
        'signed by the embedding secret, and not changed since',
        'not signed by the embedding secret, or was changed since',
      ]),
  ],
  [
    'service',
    facts =>
      held(facts, platformOf(facts.service) !== undefined, [
        'marked for the embedding service',
        'not marked for the embedding service: dlEmbedService is missing or another',
      ]),
  ],
  [
    'times',
    facts =>
      held(facts, isTime(facts.iat) && isTime(facts.exp), [
        'dated by iat and exp',
        'not dated: iat and exp have to be numbers',
      ]),
  ],
  ['not-expired', facts => held(facts, Number(facts.exp) > facts.now, ['still good', 'past its exp'])],
  [
    'lifetime',
    facts =>
      held(facts, livesShortEnough(facts), [
        'short-lived enough',
        `to live longer than ${facts.switches.longestLifetime} s, which is the longest`,
      ]),
  ],
  [
    'entry',
    ({ embed, entryId }) =>
      embed !== undefined && [embed.entryId, ...embed.depsIds].includes(entryId)
        ? {
            says: `The entry ${shownId(entryId) ?? 'asked for'} is the embed’s own or one of its dependencies.`,
          }
        : {
            says: `The entry ${shownId(entryId) ?? 'asked for'} is neither the embed’s own nor one of its dependencies.`,
            refusal: refusedByBackend(409, codes.incorrectEntry, 'Incorrect entry id for embed'),
          },
  ],
  [
    'signed-parameters',
    facts =>
      held(facts, facts.params !== undefined, [
        'carrying texts, numbers or lists of them as parameters',
        'carrying a parameter that is neither a text nor a number, nor a list of them',
      ]),
  ],
]

/**
 * A token that holds or does not; `is` says what it is then. How the service answers one that does not is assumed.
 */
function held({ switches }: Facts, passed: boolean, is: readonly [held: string, not: string]): Found {
  const [good, bad] = is
  if (passed) return { says: `It is ${good}.` }
  return {
    says: `It is ${bad}.`,
    refusal: refusedByBackend(switches.refusalStatus, 'INVALID_EMBED_TOKEN', `The token is ${bad}`),
  }
}

function missing(code: string): Refusal {
  return refusedByBackend(404, code, 'Not found')
}

function isSigned({ parsed, secret }: Facts): boolean {
  return parsed !== undefined && secret !== undefined && hasValidSignature(parsed, secret.publicKey)
}

function isTime(value: unknown): boolean {
  return Number.isFinite(value)
}

function livesShortEnough({ iat, exp, switches }: Facts): boolean {
  return Number(exp) - Number(iat) <= switches.longestLifetime
}
