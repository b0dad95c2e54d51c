import { expect, test } from 'vitest'
import { StaleView } from '../../src/runtime/stale-view.ts'
import { explainFailure } from '../../src/connector-tenant/failure.ts'
import type { Step } from '../../src/connector-tenant/steps.ts'
import { errorOfAnswer, KubeError } from '../../src/kube/errors.ts'
import { tokenSecret } from '../builders/tenant-observed.ts'

const forever = new AbortController().signal
const over = tokenSecret()
const mint = { kind: 'mintToken', pair: { dataLens: 1, partner: 2 }, fingerprint: 'print' } as const
const quota = new KubeError('forbidden', 'secrets "x" is forbidden: exceeded quota: few')

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
})
