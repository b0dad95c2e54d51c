/** What is told of endpoints that do not answer as they should, with the next step for whoever is called. Pure. */
import type { ClickHouseConnectionReason } from '../../api/reasons.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import type { ClickHouseErrorCode } from '../../clickhouse/error-codes.ts'
import type { ClickHouseError } from '../../clickhouse/errors.ts'
import type { Problem } from '../problem.ts'

type Failed = Extract<EndpointView, { readonly ok: false }>

/** The most serious first: what a person has to mend, then what may mend itself. */
const reasons: readonly (readonly [ClickHouseErrorCode, ClickHouseConnectionReason])[] = [
  ['operatedElsewhere', 'OperatedElsewhere'],
  ['severalServers', 'SeveralServers'],
  ['tlsFailed', 'TLSFailed'],
  ['serverTooOld', 'ServerTooOld'],
  ['settingRefused', 'AccountRestricted'],
  ['missingPrivileges', 'MissingPrivileges'],
  ['sameServer', 'SameServer'],
  ['serverChanged', 'ServerChanged'],
]

/** @param total how many endpoints there are */
export function awayProblem(failed: readonly Failed[], total: number): Problem | undefined {
  if (failed.length === 0) return undefined
  const found = reasons.find(([code]) => failed.some(({ error }) => error.code === code))
  const reason = found?.[1] ?? (failed.length === total ? 'Unreachable' : 'PartlyReachable')
  return { reason, message: describeAway(failed) }
}

/** Each endpoint with its error, then each next step once. */
export function describeAway(failed: readonly Failed[]): string {
  const found = `${[...new Set(failed.map(({ error }) => error.message))].join('; ')}.`
  const steps = new Set(failed.flatMap(({ error }) => nextStep(error) ?? []))
  return steps.size === 0 ? found : [found, ...steps, 'It is tried again by itself.'].join(' ')
}

const ofNames: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA'])
const ofPorts: ReadonlySet<string> = new Set(['ECONNREFUSED'])

/** Undefined where the error's own words say what to do. */
export function nextStep({ code, network, serverCode }: ClickHouseError): string | undefined {
  if (code === 'settingRefused')
    return 'Take constraints on settings from the profile of the operator’s account, and give it readonly = 0.'
  if (code === 'timeout') return silent
  if (code === 'unreachable') {
    if (network === undefined) return undefined
    if (ofNames.has(network)) return unknownName
    return ofPorts.has(network) ? closedPort : silent
  }
  return serverCode !== undefined && unexplained.has(code) ? serversLog : undefined
}

const unexplained: ReadonlySet<ClickHouseErrorCode> = new Set(['busy', 'other', 'syntax'])

const unknownName =
  'The name is not known: correct it in spec.endpoints, or see whether the replica’s Pod and Service are there.'
const closedPort =
  'Nothing takes connections on the port: see whether ClickHouse runs there, and whether spec.endpoints has the port of its HTTP interface.'
const silent = 'See whether the host runs, and whether a firewall or a NetworkPolicy stands in between.'
const serversLog = 'The server’s own log says more.'
