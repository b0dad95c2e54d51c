/** What the keys, the seal and DataLens's word say of a token, without showing it. Pure. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { dataOf, type Secret } from '../../api/core-objects.ts'
import { annotations } from '../../api/labels.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { findEntry, type Ledger, type LedgerEntry } from '../../partner-key/keys/ledger.ts'
import { formatPair, parsePair, type Pair } from '../../tenancy/pair.ts'
import { isAccepted } from '../../tenancy/rollout/accepts.ts'
import { parseAccessToken } from '../../token/access-token.ts'
import { inputsFingerprint } from '../../token/fingerprint.ts'
import type { PartnerPrivateKey } from '../../token/keys.ts'
import { checkSeal, deriveSealKey } from '../../token/seal.ts'
import type { Readable } from '../cluster/cluster.ts'
import { gatherKeys } from './keys.ts'
import type { ShownCheck } from '../frame/checks.ts'
import { fieldsOf, judge } from './verdict.ts'

/** Where the token came from, if not from standard input. */
export interface TokenHome {
  readonly secret: Secret
  readonly tenant: ConnectorTenant | undefined
  /** The partner's private key of the token's version, which makes and checks seals. */
  readonly sealedWith: Readable<PartnerPrivateKey>
}

export interface TokenFacts {
  readonly text: string
  /** Undefined where nobody knows whose token it is. */
  readonly ledger: Ledger | undefined
  readonly partnerKey: Readable<PartnerKey>
  readonly home: TokenHome | undefined
}

export interface TokenReport {
  readonly accepted: boolean
  readonly pair: string | undefined
  readonly checks: readonly ShownCheck[]
  readonly conclusion: string
}

export function reportOn(facts: TokenFacts): TokenReport {
  const { text, ledger } = facts
  const pair = pairOf(text)
  if (ledger === undefined) return withoutKeys(text, pair)
  const verdict = judge(
    text,
    versions => gatherKeys({ partner: [], dataLensPrivate: [] }, ledger, versions),
    facts.home && fieldsOf(facts.home.secret),
  )
  const judged = verdict.checks.filter(({ name }) => name !== 'database')
  if (pair === undefined || judged.some(({ result }) => result === 'bad')) {
    return { accepted: false, pair: pair && formatPair(pair), checks: judged, conclusion: verdict.conclusion }
  }
  const checks = [...judged, keysOf(pair, ledger), ...sealChecks(pair, ledger, facts), hasItNow(pair, facts)]
  const wrong = checks.find(({ result }) => result === 'bad')
  const conclusion =
    wrong === undefined
      ? 'DataLens would take this token now, as far as can be seen from here.'
      : `Do not use this token: ${wrong.text}.`
  return { accepted: wrong === undefined, pair: formatPair(pair), checks, conclusion }
}

function withoutKeys(text: string, pair: Pair | undefined): TokenReport {
  const { checks } = judge(text, () => ({ partner: new Map() }))
  const structure = checks.filter(({ name }) => name === 'structure')
  const versions: ShownCheck = {
    name: 'versions',
    result: pair === undefined ? 'bad' : 'good',
    text:
      pair === undefined
        ? 'it does not begin with two key versions'
        : `DataLens’s key ${pair.dataLens}, the partner’s key ${pair.partner}`,
  }
  return {
    accepted: false,
    pair: pair && formatPair(pair),
    checks: [...structure, ...(structure.some(({ result }) => result === 'bad') ? [] : [versions])],
    conclusion: 'Whether it is genuine can be told with the keys of its PartnerKey: --key NAMESPACE/NAME.',
  }
}

/** Undefined where the token names no versions that may be shown. */
function pairOf(text: string): Pair | undefined {
  try {
    const { dataLensKeyVersion, partnerKeyVersion } = parseAccessToken(text)
    return parsePair(`${dataLensKeyVersion}:${partnerKeyVersion}`)
  } catch {
    return undefined
  }
}

function keysOf(pair: Pair, ledger: Ledger): ShownCheck {
  const print = (entry: LedgerEntry | undefined): string => entry?.fingerprint ?? 'not in the ledger'
  const dataLens = findEntry(ledger, 'DataLens', pair.dataLens)
  const partner = findEntry(ledger, 'Partner', pair.partner)
  const text = `DataLens’s ${pair.dataLens} ${print(dataLens)}, the partner’s ${pair.partner} ${print(partner)}`
  return { name: 'keys', result: dataLens === undefined ? 'unknown' : 'good', text }
}

