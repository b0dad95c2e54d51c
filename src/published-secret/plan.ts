/** How a Secret comes to hold what it should, under the name that it should have. Pure. */
import type { Secret } from '../api/core-objects.ts'
import type { SecretRemoval, SecretWrite } from './steps.ts'

/** The Secret of the wanted name. */
export interface CurrentSecret {
  readonly secret: Secret
  readonly tidy: boolean
}

/**
 * For a content that is good as it is: it is put right where it stands, or written under the wanted name.
 *
 * @param place.inPlace the current Secret holds it already
 */
export function planKept<Held>(
  held: Held,
  { current, inPlace }: { readonly current: CurrentSecret | undefined; readonly inPlace: boolean },
): readonly SecretWrite<Held>[] {
  if (current === undefined) return [{ kind: 'createSecret', held }]
  if (inPlace && current.tidy) return []
  return [{ kind: 'repairSecret', held, over: current.secret }]
}

/** The old names go last, so that a content is under one of the names at every moment. */
export function planRemovals(former: readonly Secret[]): readonly SecretRemoval[] {
  return former.map(secret => ({ kind: 'deleteSecret', secret }))
}

/** What the owner's author is told of a Secret that is in the way. */
export function conflictMessage(because: string): string {
  return `A Secret of this name is there and cannot be used: ${because}. Remove it, or choose another spec.secret.name.`
}
