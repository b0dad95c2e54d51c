/** When DataLens may withdraw a key, and what that means for whoever goes back to it. Pure. */
import type { PartnerKeyStatus } from '../../api/partner-key.ts'
import { inWords, listText } from '../../core/text/list-text.ts'
import { formatPair, type Pair } from '../../tenancy/pair.ts'
import type { RolloutPhase } from '../../tenancy/rollout/course.ts'
import { formatVersion } from './key-name.ts'

export type KeyStatus = NonNullable<PartnerKeyStatus['keys']>[number]

/** Whether a key may be withdrawn now. `tokens` counts those in Secrets, and no copies of them. */
export function mayBeWithdrawn(
  { state, tokens }: Pick<KeyStatus, 'state' | 'tokens'>,
  phase: RolloutPhase | undefined,
): boolean {
  return phase === 'Complete' && state === 'Superseded' && tokens === 0
}

/** Says which keys may be withdrawn at DataLens, and what that would do. Empty when there is none. */
export function withdrawable(keys: readonly KeyStatus[], phase: RolloutPhase | undefined): string {
  if (phase !== 'Complete') return ''
  const unused = keys.filter(key => mayBeWithdrawn(key, phase)).map(formatVersion)
  const used = keys
    .filter(({ state, tokens }) => state === 'Superseded' && tokens > 0)
    .map(key => `${formatVersion(key)} in ${key.tokens}`)
  const free =
    unused.length === 0
      ? ''
      : `In no Secret any more, and may be withdrawn at DataLens: ${listText(unused, { most: 5 })}. Saved connections go on; tokens shown earlier and not yet pasted stop working.`
  const held =
    used.length === 0
      ? ''
      : `Still in Secrets, whose tokens a withdrawal would make useless: ${listText(used, { most: 5 })}.`
  return [free, held].filter(text => text !== '').join(' ')
}

/** Those of the two keys of a pair that are known. */
export function keysOfPair(keys: readonly KeyStatus[], pair: Pair): readonly KeyStatus[] {
  return keys.filter(({ side, version }) => version === (side === 'Partner' ? pair.partner : pair.dataLens))
}

/**
 * What to know before tokens of a pair are minted whose keys were once free to be withdrawn. Empty when neither was.
 * @param phase of the rollout that `keys` tell of
 */
export function doubtAbout(
  pair: Pair,
  { keys, phase }: { readonly keys: readonly KeyStatus[]; readonly phase: RolloutPhase | undefined },
): string {
  const doubtful = keysOfPair(keys, pair)
    .filter(key => key.released === true || mayBeWithdrawn(key, phase))
    .map(formatVersion)
  if (doubtful.length === 0) return ''
  return `DataLens was free to withdraw ${inWords(doubtful, 'and')}: if it has, it refuses tokens of ${formatPair(pair)}. Ask there first; spec.rollout.paused holds everybody meanwhile.`
}
