/** Whether a tenant has its token: by its Secret as it is now, where that may be read, or by the operator's word. Pure. */
import { isAmiss, type Condition } from '../../../api/conditions.ts'
import type { ConnectorTenant } from '../../../api/connector-tenant.ts'
import { dataOf, type Secret } from '../../../api/core-objects.ts'
import { beside, keyOf } from '../../../api/object.ts'
import type { PartnerKey } from '../../../api/partner-key.ts'
import type { PartnerKeyReason } from '../../../api/reasons.ts'
import { partnerKeyConditions } from '../../../api/status/partner-key.ts'
import { tokenContent, tokenShape } from '../../../connector-tenant/token/secret.ts'
import { viewCurrentToken } from '../../../connector-tenant/token/view.ts'
import { conflictMessage } from '../../../published-secret/plan.ts'
import { isTidy } from '../../../published-secret/view.ts'
import { pairOfToken } from '../../../tenancy/pair.ts'
import type { KeyRingEntry } from '../../../token/key-ring.ts'
import type { PartnerPrivateKey } from '../../../token/keys.ts'
import type { Readable } from '../../cluster/cluster.ts'
import { currentCondition, failed, liveOrTold, passed, toldBy, unknown, type Judged } from './chain.ts'

export interface TokenFacts {
  readonly tenant: ConnectorTenant
  readonly partnerKey: Readable<PartnerKey>
  /** The Secret of the name that the tenant's token has. */
  readonly tokenSecret: Readable<Secret>
  /** The partner's key of the version that the token in it names. */
  readonly sealedWith: Readable<PartnerPrivateKey>
}

/** @param said what the tenant's own condition says */
export function judgeToken(facts: TokenFacts, said: Judged): Judged {
  const told = inItsWords(facts, said)
  const found = judgeSecret(facts)
  // Whoever waits for a token has none: the operator says why.
  if (told.result === 'failed' && found.result !== 'passed') return told
  if (found.result === 'failed') return found
  const trouble = keyTrouble(facts)
  const more = trouble === undefined ? '' : ` It is not renewed until this is mended: ${trouble}`
  if (told.result === 'passed') {
    const asOf = found.result === 'unknown' ? ` (As the operator saw it last: ${found.text}.)` : ''
    return passed(`${told.text}${asOf}${more}`)
  }
  return found.result === 'passed' ? liveOrTold(passed(`${found.text}${more}`), told) : told
}

/** Conditions of a PartnerKey that are about something else than its keys, or that wait for DataLens. */
const otherwise: ReadonlySet<string> = new Set<PartnerKeyReason>([
  'ConnectionNotFound',
  'ConnectionNotReady',
  'RolloutStopped',
  'SelectorNotSupported',
])

/** What is wrong with the keys, though the tenant has its token; undefined where nothing is, or that may not be read. */
export function keyTrouble({ partnerKey }: Pick<TokenFacts, 'partnerKey'>): string | undefined {
  if (partnerKey === undefined || partnerKey === 'forbidden') return undefined
  const conditions = [currentCondition(partnerKey, 'Ready'), currentCondition(partnerKey, 'Minting')]
  const trouble = conditions.find((each): each is Condition => each !== undefined && isTrouble(each))
  return trouble && toldBy('PartnerKey', partnerKey, trouble)
}

function isTrouble(condition: Condition): boolean {
  const { status, reason } = condition
  const isWork = reason === 'Progressing' || reason === 'Suspended' || reason === 'Observing'
  return status === 'False' && !isWork && isAmiss(partnerKeyConditions, condition) && !otherwise.has(reason)
}

/** A tenant's author is told that the key is missing; who may read the PartnerKey is told why. */
function inItsWords({ tenant, partnerKey }: TokenFacts, said: Judged): Judged {
  if (said.result !== 'failed' || partnerKey === 'forbidden' || partnerKey === undefined) return said
  const minting = currentCondition(partnerKey, 'Minting')
  const waits = currentCondition(tenant, 'TokenPublished')?.reason === 'AwaitingKey'
  return waits && minting?.status === 'False' ? failed(toldBy('PartnerKey', partnerKey, minting)) : said
}

const again = 'the operator makes it anew as soon as it can. If that stays so, see whether it runs.'

function judgeSecret({ tenant, tokenSecret, sealedWith }: TokenFacts): Judged {
  const shape = tokenShape(tenant)
  if (tokenSecret === 'forbidden') return unknown('you may not read its Secret')
  if (tokenSecret === undefined)
    return failed(`the Secret ${beside(tenant, shape.name)} is not there; ${again}`)
  const context = { ring: ringOf(tokenSecret, sealedWith), known: tenant.status?.token }
  const { foreign, seal, holds, tidy } = viewCurrentToken(tokenSecret, shape, context)
  if (foreign !== undefined)
    return failed(conflictMessage({ name: tokenSecret.metadata.name, because: foreign }))
  const key = keyOf(tokenSecret)
  if (holds === undefined || seal === 'broken')
    return failed(`the Secret ${key} holds no token that the operator sealed for this tenant; ${again}`)
  if (tidy) return passed('the Secret holds a valid token')
  if (seal === 'valid' || !isTidy(tokenSecret, shape, tokenContent(holds, shape.database)))
    return failed(`somebody changed what stands beside the token in the Secret ${key}; ${again}`)
  return unknown(
    sealedWith === 'forbidden'
      ? 'you may not read the partner’s key, which proves that the token was not changed'
      : 'the partner’s key is not there, which proves that the token was not changed',
  )
}

function ringOf(secret: Secret, sealedWith: Readable<PartnerPrivateKey>): KeyRingEntry | undefined {
  const version = pairOfToken(dataOf(secret, 'token') ?? '')?.partner
  if (version === undefined || sealedWith === undefined || sealedWith === 'forbidden') return undefined
  return { partner: new Map([[version, sealedWith]]), dataLens: new Map() }
}
