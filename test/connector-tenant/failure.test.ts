import { expect, test } from 'vitest'
import { fromServer, timedOut, type StatementContext } from '../../src/clickhouse/errors.ts'
import { StaleView } from '../../src/runtime/stale-view.ts'
import { explainFailure } from '../../src/connector-tenant/failure.ts'
import type { Step } from '../../src/connector-tenant/steps.ts'
import { errorOfAnswer, KubeError } from '../../src/kube/errors.ts'
import { tokenSecret } from '../builders/tenant-observed.ts'

const forever = new AbortController().signal
const over = tokenSecret()
const mint = { kind: 'mintToken', pair: { dataLens: 1, partner: 2 }, fingerprint: 'print' } as const
const quota = new KubeError('forbidden', 'secrets "x" is forbidden: exceeded quota: few')

const create = {
  kind: 'createDatabase',
  url: 'http://ch1:8123',
  database: 'client_1',
  uuid: 'uuid',
  mark: 'mark',
} as const
const asked: StatementContext = {
  kind: 'createDatabase',
  what: 'create the database client_1',
  host: 'ch1:8123',
  write: true,
}

interface Case {
  readonly step: Step
  readonly error: unknown
  /** Verbs that the account has; an error is what asking ends in. */
  readonly rights?: readonly string[] | KubeError
  readonly reason: string
  readonly asked?: readonly string[]
}

const all = ['create', 'update', 'delete']
const cases: Record<string, Case> = {
  'a quota refuses a new Secret': {
    step: mint,
    error: quota,
    rights: all,
    reason: 'SecretRefused',
    asked: ['create'],
  },
  'the account may not create Secrets': {
    step: mint,
    error: quota,
    rights: ['update', 'delete'],
    reason: 'OperatorForbidden',
    asked: ['create'],
  },
  'the account may not update Secrets': {
    step: { ...mint, over },
    error: quota,
    rights: ['create', 'delete'],
    reason: 'OperatorForbidden',
    asked: ['update'],
  },
  'a policy refuses an update': {
    step: { ...mint, over },
    error: new KubeError('invalid', 'denied'),
    reason: 'SecretRefused',
  },
  'a Secret that others have filled to the brim': {
    step: { ...mint, over },
    error: errorOfAnswer(500, '{"kind":"Status","message":"etcdserver: request is too large"}', {
      write: true,
    }),
    reason: 'SecretRefused',
  },
  'a Secret made immutable is deleted and created': {
    step: { ...mint, over: { ...over, immutable: true } },
    error: quota,
    rights: ['update', 'delete'],
    reason: 'OperatorForbidden',
    asked: ['delete', 'create'],
  },
  'the account may not delete Secrets': {
    step: { kind: 'deleteSecret', secret: over },
    error: quota,
    rights: [],
    reason: 'OperatorForbidden',
    asked: ['delete'],
  },
  'the account may not ask: not held against the rollout': {
    step: mint,
    error: quota,
    rights: new KubeError('forbidden', 'no'),
    reason: 'SecretRefused',
    asked: ['create'],
  },
  'nobody answers the question': {
    step: mint,
    error: quota,
    rights: new KubeError('unavailable', 'no'),
    reason: 'Progressing',
    asked: ['create'],
  },
  'the API server fails': { step: mint, error: new KubeError('unavailable', 'no'), reason: 'Progressing' },
  'the Secret is another one each time': {
    step: { ...mint, over },
    error: new StaleView('the Secret has changed'),
    reason: 'SecretRefused',
  },
  'ClickHouse answers with an error that is not about this name': {
    step: create,
    error: fromServer(725, 'TOO_MANY_DATABASES', asked),
    reason: 'StatementRefused',
  },
  'ClickHouse is busy': {
    step: create,
    error: fromServer(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', asked),
    reason: 'StatementRefused',
  },
  'somebody dropped the database meanwhile': {
    step: create,
    error: fromServer(81, 'UNKNOWN_DATABASE', asked),
    reason: 'ConnectionNotReady',
  },
  'the account is refused': {
    step: create,
    error: fromServer(516, 'AUTHENTICATION_FAILED', asked),
    reason: 'ConnectionNotReady',
  },
  'ClickHouse does not answer': {
    step: create,
    error: timedOut(asked, 15_000),
    reason: 'ConnectionNotReady',
  },
  'a bug': { step: mint, error: new TypeError('no'), reason: 'InternalError' },
}

test.each(Object.entries(cases))('%s', async (_, { step, error, rights = [], reason, asked = [] }) => {
  const questions: string[] = []
  const mayI = ({ verb, namespace, resource }: Record<'verb' | 'namespace' | 'resource', string>) => {
    questions.push(verb)
    expect([namespace, resource]).toEqual(['tenants', 'secrets'])
    return rights instanceof KubeError ? Promise.reject(rights) : Promise.resolve(rights.includes(verb))
  }
  const told = await explainFailure({ step, error }, { namespace: 'tenants', mayI }, forever)
  expect(told.reason).toBe(reason)
  expect(questions).toEqual(asked)
  expect(told.message).not.toBe('')
  // What ClickHouse answered, and where it stands, is for the platform team.
  expect(told.message).not.toMatch(/ch1|\b725\b|TOO_MANY/)
})
