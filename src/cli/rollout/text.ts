/** A rollout in words: one line while it moves, and the whole picture. Pure. */
import { andMore, listText } from '../../core/text/list-text.ts'
import { parsePair } from '../../tenancy/pair.ts'
import { batchAt, batchCount } from '../../tenancy/rollout/batches.ts'
import { isRollback } from '../../tenancy/rollout/course.ts'
import type { NamedFault } from '../../tenancy/rollout/tally.ts'
import { formatDuration } from '../frame/duration-text.ts'
import { courseOf, keyRows, keyHead } from '../partner-key/key-table.ts'
import type { Styles } from '../frame/styles.ts'
import type { RolloutVerdict, RolloutView } from '../partner-key/view.ts'
import { printable, renderTable } from '../frame/table.ts'

/** `Rolling 120/300 (40 %), batch 4 of 10, 1 failed`: changes only when something has happened. */
export function progressLine(view: RolloutView): string {
  return [`${phaseOf(view)} ${countText(view)}`, ...remarks(view)].join(', ')
}

const barWidth = 24

/** One line with a bar, for a terminal that is drawn anew each second. @param now milliseconds since the epoch */
export function barLine(
  view: RolloutView,
  { now, columns, styles }: { readonly now: number; readonly columns: number; readonly styles: Styles },
): string {
  const share = view.total === 0 ? (view.verdict === 'complete' ? 1 : 0) : view.updated / view.total
  const full = Math.floor(share * barWidth)
  const bar = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`
  const text = [
    `${arrow(view)}  ${bar}  ${countText(view)}`,
    phaseOf(view),
    ...remarks(view),
    ...waiting(view, now),
  ].join('  ')
  const cut = Array.from(text)
    .slice(0, Math.max(20, columns - 1))
    .join('')
  return cut.replace(bar, colourOf(view, styles)(bar))
}

function colourOf({ verdict }: RolloutView, { good, bad, strong }: Styles): (text: string) => string {
  if (verdict === 'complete') return good
  return verdict === 'stopped' || verdict === 'failed' ? bad : strong
}

/** `1:1 → 1:2`, or the one pair that there is. */
function arrow({ current, target }: RolloutView): string {
  if (target === undefined) return current ?? 'no tokens yet'
  return current === undefined || current === target ? target : `${current} → ${target}`
}

function phaseOf({ phase, verdict }: RolloutView): string {
  return verdict === 'unseen' ? 'not looked at yet' : (phase ?? 'not begun')
}

function countText({ updated, total }: RolloutView): string {
  return total === 0 ? '0/0' : `${updated}/${total} (${Math.floor((updated / total) * 100)} %)`
}

function remarks(view: RolloutView): readonly string[] {
  const { failedCount, skippedCount, canary } = view
  return [
    ...(canary !== undefined && view.admittedPermille === 0
      ? [`canary ${canary.updated}/${canary.total}`]
      : []),
    ...(view.phase === 'Rolling' && !rollsBack(view) ? [batchText(view)] : []),
    ...(failedCount > 0 ? [`${failedCount} failed`] : []),
    ...(skippedCount > 0 ? [`${skippedCount} skipped`] : []),
  ]
}

function batchText({ admittedPermille, batch }: RolloutView): string {
  return `batch ${batchAt(admittedPermille, batch)} of ${batchCount(batch)}`
}

function waiting({ phase, phaseSince, soakMs }: RolloutView, now: number): readonly string[] {
  if (phase !== 'Soaking' || phaseSince === undefined || soakMs === undefined) return []
  return [`${formatDuration(phaseSince + soakMs - now)} to soak`]
}

const endings: Readonly<Record<RolloutVerdict, string>> = {
  complete: 'complete',
  stopped: 'stopped by failures',
  failed: 'held: its keys cannot be used',
  waiting: 'waits for you',
  moving: 'under way',
  unseen: 'not looked at yet',
}

/** The whole picture. @param now milliseconds since the epoch */
export function describeView(view: RolloutView, now: number, styles: Styles): string {
  const colour = colourOf(view, styles)
  const lines = [
    `PartnerKey ${view.key}   ${arrow(view)}   ${colour(endings[view.verdict])}`,
    '',
    row('Phase', [phaseOf(view), ...waiting(view, now)].join(', ')),
    row('Tenants', countText(view)),
    ...canaryRow(view),
    row('Batches', batchRow(view)),
    ...faultRows('Failed', view.failedCount, view.failed),
    ...faultRows('Skipped', view.skippedCount, view.skipped),
    '',
    ...(view.keys.length === 0
      ? []
      : [renderTable(keyHead, keyRows(view.keys, courseOf(view))).trimEnd(), '']),
    printable(view.message),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

function row(name: string, text: string): string {
  return `${name.padEnd(10)}${printable(text)}`
}

/** A rollback has no canary, and a rollout that is complete may have been one. */
function canaryRow(view: RolloutView): readonly string[] {
  const { soakMs, canary, admittedPermille, phase } = view
  if (phase === 'Complete' || rollsBack(view)) return []
  if (soakMs === undefined) return [row('Canary', 'none')]
  if (admittedPermille > 0) return [row('Canary', 'done')]
  if (canary === undefined) return [row('Canary', 'first')]
  const empty = canary.total === 0 ? ': it is empty, and tells nothing' : ''
  return [row('Canary', `${canary.updated}/${canary.total}${empty}`)]
}

function batchRow(view: RolloutView): string {
  const { phase, batch, admittedPermille } = view
  const pace = `${batch.percent} % each, ${formatDuration(batch.intervalMs)} between`
  if (phase === 'Complete') return `done (${pace})`
  if (phase === undefined || admittedPermille === 0) return `none yet (${pace})`
  if (rollsBack(view)) return 'all at once: a rollback'
  return `${batchText(view)} (${pace})`
}

function rollsBack({ phase, current, target }: RolloutView): boolean {
  return isRollback({ phase, current: parsePair(current), target: parsePair(target) })
}

/** Grouped by why, the most frequent first. */
function faultRows(title: string, count: number, named: readonly NamedFault[]): readonly string[] {
  if (count === 0) return [row(title, 'none')]
  const groups = new Map<string, string[]>()
  for (const { name, why } of named) groups.set(why, [...(groups.get(why) ?? []), name])
  const rows = [...groups]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([why, names]) => `  ${printable(why)}: ${listText(names.map(printable), { most: 10 })}`)
  const more = count > named.length ? [`  ${andMore(count - named.length)}`] : []
  return [row(title, String(count)), ...rows, ...more]
}
