/** A planned rollout in words. Pure. */
import { andMore, listText } from '../../core/list-text.ts'
import { formatPair } from '../../tenancy/pair.ts'
import type { NamedFault } from '../../tenancy/rollout/tally.ts'
import { formatDuration } from '../frame/duration-text.ts'
import type { Simulation } from './simulation.ts'
import { printable, renderTable } from '../frame/table.ts'

export interface RolloutForecast {
  /** `namespace/name` */
  readonly key: string
  readonly to: string
  readonly simulation: Simulation
  /** ConnectorTenants that refer to it and hold no token. */
  readonly withoutToken: number
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
    leftText(simulation.left),
    newcomers(forecast),
    yaml === '' ? '' : `The change to commit, in the file of the PartnerKey:\n\n${yaml.trimEnd()}`,
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

function heading({ key, to, simulation }: RolloutForecast): string {
  const { from, moves, endsAtMs } = simulation
  const count = moves.reduce((sum, { tenants }) => sum + tenants.length, 0)
  const title = `PartnerKey ${key}: ${from === undefined ? 'no tokens yet' : formatPair(from)} → ${to}`
  if (count === 0) return `${title}\nNo Secret would change.`
  const batches = moves.filter(({ kind }) => kind === 'batch').length
  const steps = [
    ...(moves.some(({ kind }) => kind === 'canary') ? ['a canary'] : []),
    ...(batches > 0 ? [`${batches} ${batches === 1 ? 'batch' : 'batches'}`] : []),
    ...(moves.some(({ kind }) => kind === 'all at once') ? ['one go, as it is a way back'] : []),
  ].join(' and ')
  const secrets = `${count} ${count === 1 ? 'Secret' : 'Secrets'} would change, each once, in ${steps}.`
  return `${title}\n${secrets}\nAt the configured pace: ${formatDuration(endsAtMs)}, and the time that minting takes.`
}

function moveTable({ moves, endsAtMs, completes }: Simulation): string {
  let sum = 0
  let batch = 0
  const rows = moves.map(({ kind, atMs, admittedPermille, tenants }) => {
    sum += tenants.length
    if (kind === 'batch') batch += 1
    const step = kind === 'batch' ? `batch ${batch}` : kind
    const slots = kind === 'canary' ? '' : `${admittedPermille / 10} %`
    return [after(atMs), step, slots, String(tenants.length), String(sum), listText(tenants, { most: 3 })]
  })
  const end = completes ? [[after(endsAtMs), 'complete', '', '', String(sum), '']] : []
  return renderTable(['AFTER', 'STEP', 'SLOTS', 'SECRETS', 'SUM', 'TENANTS'], [...rows, ...end]).trimEnd()
}

function after(ms: number): string {
  return ms === 0 ? 'at once' : formatDuration(ms)
}

function leftText(left: readonly NamedFault[]): string {
  if (left.length === 0) return ''
  const shown = left.slice(0, 10).map(({ name, why }) => `  ${printable(name)}: ${printable(why)}`)
  const more = left.length > 10 ? [`  ${andMore(left.length - 10)} (-o json names all)`] : []
  const who = left.length === 1 ? '1 keeps the token it has:' : `${left.length} keep the token they have:`
  return [who, ...shown, ...more].join('\n')
}

function newcomers({ withoutToken, simulation, to }: RolloutForecast): string {
  if (withoutToken === 0) return ''
  const pair = simulation.from === undefined ? to : formatPair(simulation.from)
  return withoutToken === 1
    ? `1 tenant holds no token yet; until this is complete it gets one of ${pair}.`
    : `${withoutToken} tenants hold no token yet; until this is complete they get one of ${pair}.`
}
