/** The writes of a published Secret. Each may be repeated after any stop or lost answer. */
import type { Secret } from '../api/core-objects.ts'
import { keyOf, type ObjectKey } from '../api/object.ts'
import { KubeError } from '../kube/errors.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { StaleView } from '../runtime/stale-view.ts'
import type { SecretLookup } from './lookup.ts'

export interface SecretAccess {
  readonly secrets: ResourceClient<Secret>
  readonly secretLookup: SecretLookup
}

interface Write extends SecretAccess {
  readonly owner: ObjectKey
  /** The version that was looked at. Only that one is overwritten. Undefined: the Secret has to be new. */
  readonly over: Secret | undefined
}

/** @throws StaleView when the Secret is not the one that was looked at. The lookup then knows what it is */
export async function writeSecret(wanted: Secret, write: Write, signal: AbortSignal): Promise<void> {
  const { owner, over, secrets, secretLookup } = write
  if (over?.trimmed === true) throw new TypeError('a Secret must be read as a whole before it is written')
  try {
    if (over?.immutable === true) return await replaceImmutable(wanted, { ...write, over }, signal)
    await secretLookup.write(owner, keyOf(wanted), () =>
      over === undefined ? secrets.create(wanted, signal) : secrets.replace(wanted, signal),
    )
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    if (error.code === 'conflict' || error.code === 'notFound') {
      if (over !== undefined) await secretLookup.reread(over, signal)
      throw new StaleView('the Secret has changed', { cause: error })
    }
    if (error.code === 'alreadyExists' || (error.uncertain && over === undefined)) {
      secretLookup.noteTaken(owner, keyOf(wanted))
      throw new StaleView('a Secret of this name is there', { cause: error })
    }
    throw error
  }
}

/** Makes anew a Secret that somebody made immutable. Only here there is, for a moment, no Secret. */
async function replaceImmutable(
  wanted: Secret,
  { owner, over, ...access }: Write & { readonly over: Secret },
  signal: AbortSignal,
): Promise<void> {
  await deleteSecret(over, access, signal)
  const { uid: _uid, resourceVersion: _version, ...metadata } = wanted.metadata
  const { secrets, secretLookup } = access
  await secretLookup.write(owner, keyOf(wanted), () => secrets.create({ ...wanted, metadata }, signal))
}

/** @throws StaleView when the Secret is not the version that was looked at */
export async function deleteSecret(
  secret: Secret,
  { secrets, secretLookup }: SecretAccess,
  signal: AbortSignal,
): Promise<void> {
  const { uid, resourceVersion } = secret.metadata
  if (uid === undefined || resourceVersion === undefined) throw new StaleView('the Secret was never read')
  try {
    await secrets.delete(keyOf(secret), { uid, resourceVersion }, signal)
    secretLookup.noteDelete(secret)
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 'conflict') throw error
    await secretLookup.reread(secret, signal)
    throw new StaleView('the Secret has changed', { cause: error })
  }
}
