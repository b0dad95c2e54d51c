/** What a rollout's status says to people: what happens next, and what they have to do, if anything. */
import { listText } from '../../core/text/list-text.ts'
import { formatPair } from '../pair.ts'
import type { NamedFault, RolloutTally } from './tally.ts'
import { isRollback, type ConnectionState, type RolloutSpec, type RolloutState } from './course.ts'
import type { RolloutFailures } from './step.ts'

export interface MessageInput {
  readonly state: RolloutState
  readonly spec: RolloutSpec
  readonly tally: RolloutTally
  readonly failures: RolloutFailures
  readonly connection: ConnectionState
}

/** A sentence or two. They hold no times, so that they change only when what they tell does. */
export function describeRollout(input: MessageInput): string {
  return [phaseText(input), connectionText(input), canaryText(input), skippedText(input)]
    .filter(text => text !== '')
    .join(' ')
}

function phaseText(input: MessageInput): string {
  const { state, tally } = input
  const target = state.target === undefined ? '' : formatPair(state.target)
  const current = state.current === undefined ? '' : formatPair(state.current)
  switch (state.phase) {
    case 'AwaitingDataLens':
      return target === ''
        ? 'DataLens has not answered: put its key and version in spec.dataLens.'
        : `No token is minted with ${target} before DataLens has confirmed the partner key: commit its version and fingerprint in spec.dataLens.accepts.`
    case 'Paused':
      return `Paused by spec.rollout.paused; ${tally.updated} of ${tally.total} tenants have ${target}.`
    case 'Stopped':
      return `Stopped: ${failureText(input)}. Mend what is named, or set the key versions back to ${current} to roll back.`
    case 'Canary':
      return `The canary moves to ${target}.`
    case 'Soaking':
      return tally.nextSlot === undefined
        ? 'The canary is done, and nobody else has to move: it is complete once spec.rollout.canary.soak has passed.'
        : 'The canary is done; the others follow once spec.rollout.canary.soak has passed.'
    case 'AwaitingPromotion':
      return tally.nextSlot === undefined
        ? `The canary is done, and nobody else has to move. Set spec.rollout.promoted to "${target}" to complete it.`
        : `The canary is done. Set spec.rollout.promoted to "${target}" to let the others follow.`
    case 'Rolling':
      return isRollback(state) ? `All tenants go back to ${target} at once.` : rollingText(target, input)
    case 'Complete':
      return completeText(target, input)
    default:
      return state.phase satisfies never
  }
}

function completeText(target: string, input: MessageInput): string {
  const { updated, total, skipped } = input.tally
  const who = skipped.length === 0 ? 'Every tenant' : 'Every tenant that counts'
  const share =
    updated === total
      ? `${who} has ${target}.`
      : `${total - updated} of ${total} tenants do not have ${target} yet.`
  return input.failures.count === 0 ? share : `${share} ${sentence(failureText(input))}.`
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function rollingText(target: string, input: MessageInput): string {
  const share = `${input.state.admittedPermille / 10} % of the slots may move to ${target}`
  if (input.failures.count === 0) return `${share}.`
  return `${share}; ${failureText(input)} (up to ${input.spec.maxFailures} may).`
}

function failureText({ failures }: MessageInput): string {
  return `${failures.count} failed: ${list(failures.named, failures.count)}`
}

/** What is wrong with the connection, if that holds up tenants whose turn it is. */
function connectionText({ state, tally, connection }: MessageInput): string {
  if (tally.pending === 0 || (state.phase !== 'Canary' && state.phase !== 'Rolling')) return ''
  if (connection === 'suspended')
    return 'The ClickHouseConnection is suspended: nobody moves until it goes on.'
  return connection === 'away'
    ? 'ClickHouse cannot be used, and its ClickHouseConnection says why: nobody moves until it can.'
    : ''
}

function canaryText({ state, spec, tally }: MessageInput): string {
  if (spec.canary === undefined || state.admittedPermille > 0) return ''
  if (!['Canary', 'Soaking', 'AwaitingPromotion'].includes(state.phase)) return ''
  if (tally.canary.total === 0)
    return 'The canary is empty: its selector selects no tenant that counts, so it tells nothing.'
  if (state.phase !== 'Canary' && tally.canary.updated === 0)
    return 'None of the canary has moved, so it tells nothing.'
  return ''
}

function skippedText({ state, tally }: MessageInput): string {
  const { skipped } = tally
  if (skipped.length === 0 || state.phase === 'AwaitingDataLens') return ''
  return `Skipped ${skipped.length}: ${list(skipped, skipped.length)}.`
}

const mostListed = 3

/** A few tenants, each with the reason. If there are more: how many there are for each reason. */
function list(faults: readonly NamedFault[], count: number): string {
  const named = faults.slice(0, mostListed).map(({ name, why }) => (why === '' ? name : `${name} (${why})`))
  const text = listText(named, { most: mostListed, count })
  return count > named.length ? `${text} (altogether ${reasons(faults, count)})` : text
}

/** The most frequent first. */
function reasons(faults: readonly NamedFault[], count: number): string {
  const counts = new Map<string, number>()
  for (const { why } of faults) counts.set(why, (counts.get(why) ?? 0) + 1)
  const texts = [...counts].toSorted(([, a], [, b]) => b - a).map(([why, many]) => `${many} ${why}`)
  const unnamed = count - faults.length
  return [...texts, ...(unnamed > 0 ? [`${unnamed} not looked at since`] : [])].join(', ')
}
