/**
 * Which server answers at an endpoint: one, another than before, or several in turn. A quiet while proves nothing, as a
 * load balancer may stay with one server for long. What proves it is a server that comes back after another, within a
 * day: months later it is a planned move back. Pure.
 */
import { ClickHouseError } from '../errors.ts'

/** Who answered the statements of one look. */
export interface Sighting {
  /** `serverUUID()`, where a statement told it. */
  readonly uuids: ReadonlySet<string>
  /** Display names, which come with each answer. */
  readonly names: ReadonlySet<string>
}

/** What outlives a restart, in the status. */
export interface KnownServers {
  /** The uuid of the one server that the endpoint stands for. Undefined while that is open. */
  readonly server?: string | undefined
  /** Others that answered there, the latest last. */
  readonly others: readonly string[]
  /** Who answers while it is open whether the former one was replaced. */
  readonly candidate?: string | undefined
  /** When `server` took over from others, by the operator's clock: milliseconds since the epoch. */
  readonly since?: number | undefined
}

export interface Answering extends KnownServers {
  readonly inTurn: boolean
  /** The only one that answered of late, while the matter is open. `at`: monotonic milliseconds of the last look. */
  readonly alone?: {
    readonly server: string
    readonly since: number
    readonly at: number
    readonly looks: number
  }
}

export interface LookTime {
  /** Monotonic milliseconds. */
  readonly elapsed: number
  /** By the operator's clock, as it has to outlive a restart: milliseconds since the epoch. */
  readonly now: number
}

/** How many looks in a row have to find the same server, before an endpoint stands for another one. */
const looksAlone = 3
/** Looks that are closer in time count as one, as they may share a connection. In milliseconds. */
export const lookEveryMs = 5_000
/** How long several that answered in turn must have given way to one. */
const calmMs = 10 * 60_000
/** After how long a former server that answers again does not come in turn: somebody moved back to it. */
const turnMs = 24 * 3_600_000
const mostOthers = 16

/** What is known after a restart. Two that were noted while it was open have answered in turn. */
export function resume(known: KnownServers | undefined): Answering {
  const { server, others = [], candidate, since } = known ?? {}
  if (server !== undefined) return { server, others, since, inTurn: false }
  if (candidate === undefined) return { others, inTurn: others.length > 1 }
  const longAgo = Number.NEGATIVE_INFINITY
  return { others, inTurn: false, alone: { server: candidate, since: longAgo, at: longAgo, looks: 1 } }
}

/** What a status has to hold of it. It changes only with the verdict. */
export function keptOf({ server, others, since, inTurn: turns, alone }: Answering): KnownServers {
  if (server !== undefined) return { server, others, since: others.length === 0 ? undefined : since }
  return { others, candidate: turns ? undefined : alone?.server }
}

export function noteSighting(known: Answering, { uuids, names }: Sighting, at: LookTime): Answering {
  const before = forgetFormer(known, at.now)
  const [uuid] = uuids
  if (uuids.size > 1 || names.size > 1) return inTurn(before, [...uuids])
  // One that does not tell proves nothing.
  if (uuid === undefined || uuid === before.server) return before
  if (isNew(before)) return { server: uuid, others: [], inTurn: false }
  const { server, others, alone } = before
  const first = { server: uuid, since: at.elapsed, at: at.elapsed, looks: 1 }
  if (server !== undefined)
    return others.includes(uuid)
      ? { ...inTurn(before, [uuid]), alone: first }
      : { others: remember([...others, server]), inTurn: false, alone: first }
  if (alone === undefined) return { others, inTurn: before.inTurn, alone: first }
  if (alone.server !== uuid) return { ...inTurn(before, [alone.server, uuid]), alone: first }
  const looks = at.elapsed - alone.at < lookEveryMs ? alone.looks : alone.looks + 1
  const isCalm = !before.inTurn || at.elapsed - alone.since >= calmMs
  if (looks >= looksAlone && isCalm)
    return { server: uuid, others: others.filter(other => other !== uuid), since: at.now, inTurn: false }
  return { ...before, alone: { ...alone, looks, at: looks > alone.looks ? at.elapsed : alone.at } }
}

/** A day after a server took over from others, these are history. Without a time, as of older releases, it begins now. */
function forgetFormer(known: Answering, now: number): Answering {
  const { server, others, since = now } = known
  if (server === undefined || others.length === 0) return known
  if (now - since >= turnMs) return { server, others: [], inTurn: false }
  return known.since === undefined ? { ...known, since } : known
}

function inTurn({ server, others }: Answering, seen: readonly string[]): Answering {
  return { others: remember([...others, ...(server === undefined ? [] : [server]), ...seen]), inTurn: true }
}

function remember(servers: readonly string[]): readonly string[] {
  return [...new Set(servers)].slice(-mostOthers)
}

function isNew({ server, others, inTurn: turns }: Answering): boolean {
  return server === undefined && others.length === 0 && !turns
}

/** Whether the endpoint stands for one server. False also before the first look. */
export function isSettled({ server }: Answering): boolean {
  return server !== undefined
}

/** Why nothing may be done at the endpoint. The same words for as long as it lasts, as a status has them. */
export function objectionTo(answering: Answering, host: string): ClickHouseError | undefined {
  if (isSettled(answering) || isNew(answering)) return undefined
  const { others, inTurn: turns, alone } = answering
  if (turns) {
    const which = others.length > 1 ? ` (serverUUID ${others.join(', ')})` : ''
    return new ClickHouseError(
      'severalServers',
      `${host}: several servers answer in turn${which}, as behind a load balancer, and what is written to one is not on the others, so nothing is done there. Write the address of each replica by itself in spec.endpoints; in Kubernetes that of each Pod, by a headless Service`,
    )
  }
  const now = alone === undefined ? '' : ` (serverUUID ${alone.server}, before ${others.at(-1) ?? ''})`
  return new ClickHouseError(
    'serverChanged',
    `${host}: another server answers than before${now}. If the former one does not come back at the next looks, it was replaced, and work goes on by itself`,
  )
}
