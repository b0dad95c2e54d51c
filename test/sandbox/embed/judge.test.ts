import { constants, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { TokenFault } from '../../../src/embed/inspect.ts'
import { judgeArrival } from '../../../src/sandbox/embed/arrival.ts'
import { handedOn, handedOnForDashboard } from '../../../src/sandbox/embed/answers.ts'
import { judgeEmbedToken, type Judging } from '../../../src/sandbox/embed/judge.ts'
import type { Embed, EmbeddingSecret } from '../../../src/sandbox/embed/model.ts'
import type { StepName } from '../../../src/sandbox/embed/steps.ts'
import { defaultSwitches, type SwitchValues } from '../../../src/sandbox/embed/switches.ts'
import { embedVectors } from '../../vectors/embed-vectors.ts'

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
const now = 1_800_000_000

const embed: Embed = {
  embedId: 'pgx4ekt5dj3u1',
  title: 'Sales',
  embeddingSecretId: 'secret0000001',
  entryId: 'revenue',
  depsIds: ['pieces'],
  unsignedParams: [],
  privateParams: [],
  publicParamsMode: false,
  settings: {},
  createdAt: '',
  updatedAt: '',
}

function secretWith(publicKey: KeyObject): EmbeddingSecret {
  return {
    embeddingSecretId: embed.embeddingSecretId,
    title: 'Portal',
    workbookId: 'main',
    publicKey,
    createdAt: '',
  }
}

interface Case {
  readonly switches?: Partial<SwitchValues>
  readonly entryId?: string
  readonly at?: number
  readonly known?: readonly Embed[]
  readonly secret?: EmbeddingSecret | undefined
}

function judge(token: string, given: Case = {}) {
  const { entryId, at = now, known = [embed] } = given
  const secret = 'secret' in given ? given.secret : secretWith(keys.publicKey)
  const judging: Judging = {
    lookup: { embed: id => known.find(({ embedId }) => embedId === id), secret: () => secret },
    switches: { ...defaultSwitches, ...given.switches },
    now: at * 1000,
    party: 'storage',
    entryId,
  }
  return judgeEmbedToken(token, judging)
}

interface Forging {
  readonly header?: object
  readonly key?: KeyObject
  readonly saltLength?: number
  readonly padding?: number
  readonly hash?: string
}

const claims = {
  embedId: embed.embedId,
  dlEmbedService: 'YC_DATALENS_EMBEDDING_SERVICE_MARK',
  iat: now - 30,
  exp: now + 600,
  params: { region: 'north' },
}

function forge(
  payload: object,
  { header = { alg: 'PS256' }, key = keys.privateKey, ...how }: Forging = {},
): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part(header)}.${part(payload)}`
  const { padding = constants.RSA_PKCS1_PSS_PADDING, saltLength = 32, hash = 'sha256' } = how
  const options =
    padding === constants.RSA_PKCS1_PSS_PADDING ? { key, padding, saltLength } : { key, padding }
  return `${signed}.${sign(hash, Buffer.from(signed), options).toString('base64url')}`
}

const good = forge(claims)
const [header = '', payload = ''] = good.split('.')

test('a good token says for which entry, and what is signed', () => {
  expect(judge(good)).toMatchObject({ ok: true, token: { embed, entryId: 'revenue', exp: now + 600 } })
  const judged = judge(good, { entryId: 'pieces' })
  expect(judged).toMatchObject({ ok: true, token: { entryId: 'pieces' } })
  if (judged.ok) expect([...judged.token.params]).toEqual([['region', 'north']])
  expect(judged.steps.every(({ passed }) => passed)).toBe(true)
})

const pkcs1 = { padding: constants.RSA_PKCS1_PADDING }

const refusals: readonly (readonly [string, string, StepName, number, Case?])[] = [
  ['a token of 30 KB and a byte', 'x'.repeat(30_721), 'token-size', 400],
  [
    'a well signed one that is too large',
    forge({ ...claims, params: { region: 'x'.repeat(30_000) } }),
    'token-size',
    400,
  ],
  ['no JWT', 'x', 'token-decoded', 400],
  ['no embedId', forge({ ...claims, embedId: undefined }), 'token-decoded', 400],
  ['a number as embedId', forge({ ...claims, embedId: 1 }), 'token-decoded', 400],
  ['an embed that is gone', good, 'embed-known', 404, { known: [] }],
  ['another embed', forge({ ...claims, embedId: 'zzzzzzzzzzzzz' }), 'embed-known', 404],
  ['a secret that was deleted', good, 'secret-known', 404, { secret: undefined }],
  ['alg none', `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`, 'algorithm', 403],
  ['RS256', forge(claims, { header: { alg: 'RS256' }, ...pkcs1 }), 'algorithm', 403],
  ['PS256 written small', forge(claims, { header: { alg: 'ps256' } }), 'algorithm', 403],
  ['a list as algorithm', forge(claims, { header: { alg: ['PS256'] } }), 'algorithm', 403],
  ['PKCS#1 under the name of PS256', forge(claims, pkcs1), 'signature', 403],
  ['SHA-512 under the name of PS256', forge(claims, { hash: 'sha512' }), 'signature', 403],
  ['a salt of 20 bytes', forge(claims, { saltLength: 20 }), 'signature', 403],
  ['no salt', forge(claims, { saltLength: 0 }), 'signature', 403],
  ['a stranger’s key', forge(claims, { key: stranger.privateKey }), 'signature', 403],
  [
    'a key of the header’s own',
    forge(claims, { key: stranger.privateKey, header: { alg: 'PS256', jwk: {} } }),
    'signature',
    403,
  ],
  [
    'other claims under the signature',
    `${header}.${forge({ ...claims, params: {} }).split('.')[1]}.${good.split('.')[2]}`,
    'signature',
    403,
  ],
  ['no signature', `${header}.${payload}.`, 'signature', 403],
  ['another service', forge({ ...claims, dlEmbedService: 'x' }), 'service', 403],
  ['no service', forge({ ...claims, dlEmbedService: undefined }), 'service', 403],
  ['no iat', forge({ ...claims, iat: undefined }), 'times', 403],
  ['exp as text', forge({ ...claims, exp: String(now + 600) }), 'times', 403],
  ['no exp', forge({ ...claims, exp: undefined }), 'times', 403],
  ['exp now', forge({ ...claims, exp: now }), 'not-expired', 403],
  ['a clock that is ahead', good, 'not-expired', 403, { switches: { skew: 601 } }],
  ['ten hours and a second', forge({ ...claims, exp: claims.iat + 36_001 }), 'lifetime', 403],
  ['times below zero', forge({ ...claims, iat: -600, exp: -1 }), 'not-expired', 403],
  ['times as dates', forge({ ...claims, exp: new Date(1e12 * 1.9).toISOString() }), 'times', 403],
  ['a time that is a list', forge({ ...claims, exp: [now + 600] }), 'times', 403],
  ['a foreign entry', good, 'entry', 409, { entryId: 'own-sales' }],
  ['no entry’s name', good, 'entry', 409, { entryId: '' }],
  ['an object as parameter', forge({ ...claims, params: { region: { ne: 'x' } } }), 'signed-parameters', 403],
  ['null as parameter', forge({ ...claims, params: { region: null } }), 'signed-parameters', 403],
  ['a list as parameters', forge({ ...claims, params: ['north'] }), 'signed-parameters', 403],
  [
    'assumed otherwise: a bad signature',
    forge(claims, { saltLength: 0 }),
    'signature',
    401,
    { switches: { refusalStatus: 401 } },
  ],
]

test.each(
  refusals.map(([name, token, step, status, given = {}]) => [name, token, step, status, given] as const),
)('%s is refused', (_, token, step, status, given) => {
  const judged = judge(token, given)
  expect(judged).toMatchObject({ ok: false, refusal: { status } })
  const last = judged.steps.at(-1)
  expect({ name: last?.name, passed: last?.passed }).toEqual({ name: step, passed: false })
  expect(judged.steps.filter(({ passed }) => !passed)).toHaveLength(1)
  expect(JSON.stringify(judged)).not.toContain(payload)
})

describe('what another implementation made', () => {
  const stepOf: Readonly<Record<TokenFault, readonly StepName[]>> = {
    'too-large': ['token-size'],
    malformed: ['token-decoded', 'times'],
    'bad-algorithm': ['algorithm'],
    'bad-signature': ['signature'],
    'bad-service': ['service'],
    expired: ['not-expired'],
    'lifetime-too-long': ['lifetime'],
  }
  const secret = secretWith(createPublicKey(embedVectors.key.publicPem))
  /** Through the charts API and the storage, as a request goes. */
  function stepsOf(token: string, at: number) {
    const arrival = judgeArrival(token, defaultSwitches)
    if (!arrival.ok) return { ok: false, steps: arrival.steps }
    return judge(token, { at, secret, known: [{ ...embed, embedId: arrival.embedId }] })
  }

  test.each(embedVectors.valid)('is accepted: $name', ({ token, at }) => {
    expect(stepsOf(token, at)).toMatchObject({ ok: true })
  })

  test.each(embedVectors.invalid)('is refused: $name', ({ token, at, error }) => {
    const { ok, steps } = stepsOf(token, at)
    expect(ok).toBe(false)
    expect(stepOf[error]).toContain(steps.at(-1)?.name)
  })
})

describe('the charts API', () => {
  test.each([
    ['no header', undefined, 400, 'ERR.CHARTS.TOKEN_NOT_FOUND', 'token-present'],
    ['an empty header', '', 400, 'ERR.CHARTS.TOKEN_NOT_FOUND', 'token-present'],
    ['30 KB and a byte', 'x'.repeat(30_721), 400, 'ERR.CHARTS.INVALID_TOKEN', 'token-size'],
    ['no JWT', 'x', 400, 'ERR.CHARTS.INVALID_TOKEN', 'token-decoded'],
    ['no embedId', forge({}), 400, 'ERR.CHARTS.INVALID_TOKEN', 'token-decoded'],
  ] as const)('refuses %s', (_, token, status, code, step) => {
    const arrival = judgeArrival(token, defaultSwitches)
    expect(arrival).toMatchObject({
      ok: false,
      refusal: { status, body: { code, extra: { hideRetry: true } } },
    })
    expect(arrival.steps.at(-1)?.name).toBe(step)
    expect(judgeArrival(token, defaultSwitches, 'dashboard')).toMatchObject({
      refusal: { status, body: { code: 'ERR.CHARTS.INVALID_TOKEN_FORMAT' } },
    })
  })

  test('hands on what the storage refused', () => {
    const [foreign, gone] = [judge(good, { entryId: 'x' }), judge(good, { known: [] })]
    if (foreign.ok || gone.ok) throw new Error('they were to be refused')
    expect(handedOn(foreign.refusal)).toEqual({
      status: 409,
      body: {
        code: 'ERR.CHARTS.OUTDATED_DEPENDENCIES',
        extra: { message: 'Dependencies of embed are outdated', hideRetry: true },
      },
    })
    const error = { code: 404, details: { code: 404 }, extra: { hideRetry: false } }
    expect(handedOn(gone.refusal)).toEqual({ status: 404, body: { code: 404, error } })
    expect(handedOnForDashboard(gone.refusal)).toMatchObject({
      status: 404,
      body: { error: { code: 'ERR.ENTRY.CONFIG_LOADING_ERROR', details: { code: 404 } } },
    })
  })
})
