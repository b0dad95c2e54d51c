/** A planned rollout in words. Pure. */
import { andMore, listText } from '../../core/text/list-text.ts'
import { formatPair } from '../../tenancy/pair.ts'
import type { NamedFault } from '../../tenancy/rollout/tally.ts'
import { formatDuration } from '../frame/duration-text.ts'
import type { Newcomers } from './newcomers.ts'
import type { Simulation } from './simulation.ts'
import { printable, renderTable } from '../frame/table.ts'

export interface RolloutForecast {
  /** `namespace/name` */
  readonly key: string
  readonly to: string
  readonly simulation: Simulation
  /** ConnectorTenants that refer to it and hold no token. */
  readonly newcomers: Newcomers
  /** What people do before it begins or while it waits; time does not count. */
  readonly conditions: readonly string[]
  /** The change to commit; empty when the spec asks for it already. */
  readonly yaml: string
}

export function describeForecast(forecast: RolloutForecast): string {
  const { simulation, conditions, yaml } = forecast
  const parts = [
    heading(forecast),
    conditions.length === 0 ? '' : ['What it needs:', ...conditions.map(text => `  - ${text}`)].join('\n'),
    simulation.moves.length === 0 ? '' : moveTable(simulation),
    simulation.completes ? '' : `It would not complete: ${printable(simulation.message)}`,
    namedText(simulation.left, { one: 'keeps the token it has', many: 'keep the token they have' }),
    newcomersText(forecast),
    namedText(forecast.newcomers.refused, {
      one: 'holds no token, and gets none as it is',
      many: 'hold no token, and get none as they are',
    }),
    yaml === '' ? '' : `The change to commit, in the file of the PartnerKey:\n\n${yaml.trimEnd()}`,
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

function heading({ key, to, simulation }: RolloutForecast): string {
  const { from, moves, batches, endsAtMs } = simulation
  const count = moves.reduce((sum, { tenants }) => sum + tenants.length, 0)
  const title = `PartnerKey ${key}: ${from === undefined ? 'no tokens yet' : formatPair(from)} → ${to}`
  if (count === 0) return `${title}\nNo Secret would change.`
  const used = new Set(moves.flatMap(({ batch }) => batch ?? [])).size
  const steps = [
    ...(moves.some(({ kind }) => kind === 'canary') ? ['a canary'] : []),
    ...(used > 0 ? [batchesText(used, batches)] : []),
    ...(moves.some(({ kind }) => kind === 'all at once') ? ['one go, as it is a way back'] : []),
  ].join(' and ')
  const secrets = `${count} ${count === 1 ? 'Secret' : 'Secrets'} would change, each once, in ${steps}.`
  return `${title}\n${secrets}\nAt the configured pace: ${formatDuration(endsAtMs)}, and the time that minting takes.`
}

/** The same number as in the status. Where nobody has to move in some of them, that too. */
function batchesText(used: number, all: number): string {
  const batches = `${all} ${all === 1 ? 'batch' : 'batches'}`
  return used === all ? batches : `${used} of ${batches}`
}

function moveTable({ moves, endsAtMs, completes }: Simulation): string {
  let sum = 0
  const rows = moves.map(({ kind, batch, atMs, admittedPermille, tenants }) => {
    sum += tenants.length
    const step = batch === undefined ? kind : `batch ${batch}`
    const slots = kind === 'canary' ? '' : `${admittedPermille / 10} %`
    return [after(atMs), step, slots, String(tenants.length), String(sum), listText(tenants, { most: 3 })]
  })
  const end = completes ? [[after(endsAtMs), 'complete', '', '', String(sum), '']] : []
  return renderTable(['AFTER', 'STEP', 'SLOTS', 'SECRETS', 'SUM', 'TENANTS'], [...rows, ...end]).trimEnd()
}

function after(ms: number): string {
  return ms === 0 ? 'at once' : formatDuration(ms)
}

/** A few tenants by name and why, under a line that counts them. */
function namedText(
  tenants: readonly NamedFault[],
  { one, many }: { readonly one: string; readonly many: string },
): string {
  const count = tenants.length
  if (count === 0) return ''
  const shown = tenants.slice(0, 10).map(({ name, why }) => `  ${printable(name)}: ${printable(why)}`)
  const more = count > 10 ? [`  ${andMore(count - 10)} (-o json names all)`] : []
  return [`${count} ${count === 1 ? one : many}:`, ...shown, ...more].join('\n')
}

function newcomersText({ newcomers: { awaited }, simulation, to }: RolloutForecast): string {
  if (awaited === 0) return ''
  const pair = simulation.from === undefined ? to : formatPair(simulation.from)
  return awaited === 1
    ? `1 tenant holds no token yet; until this is complete it gets one of ${pair}.`
    : `${awaited} tenants hold no token yet; until this is complete they get one of ${pair}.`
}
