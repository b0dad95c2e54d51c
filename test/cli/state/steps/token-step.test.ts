import { describe, expect, test } from 'vitest'
import { mergeConditions } from '../../../../src/api/conditions.ts'
import { annotations } from '../../../../src/api/labels.ts'
import type { Secret } from '../../../../src/api/core-objects.ts'
import type { PartnerKey } from '../../../../src/api/partner-key.ts'
import type { PartnerKeyConditionType } from '../../../../src/api/status/partner-key.ts'
import type { PartnerKeyReason } from '../../../../src/api/reasons.ts'
import { failed, notLookedAt, passed } from '../../../../src/cli/state/steps/chain.ts'
import { judgeToken, keyTrouble, type TokenFacts } from '../../../../src/cli/state/steps/token-step.ts'
import { builtPartnerKey } from '../../../builders/partner-key.ts'
import { builtTenant } from '../../../builders/tenant.ts'
import { testRing, tokenSecret } from '../../../builders/tenant-observed.ts'

const whole = tokenSecret()
const inBase64 = (text: string): string => Buffer.from(text).toString('base64')
const withData = (values: Readonly<Record<string, string>>): Secret => ({
  ...whole,
  data: {
    ...whole.data,
    ...Object.fromEntries(Object.entries(values).map(([name, text]) => [name, inBase64(text)])),
  },
})
const withAnnotation = (name: string, value: string): Secret => ({
  ...whole,
  metadata: { ...whole.metadata, annotations: { ...whole.metadata.annotations, [name]: value } },
})
const another = '1:1:Y2lwaGVy:YW5vdGhlcg=='

function saying(...said: readonly (readonly [PartnerKeyConditionType, PartnerKeyReason])[]): PartnerKey {
  const next = said.map(([type, reason]) => ({ type, status: 'False', reason, message: 'Do it.' }) as const)
  const conditions = mergeConditions(undefined, next, { generation: 1, now: 0 })
  return builtPartnerKey({ status: { conditions } })
}

const facts: TokenFacts = {
  tenant: builtTenant(),
  partnerKey: builtPartnerKey(),
  tokenSecret: whole,
  sealedWith: testRing.partner.get(1),
}
const published = passed('The Secret holds a valid token.')
const blind = { sealedWith: 'forbidden' } as const

describe('a token that the operator saw', () => {
  test.each<readonly [string, 'passed' | 'failed', RegExp, Partial<TokenFacts>]>([
    ['is as it was', 'passed', /^The Secret holds a valid token\.$/, {}],
    [
      'is gone',
      'failed',
      /tenants\/acme-datalens is not there; the operator makes it anew/,
      { tokenSecret: undefined },
    ],
    [
      'was replaced by something else',
      'failed',
      /holds no token that the operator sealed/,
      { tokenSecret: withData({ token: 'nothing' }) },
    ],
    [
      'was replaced by another token',
      'failed',
      /holds no token that the operator sealed/,
      { tokenSecret: withData({ token: another }) },
    ],
    [
      'lost its seal',
      'failed',
      /holds no token that the operator sealed/,
      { tokenSecret: withAnnotation(annotations.seal, 'v1:x') },
    ],
    [
      'is another tenant’s',
      'failed',
      /cannot be used: it belongs to ConnectorTenant "other"/,
      { tokenSecret: withAnnotation(annotations.owner, 'ConnectorTenant/tenants/other') },
    ],
    [
      'has another database beside it',
      'failed',
      /changed what stands beside the token/,
      { tokenSecret: withData({ database: 'client_2' }) },
    ],
    [
      'the same, for who may not read the key',
      'failed',
      /changed what stands beside the token/,
      { tokenSecret: withData({ database: 'client_2' }), ...blind },
    ],
    [
      'was replaced by something else, for who may not read the key',
      'failed',
      /holds no token/,
      { tokenSecret: withData({ token: 'nothing' }), ...blind },
    ],
    [
      'may be another, for who may not read the key',
      'passed',
      /saw it last: you may not read the partner’s key/,
      { tokenSecret: withData({ token: another }), ...blind },
    ],
    [
      'may be another, where the key is lost',
      'passed',
      /saw it last: the partner’s key is not there/,
      { sealedWith: undefined },
    ],
    [
      'may not be read',
      'passed',
      /saw it last: you may not read its Secret/,
      { tokenSecret: 'forbidden', ...blind },
    ],
  ])('%s: %s', (_, result, text, over) => {
    expect(judgeToken({ ...facts, ...over }, published)).toMatchObject({
      result,
      text: expect.stringMatching(text) as string,
    })
  })

  test('that is there though the operator says otherwise cannot be told', () => {
    const told = judgeToken(facts, failed('The API server refuses it.'))
    expect(told).toMatchObject({ result: 'unknown', text: expect.stringContaining('refuses it') as string })
    expect(judgeToken(facts, notLookedAt).result).toBe('passed')
    expect(judgeToken({ ...facts, ...blind }, notLookedAt)).toEqual(notLookedAt)
  })

  test('who waits for one hears what the operator says, and not that the Secret is missing', () => {
    const told = failed('DataLens has not answered.')
    expect(judgeToken({ ...facts, tokenSecret: undefined }, told)).toEqual(told)
  })
})

describe('a key that is lost while the tenant has its token', () => {
  test.each<readonly [string, string | undefined, PartnerKey]>([
    ['it is the key of the spec', 'KeyLost', saying(['Ready', 'KeyLost'], ['Minting', 'KeyLost'])],
    ['it is the one in use', 'KeyLost', saying(['Minting', 'KeyLost'])],
    ['the ledger is damaged', 'LedgerDamaged', saying(['Ready', 'LedgerDamaged'])],
    ['DataLens has not answered', undefined, saying(['Minting', 'AwaitingDataLens'])],
    ['the connection is not ready', undefined, saying(['Minting', 'ConnectionNotReady'])],
    ['a rollout has stopped', undefined, saying(['Ready', 'RolloutStopped'])],
    ['work is under way', undefined, saying(['Ready', 'Progressing'])],
    ['all is well', undefined, builtPartnerKey()],
  ])('%s', (_, reason, partnerKey) => {
    const told = judgeToken({ ...facts, partnerKey }, published)
    expect(told.result).toBe('passed')
    const trouble =
      reason === undefined
        ? ''
        : ` It is not renewed until this is mended: PartnerKey datalens/acme says ${reason}: Do it.`
    expect(told.text).toBe(`The Secret holds a valid token.${trouble}`)
    expect(keyTrouble({ partnerKey }) === undefined).toBe(reason === undefined)
  })

  test('is not told to who may not read the PartnerKey', () => {
    expect(judgeToken({ ...facts, partnerKey: 'forbidden' }, published)).toEqual(published)
  })
})
