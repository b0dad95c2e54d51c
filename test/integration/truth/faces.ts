/** One object as each of the places shows it where people and programs look. */
import type { Condition } from '../../../src/api/conditions.ts'
import { clickHouseConnection } from '../../../src/api/clickhouse-connection.ts'
import { connectorTenant } from '../../../src/api/connector-tenant.ts'
import { partnerKey } from '../../../src/api/partner-key.ts'
import { secureEmbed } from '../../../src/api/secure-embed.ts'
import { dispatch } from '../../../src/cli/frame/dispatch.ts'
import { check } from '../../../src/cli/server/check.ts'
import { explain as explanation } from '../../../src/cli/state/explain.ts'
import { status as statusCommand } from '../../../src/cli/state/status.ts'
import { pathOf } from '../../../src/kube/objects/resources.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'
import type { RunningOperator } from '../../cluster/operator-under-test.ts'
import type { World } from '../../cluster/world.ts'
import type { Series } from '../../watchers/alerts.ts'
import type { ApiServerByHttp } from '../../watchers/kubectl-proxy.ts'
import type { Corner } from './corner/corner.ts'
import type { Judged, Kind } from './kind.ts'
import { seriesOf } from './series.ts'
import type { Versions } from './versions.ts'

export interface Ran {
  readonly code: number
  readonly output: string
}

export interface Told {
  readonly type: string
  readonly reason: string
  readonly note: string
}

/** What is there to be read. */
export interface Shown {
  readonly kind: Kind
  readonly object: Judged
  readonly conditions: Readonly<Record<string, Condition>>
  /** The row of `kubectl get` by its column, as the API server renders it. */
  readonly columns: Readonly<Record<string, string>>
  /** The operator's time series that are about this object, or about such as it. */
  readonly series: readonly Series[]
  readonly events: readonly Told[]
}

/** And what our own commands say of it. */
export interface Faces extends Shown {
  /** Of the one object, by name: each condition. */
  readonly status: Ran
  /** Of all of its kind there: what is amiss. */
  readonly overview: Ran
  /** Of the embed, or of the tenant that goes by it; undefined where there is none. */
  readonly explained: Ran | undefined
  /** Of a connection. */
  readonly checked: Ran | undefined
}

export interface Eyes {
  readonly world: World
  readonly api: ApiServerByHttp
  readonly versions: Versions
  readonly operator: () => RunningOperator
  /** A kubeconfig of somebody who may read tenants and embeds, and nothing else. */
  readonly author: string
}

export const definitions = {
  ClickHouseConnection: clickHouseConnection,
  PartnerKey: partnerKey,
  ConnectorTenant: connectorTenant,
  SecureEmbed: secureEmbed,
} as const

const commands = [statusCommand, explanation, check].map(command => ({
  name: command.name,
  summary: '',
  load: () => Promise.resolve(command),
}))

/**
 * All at one version of the object. The commands are asked once `isReady` has no objection to what is shown: they cost
 * far more than to read.
 */
export async function look(
  about: { readonly kind: Kind; readonly corner: Corner },
  eyes: Eyes,
  isReady: (shown: Shown) => void,
): Promise<Faces> {
  const { kind, corner } = about
  for (let attempt = 0; ; attempt++) {
    const before = await read(kind, corner, eyes)
    const shown = await readShown(kind, before, { corner, eyes })
    isReady(shown)
    const faces = await askCommands(shown, { corner, eyes })
    const after = await read(kind, corner, eyes)
    const isStill = before.metadata.resourceVersion === after.metadata.resourceVersion
    if (isStill) return faces
    if (attempt === 20) throw new Error(`${kind} ${corner.namespace} does not come to rest`)
  }
}

interface Where {
  readonly corner: Corner
  readonly eyes: Eyes
}

async function readShown(kind: Kind, object: Judged, { corner, eyes }: Where): Promise<Shown> {
  const [columns, series, events] = await Promise.all([
    columnsOf(kind, corner, eyes),
    seriesOf(kind, object, eyes.operator().url),
    eventsOf(object, eyes),
  ])
  return { kind, object, conditions: byType(object), columns, series, events }
}

async function askCommands(shown: Shown, { corner, eyes }: Where): Promise<Faces> {
  const { kind } = shown
  const { noun } = definitions[kind]
  const run = (...args: readonly string[]): Promise<Ran> =>
    command([...args, '-n', corner.namespace], { eyes })
  const [status, overview, explained, checked] = await Promise.all([
    run('status', noun, corner.subject(kind)),
    run('status', noun),
    explain(kind, corner, { eyes }),
    kind === 'ClickHouseConnection' ? run('check', 'default') : undefined,
  ])
  return { ...shown, status, overview, explained, checked }
}

const forever = new AbortController().signal

/** An embed itself, or the tenant that goes by the object; undefined where there is none. */
async function explainable(kind: Kind, corner: Corner, { world }: Eyes): Promise<string | undefined> {
  if (kind === 'SecureEmbed') return `embed/${corner.subject(kind)}`
  const tenant = await world.tenants.get(corner.key('one'), forever)
  return tenant === undefined ? undefined : `tenant/${tenant.metadata.name}`
}

/** With the rights of an administrator, unless a kubeconfig says otherwise. */
export async function explain(kind: Kind, corner: Corner, as: As): Promise<Ran | undefined> {
  const what = await explainable(kind, corner, as.eyes)
  return what === undefined ? undefined : await command(['explain', what, '-n', corner.namespace], as)
}

/** The object alone. */
async function read(kind: Kind, corner: Corner, { api }: Eyes): Promise<Judged> {
  return await api.get<Judged>(
    pathOf(definitions[kind], { namespace: corner.namespace, name: corner.subject(kind) }),
  )
}

export function byType({ status: seen }: Judged): Faces['conditions'] {
  return Object.fromEntries((seen?.conditions ?? []).map(condition => [condition.type, condition]))
}

interface Table {
  readonly columnDefinitions: readonly { readonly name: string }[]
  readonly rows: readonly { readonly cells: readonly (string | number | null)[] }[]
}

async function columnsOf(kind: Kind, corner: Corner, { api }: Eyes): Promise<Faces['columns']> {
  const path = pathOf(definitions[kind], { namespace: corner.namespace, name: corner.subject(kind) })
  const { columnDefinitions, rows } = await api.get<Table>(
    path,
    'application/json;as=Table;v=v1;g=meta.k8s.io',
  )
  return Object.fromEntries(columnDefinitions.map(({ name }, at) => [name, String(rows[0]?.cells[at] ?? '')]))
}

interface As {
  readonly eyes: Eyes
  readonly kubeconfig?: string
}

async function command(args: readonly string[], { eyes, kubeconfig }: As): Promise<Ran> {
  const terminal = recordedTerminal({ environment: { NO_COLOR: '1' } })
  const as = kubeconfig ?? eyes.world.environment.kubeconfigPath
  const code = await dispatch([...args, '--kubeconfig', as], commands, terminal)
  return { code, output: `${terminal.output}${terminal.complaints}` }
}

async function eventsOf({ metadata }: Judged, { api }: Eyes): Promise<readonly Told[]> {
  const selector = encodeURIComponent(`regarding.uid=${metadata.uid}`)
  const path = `/apis/events.k8s.io/v1/namespaces/${metadata.namespace}/events?fieldSelector=${selector}`
  return (await api.get<{ readonly items: readonly Told[] }>(path)).items
}
