/** What must be so of any object in any state: that no place where people look contradicts another. Pure. */
import { alerts as handedOut } from '../../../src/monitoring/alerts.ts'
import { alertsOf } from '../../watchers/alerts.ts'
import { definitions, type Faces, type Ran, type Shown } from './faces.ts'
import type { Row } from './row.ts'

const alerts = alertsOf(handedOut)

/** What is wrong, in words; empty when all is as it should be. */
export interface Judge {
  readonly ofShown: (shown: Shown) => readonly string[]
  readonly ofCommands: (faces: Faces) => readonly string[]
}

/** As the row says. */
export function judgeOf(row: Row): Judge {
  return {
    ofShown: shown => [
      ...wrongConditions(shown.conditions, row.shows),
      ...[row.says].flatMap(says => (says === undefined ? [] : unsaid(shown, row, says))),
      ...withinItself(shown),
      ...inColumns(shown),
      ...inMetrics(shown, row.alerts),
      ...inEvents(shown, row),
    ],
    ofCommands: faces => [...inStatus(faces, row.somebody), ...inExplain(faces, row), ...inCheck(faces, row)],
  }
}

/** Of the same object once it is well. */
export const judgeOfWell: Judge = {
  ofShown: shown => [...withinItself(shown), ...inColumns(shown), ...inMetrics(shown, [])],
  ofCommands: faces => [
    ...inStatus(faces, false),
    ...exits('explain', faces.explained, 0),
    ...exits('check', faces.checked, 0),
  ],
}

export function wrongConditions(conditions: Faces['conditions'], wanted: Row['shows']): readonly string[] {
  const found = Object.values(conditions).map(({ type, status, reason }) => `${type} ${status} ${reason}`)
  const expected = Object.entries(wanted).map(([type, says]) => `${type} ${says}`)
  return [
    ...expected.filter(each => !found.includes(each)).map(each => `it does not say ${each}`),
    ...found.filter(each => !expected.includes(each)).map(each => `it says ${each}`),
  ]
}

function unsaid({ conditions }: Shown, { type = 'Ready' }: Row, says: RegExp): readonly string[] {
  const message = conditions[type]?.message ?? ''
  return says.test(message) ? [] : [`${type} says "${message}", not ${says}`]
}

/** The conditions among themselves. */
function withinItself({ kind, object, conditions }: Shown): readonly string[] {
  const { generation } = object.metadata
  const all = Object.values(conditions)
  const old = all.filter(({ observedGeneration }) => observedGeneration !== generation)
  const { Ready: ready, Stalled: stalled, Reconciling: reconciling } = conditions
  const said = [
    ...old.map(({ type }) => `${type} is about an older generation`),
    ...(object.status?.observedGeneration === generation ? [] : ['the status is about an older generation']),
    ...(stalled && reconciling ? ['it says both Stalled and Reconciling'] : []),
    ...(stalled && ready?.status === 'True' ? ['it is Ready and Stalled'] : []),
    ...all.filter(({ message }) => message.trim() === '').map(({ type }) => `${type} has no message`),
  ]
  return [...said, ...againstReady(kind, conditions)]
}

/** Which conditions cannot be True beside a Ready that is False for this. */
const rulesOut: Readonly<Record<Faces['kind'], Readonly<Record<string, readonly string[]>>>> = {
  ClickHouseConnection: {
    Unreachable: ['Reachable', 'ReaderVerified'],
    AuthenticationFailed: ['Reachable', 'ReaderVerified'],
    CertificateAuthorityMissing: ['Reachable', 'ReaderVerified'],
    TooManySecrets: ['Reachable', 'ReaderVerified'],
    TLSFailed: ['Reachable', 'ReaderVerified'],
    SeveralServers: ['Reachable', 'ReaderVerified'],
    ServerChanged: ['Reachable', 'ReaderVerified'],
    OperatedElsewhere: ['Reachable', 'ReaderVerified'],
    ReaderMissing: ['ReaderVerified'],
  },
  PartnerKey: {
    KeyLost: ['Minting'],
    PrivateKeySecretMissing: ['Minting', 'RolledOut'],
    ConnectionNotFound: ['Minting'],
  },
  ConnectorTenant: {
    DatabaseLost: ['DatabaseReady', 'AccessGranted'],
    DatabaseOwnedElsewhere: ['DatabaseReady', 'AccessGranted'],
    DatabaseUnmarked: ['DatabaseReady', 'AccessGranted'],
    NameRetired: ['DatabaseReady', 'AccessGranted'],
    SecretConflict: ['TokenPublished'],
    AwaitingKey: ['TokenPublished'],
  },
  SecureEmbed: {
    TokenExpired: ['TokenPublished'],
    SecretConflict: ['TokenPublished'],
  },
}

