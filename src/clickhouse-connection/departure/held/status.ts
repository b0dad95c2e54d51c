/** What waits for a person, and exactly what to type to let it go. Pure. */
import type { ClickHouseConnection } from '../../../api/clickhouse-connection.ts'
import type { HeldRecord } from '../../../api/status/clickhouse-connection.ts'
import { quoteIdentifier } from '../../../clickhouse/quote.ts'
import { counted, listText } from '../../../core/text/list-text.ts'
import { confirms } from '../../../tenancy/departure/hold.ts'
import type { Condition } from '../../problem.ts'
import { annotationFor, type Hold } from './holds.ts'
import type { DepartureObserved } from '../observed.ts'

const mostNamed = 20
const mostShown = 8

export function sweepHeld(
  { connection, waitsUntil }: Pick<DepartureObserved, 'connection' | 'waitsUntil'>,
  { held, inGrace }: { readonly held: readonly Hold[]; readonly inGrace: number },
): Condition {
  const type = 'SweepHeld'
  if (held.length === 0)
    return {
      type,
      status: 'False',
      reason: 'NothingToSweep',
      message: nothingHeld(connection, { waitsUntil, inGrace }),
    }
  const several =
    held.length === 1
      ? ''
      : 'To confirm several of these at once, write their names with commas between them. '
  const shown = held.slice(0, mostShown).map(hold => holdText(hold, held, connection))
  const more = held.length - shown.length
  if (more > 0) shown.push(`${counted(more, 'more hold')}: see status.held`)
  const { namespace = '', name } = connection.metadata
  if (more > 0 || held.some(({ members }) => members.length > mostNamed))
    shown.push(`all of them are listed by: lenskeeper orphans ${name} -n ${namespace}`)
  const reason = held.some(({ record }) => record.takes === 'Access') ? 'SweepHeld' : 'EmptyingHeld'
  // They end with commands: a full stop there would be copied along, and a semicolon does no harm.
  return { type, status: 'True', reason, message: `${several}${shown.join('; ')}` }
}

function holdText(hold: Hold, held: readonly Hold[], connection: ClickHouseConnection): string {
  const isOnly = held.filter(({ record }) => record.takes === hold.record.takes).length === 1
  const said = connection.metadata.annotations?.[annotationFor[hold.record.takes]]
  const what = hold.record.takes === 'Access' ? departuresHeld(hold, connection) : emptyingsHeld(hold)
  return `${what}${otherSaid(said, hold.record, isOnly)}: ${confirmCommand(connection, hold.record)}`
}

function departuresHeld({ members }: Hold, { spec }: ClickHouseConnection): string {
  const keys = members.map(({ namespace, name }) => `${namespace}/${name}`).sort()
  const names = listText(keys, { most: mostNamed })
  const count = members.length
  // Those of before count as well, or many would go one by one.
  const isFew = count <= spec.sweep.limit
  const much = isFew
    ? 'and with those that left within the last 10 minutes these are more than spec.sweep.limit lets go'
    : 'more than spec.sweep.limit lets go at once'
  const ways = isFew ? 'Apply them again, wait until the others left longer ago,' : 'Apply them again,'
  return `${counted(count, 'tenant')} ${ofNamespaces(members)} ${areOf(count)} gone, ${much}, so none of them loses access: ${names}. ${ways} or let exactly these go`
}

function emptyingsHeld({ members }: Hold): string {
  const names = listText(members.map(({ database }) => quoteIdentifier(database)).sort(), { most: mostNamed })
  const count = members.length
  return `${counted(count, 'database')} of departed tenants ${ofNamespaces(members)} ${count === 1 ? 'waits' : 'wait'} to be emptied, as more are due than spec.sweep.limit lets go at once, or as an older release retired them and did not write down when their tables go. None of them is emptied: ${names}. Apply the tenants again to keep the data, or have exactly these emptied`
}

function areOf(count: number): string {
  return count === 1 ? 'is' : 'are'
}

function ofNamespaces(members: Hold['members']): string {
  const [name = '', ...more] = new Set(members.map(({ namespace }) => namespace))
  return more.length === 0 ? `of namespace ${name}` : `of ${more.length + 1} namespaces`
}

/** The command that confirms it. */
export function confirmCommand(
  { metadata: { namespace = '', name } }: Pick<ClickHouseConnection, 'metadata'>,
  { takes, confirm }: Pick<HeldRecord, 'takes' | 'confirm'>,
): string {
  return `kubectl -n ${namespace} annotate --overwrite chconn ${name} ${annotationFor[takes]}=${confirm}`
}

/** Whoever confirmed wants to know why nothing happens. */
function otherSaid(said: string | undefined, record: HeldRecord, isOnly: boolean): string {
  if (said === undefined) return ''
  if (confirms(said, record, isOnly))
    return ' (the annotation is there, and counts as soon as the connection may act)'
  return record.spentNumbers?.includes(String(record.count)) === true
    ? ' (the annotation had this number before these waited, so it confirms none of them)'
    : ' (the annotation is there, and says something else, so it confirms none of these)'
}

function nothingHeld(
  { metadata }: ClickHouseConnection,
  { waitsUntil, inGrace }: { readonly waitsUntil: string | undefined; readonly inGrace: number },
): string {
  const left = Object.values(annotationFor).filter(name => metadata.annotations?.[name] !== undefined)
  return [
    'No departed tenant waits for a confirmation.',
    ...(inGrace === 0
      ? []
      : [
          `${counted(inGrace, 'tenant')} left unseen, and ${inGrace === 1 ? 'loses' : 'lose'} access once spec.sweep.grace is over: apply them again if they are to stay.`,
        ]),
    ...(waitsUntil === undefined
      ? []
      : [
          `Nobody loses access or tables before ${waitsUntil}: this object was made anew, so it is not known who was let go shortly before.`,
        ]),
    ...left.map(
      name => `The annotation ${name} is still there. It confirms nothing any more, and can be removed.`,
    ),
  ].join(' ')
}
