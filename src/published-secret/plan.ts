/** Plans how a Secret comes to hold what it should, under the name that it should have. Pure. */
import type { Secret } from '../api/core-objects.ts'
import type { SecretRemoval, SecretWrite } from './steps.ts'

/** The Secret with the wanted name. */
export interface CurrentSecret {
  readonly secret: Secret
  readonly tidy: boolean
}

/**
 * Keeps a content that is good: repairs the Secret that has it, or writes it under the wanted name.
 *
 * @param place.inPlace whether the current Secret holds it already
 */
export function planKept<Held>(
  held: Held,
  { current, inPlace }: { readonly current: CurrentSecret | undefined; readonly inPlace: boolean },
): readonly SecretWrite<Held>[] {
  if (current === undefined) return [{ kind: 'createSecret', held }]
  if (inPlace && current.tidy) return []
  return [{ kind: 'repairSecret', held, over: current.secret }]
}

/** Removes the Secrets with old names. Do it last, so that the content is under one of the names at every moment. */
export function planRemovals(former: readonly Secret[]): readonly SecretRemoval[] {
  return former.map(secret => ({ kind: 'deleteSecret', secret }))
}

/** A Secret that is in the way. */
export interface SecretConflict {
  readonly name: string
  readonly because: string
}

/** Tells the owner's author. The name may be one that they never wrote, by default. */
export function conflictMessage({ name, because }: SecretConflict): string {
  return `The Secret "${name}" is there and cannot be used: ${because}. Remove it, or choose another spec.secret.name.`
}