function againstReady(kind: Faces['kind'], conditions: Faces['conditions']): readonly string[] {
  const { Ready: ready } = conditions
  if (ready === undefined || ready.status === 'True') return []
  const ruledOut = rulesOut[kind][ready.reason] ?? []
  return ruledOut
    .filter(type => conditions[type]?.status === 'True')
    .map(type => `${type} is True beside Ready ${ready.reason}`)
}

/** What is amiss stands in a cell of its own; endpoints that are away are counted. */
function inColumns({ columns, conditions, kind }: Shown): readonly string[] {
  const [answering, all] = (columns['Endpoints'] ?? '').split('/')
  const counted = answering === all ? [] : [conditions['Reachable']?.reason ?? '']
  const cells = new Set([...Object.values(columns), ...counted])
  const { Ready: ready } = conditions
  const isShown = columns['Ready'] === ready?.status && columns['Reason'] === ready?.reason
  const hidden = loud(kind, conditions).filter(({ reason }) => !cells.has(reason))
  return [
    ...(isShown ? [] : [`kubectl get shows ${columns['Ready']} ${columns['Reason']}`]),
    ...hidden.map(({ type, reason }) => `kubectl get does not show ${type} ${reason}`),
  ]
}

/** Known to be otherwise than it should be. By the API's own word on which answer is good, and on nothing else. */
function loud(kind: Faces['kind'], conditions: Faces['conditions']): readonly Faces['conditions'][string][] {
  const types: Readonly<Record<string, { readonly good?: string; readonly quiet?: readonly string[] }>> =
    definitions[kind].conditions
  return Object.values(conditions).filter(({ type, status, reason }) => {
    const { good, quiet = [] } = types[type] ?? {}
    const isQuiet = quiet.includes(reason) || meant.has(reason) || type === 'Stalled'
    return good !== undefined && status !== good && status !== 'Unknown' && !isQuiet
  })
}

/** Ready tells it, work goes on, or a person wants it so. */
const meant: ReadonlySet<string> = new Set(['Blocked', 'Progressing', 'Suspended', 'Observing'])

function inStatus({ conditions, status, overview }: Faces, somebody: boolean): readonly string[] {
  const code = somebody ? 1 : 0
  const missing = Object.values(conditions).filter(
    ({ type, status: answer, reason }) => !status.output.includes(`${type} ${answer} ${reason}: `),
  )
  const { Ready: ready } = conditions
  const isTold = ready?.status === 'True' || overview.output.includes(`: ${ready?.reason}: `)
  return [
    ...exits('status', status, code),
    ...(overview.code < code ? exits('status of all', overview, code) : []),
    ...missing.map(({ type }) => `status does not show ${type}`),
    ...(isTold ? [] : ['status of all does not say why it is not Ready']),
  ]
}

function inExplain({ explained }: Faces, { somebody, explain }: Row): readonly string[] {
  return exits('explain', explained, explain ?? (somebody ? 1 : 0))
}

function inCheck({ checked }: Faces, { somebody, check }: Row): readonly string[] {
  return exits('check', checked, check ?? (somebody ? 1 : 0))
}

function exits(what: string, ran: Ran | undefined, code: number): readonly string[] {
  return ran === undefined || ran.code === code
    ? []
    : [`${what} exits with ${ran.code}: ${ran.output.trim()}`]
}

function inMetrics({ conditions, series }: Shown, wanted: readonly string[]): readonly string[] {
  const counted = series.filter(({ name, value }) => name === 'lenskeeper_condition' && value >= 1)
  const uncounted = Object.values(conditions).filter(
    ({ type, reason }) =>
      !counted.some(({ labels }) => labels['type'] === type && labels['reason'] === reason),
  )
  const found = alerts.filter(({ selects }) => selects?.(series) === true).map(({ name }) => name)
  const failures = series.filter(({ labels }) => labels['code'] === 'missingPrivileges')
  return [
    ...failures.map(() => 'what the reader is rightly refused counts as a failure'),
    ...uncounted.map(({ type, reason }) => `no metric counts ${type} ${reason}`),
    ...found.filter(name => !wanted.includes(name)).map(name => `the alert ${name} selects it`),
    ...wanted.filter(name => !found.includes(name)).map(name => `the alert ${name} does not select it`),
  ]
}

/** Who only describes the object reads what somebody has to see to. */
function inEvents({ events }: Shown, { reason, somebody, warns, toldBy }: Row): readonly string[] {
  const told = events.filter(each => each.reason === reason && each.type === 'Warning')
  if (warns || (somebody && toldBy === undefined && !meant.has(reason)))
    return told.length > 0 ? [] : [`no Warning tells of ${reason}`]
  return told.length > 0 ? [`a Warning tells of ${reason}`] : []
}
