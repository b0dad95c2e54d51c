/**
 * Whether a connection came to a server first, or after another. That is told once, at the first look that can tell, and
 * written down: nobody becomes the first because somebody else has left. Pure.
 */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { EndpointView } from '../catalog/snapshot.ts'
import { sharesDatabase, type Standing } from './standing.ts'
import type { OtherWay, WayIn } from './ways.ts'

/** As many as a status holds of each kind. */
const mostServers = 32

type Answers = Extract<EndpointView, { readonly ok: true }>

export function standingOf(
  { status }: ClickHouseConnection,
  endpoints: readonly EndpointView[],
  others: readonly OtherWay[],
): Standing {
  const before: Standing = { firstOn: new Set(status?.firstOn), laterOn: new Set(status?.laterOn) }
  const firstOn = new Set(before.firstOn)
  const laterOn = new Set(before.laterOn)
  for (const view of endpoints) {
    const server = view.ok ? view.servers?.server : undefined
    if (!view.ok || server === undefined || firstOn.has(server) || laterOn.has(server)) continue
    const came = howItCame(server, view, before, others)
    if (came === 'first') firstOn.add(server)
    // One that is not noted counts as noted, so nothing that was noted has to go.
    if (came === 'later' && laterOn.size < mostServers) laterOn.add(server)
  }
  return { firstOn: new Set([...firstOn].slice(-mostServers)), laterOn }
}

/** `open`: another was never looked at, or only by a release that kept no servers. */
function howItCame(
  server: string,
  view: Answers,
  before: Standing,
  others: readonly OtherWay[],
): 'first' | 'later' | 'open' {
  const former = view.servers?.others ?? []
  const left = former.filter(each => before.firstOn.has(each))
  if (left.length > 0) {
    const isAhead = (way: OtherWay): boolean =>
      knows(server, way) && !followed(server, left, way) && !isElsewhere(view, way)
    if (others.some(isAhead)) return 'later'
    return others.some(isOpen) ? 'open' : 'first'
  }
  if (former.some(each => before.laterOn.has(each)) || before.laterOn.size >= mostServers) return 'later'
  if (others.some(way => knows(server, way))) return 'later'
  return others.some(isOpen) ? 'open' : 'first'
}

function isOpen({ isTried, endpoints }: OtherWay): boolean {
  return !isTried || endpoints.some(isUnknown)
}

/** By its own word, now or ever. */
function knows(server: string, { firstOn, laterOn, endpoints }: OtherWay): boolean {
  return firstOn.has(server) || laterOn.has(server) || endpoints.some(endpoint => saysItIs(server, endpoint))
}

/** It came from a server that was replaced, on which it was not the first. */
function followed(server: string, left: readonly string[], { firstOn, endpoints }: OtherWay): boolean {
  return (
    !firstOn.has(server) &&
    endpoints.some(
      ({ servers }) =>
        (servers?.server ?? servers?.candidate) === server &&
        left.some(each => servers?.others.includes(each) === true && !firstOn.has(each)),
    )
  )
}

/** It only says that it is this server, and shows nothing of what is there. */
function isElsewhere({ data: { databases } }: Answers, way: OtherWay): boolean {
  const isSeen = way.endpoints.some(({ view }) => view !== undefined)
  const isMarked = [...databases.values()].some(({ comment }) => comment !== '')
  return isSeen && isMarked && !sharesDatabase(databases, way)
}

function saysItIs(server: string, { servers }: WayIn): boolean {
  if (servers === undefined) return false
  return servers.server === server || servers.candidate === server || servers.others.includes(server)
}

/** Only an earlier release let in who did not tell its uuid. */
function isUnknown({ servers, wasSeen }: WayIn): boolean {
  const tells = (servers?.server ?? servers?.candidate) !== undefined || (servers?.others.length ?? 0) > 0
  return wasSeen && !tells
}