/** The seal covers owner, inputs and token, and the inputs name the database: together they prove it. */
function sealChecks(pair: Pair, ledger: Ledger, { home, text }: TokenFacts): readonly ShownCheck[] {
  if (home === undefined) {
    return [{ name: 'database', result: 'unknown', text: 'only DataLens’s private key opens the token' }]
  }
  const seal = judgeSeal(text, home)
  if (seal.result !== 'good') return [seal]
  return [seal, judgeDatabase(pair, ledger, home)]
}

function judgeSeal(token: string, { secret, sealedWith }: TokenHome): ShownCheck {
  const name = 'seal'
  if (sealedWith === 'forbidden') {
    return { name, result: 'unknown', text: 'not checked: you may not read the partner’s key' }
  }
  if (sealedWith === undefined) {
    return { name, result: 'unknown', text: 'not checked: the partner’s key of this version is not there' }
  }
  const marks = secret.metadata.annotations ?? {}
  const input = {
    owner: marks[annotations.owner] ?? '',
    fingerprint: marks[annotations.fingerprint] ?? '',
    token,
  }
  return checkSeal(deriveSealKey(sealedWith), input, marks[annotations.seal])
    ? { name, result: 'good', text: `made by the operator for ${input.owner}` }
    : {
        name,
        result: 'bad',
        text: 'the seal is broken: token or annotations were changed, and the operator will replace it',
      }
}

function judgeDatabase(pair: Pair, ledger: Ledger, { secret, tenant }: TokenHome): ShownCheck {
  const name = 'database'
  const database = tenant?.spec.database ?? dataOf(secret, 'database')
  const dataLens = findEntry(ledger, 'DataLens', pair.dataLens)
  const partner = findEntry(ledger, 'Partner', pair.partner)
  if (database === undefined || dataLens === undefined || partner === undefined) {
    return { name, result: 'unknown', text: 'not checked: a key that it was made with is not in the ledger' }
  }
  const inputs = inputsFingerprint({
    database,
    dataLensKeyVersion: pair.dataLens,
    dataLensKeyFingerprint: dataLens.fingerprint,
    partnerKeyVersion: pair.partner,
    partnerKeyFingerprint: partner.fingerprint,
  })
  return inputs === secret.metadata.annotations?.[annotations.fingerprint]
    ? { name, result: 'good', text: `${JSON.stringify(database)}, as the seal shows` }
    : { name, result: 'bad', text: 'it was made for another database or with other keys than its tenant has' }
}

/** What people wrote down of DataLens: its key, what it confirmed, and what it refused. */
function hasItNow(pair: Pair, { partnerKey, ledger, home }: TokenFacts): ShownCheck {
  const name = 'DataLens'
  if (partnerKey === undefined || partnerKey === 'forbidden') {
    const why = partnerKey === undefined ? 'the PartnerKey is not there' : 'you may not read the PartnerKey'
    return { name, result: 'unknown', text: `what DataLens has is not known: ${why}` }
  }
  const { dataLens } = partnerKey.spec
  if (home?.tenant?.metadata.annotations?.[annotations.rejected] === formatPair(pair)) {
    return {
      name,
      result: 'bad',
      text: `somebody saw DataLens refuse ${formatPair(pair)} (${annotations.rejected})`,
    }
  }
  if (dataLens === undefined) {
    return { name, result: 'bad', text: 'DataLens has not answered with its key (spec.dataLens)' }
  }
  const fingerprint = ledger && findEntry(ledger, 'Partner', pair.partner)?.fingerprint
  if (!isAccepted(partnerKey.spec, pair.partner, fingerprint)) {
    return {
      name,
      result: 'bad',
      text: `DataLens has not confirmed the partner’s key ${pair.partner} (spec.dataLens.accepts)`,
    }
  }
  const older = pair.dataLens < dataLens.keyVersion || pair.partner < partnerKey.spec.keyVersion
  const text = older
    ? 'it has these keys unless they were withdrawn there; newer ones are in use'
    : 'it has the keys of both sides that this token was made with'
  return { name, result: 'good', text }
}
