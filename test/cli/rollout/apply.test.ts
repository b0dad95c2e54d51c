import { expect, test } from 'vitest'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import type { Cluster } from '../../../src/cli/cluster/cluster.ts'
import { decideAndApply } from '../../../src/cli/rollout/apply.ts'
import { rollbackChange } from '../../../src/cli/rollout/change.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import { rotatingPartnerKey, type PartnerKeyParts } from '../../builders/partner-key-rotating.ts'

const forever = new AbortController().signal
const rollback = (partnerKey: PartnerKey) => Promise.resolve(rollbackChange(partnerKey, undefined, undefined))

const confirm = () => Promise.resolve(true)

/** An API server whose object is, with each read, the next of these; the last one stays. It takes patches of that one. */
function cluster(...versions: readonly PartnerKeyParts[]) {
  const applied: unknown[] = []
  let reads = 0
  const last = String(versions.length)
  const partnerKeys = {
    get: async () => {
      const at = Math.min(reads++, versions.length - 1)
      const built = rotatingPartnerKey(versions[at])
      return { ...built, metadata: { ...built.metadata, resourceVersion: String(at + 1) } }
    },
    mergePatch: async (_: string, patch: { metadata: { uid: string; resourceVersion: string } }) => {
      if (patch.metadata.resourceVersion !== last) throw new KubeError('conflict', 'it was modified')
      applied.push(patch)
    },
  }
  return { applied, cluster: { namespace: async () => 'datalens', partnerKeys } as unknown as Cluster }
}

test('what is applied names the very object and version that it was decided on', async () => {
  const { applied, cluster: at } = cluster({})
  await decideAndApply('acme', { ask: rollback, apply: true, confirm, cluster: at }, forever)
  expect(applied).toEqual([{ metadata: { uid: 'uid-1', resourceVersion: '1' }, spec: { keyVersion: 1 } }])
})

test('a rollout that has moved on is decided on anew', async () => {
  const { applied, cluster: at } = cluster({}, {}, { spec: { keyVersion: 3 } })
  const answer = await decideAndApply('acme', { ask: rollback, apply: true, confirm, cluster: at }, forever)
  expect(answer).toMatchObject({ partnerKey: { spec: { keyVersion: 3 } } })
  expect(applied).toHaveLength(1)
})

test('a rollout that is complete by then is not rolled back', async () => {
  const complete: PartnerKeyParts = { status: { current: '1:2' }, rollout: { phase: 'Complete' } }
  const { applied, cluster: at } = cluster({}, complete)
  const answer = await decideAndApply('acme', { ask: rollback, apply: true, confirm, cluster: at }, forever)
  expect(answer).toMatchObject({ refused: expect.stringContaining('--to') })
  expect(applied).toEqual([])
})

test('somebody who changes it without end is not outrun for ever', async () => {
  const { applied, cluster: at } = cluster(...Array.from({ length: 20 }, () => ({})))
  const trying = decideAndApply('acme', { ask: rollback, apply: true, confirm, cluster: at }, forever)
  await expect(trying).rejects.toMatchObject({ code: 'conflict' })
  expect(applied).toEqual([])
})

test('what is not confirmed is not applied, and what is not to be applied is not asked about', async () => {
  const { applied, cluster: at } = cluster({})
  const never = () => Promise.reject(new Error('it was asked'))
  const printed = await decideAndApply(
    'acme',
    { ask: rollback, apply: false, confirm: never, cluster: at },
    forever,
  )
  expect(printed).toMatchObject({ answer: { done: 'set back to 1:1' } })
  const no = () => Promise.resolve(false)
  const refused = await decideAndApply(
    'acme',
    { ask: rollback, apply: true, confirm: no, cluster: at },
    forever,
  )
  expect(refused).toEqual({ refused: 'not confirmed, so nothing was changed' })
  expect(applied).toEqual([])
})
