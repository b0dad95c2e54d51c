import { annotations } from '../../api/labels.ts'
import { connectionOf, partnerKeyOf } from '../../api/names.ts'
import { keyOf } from '../../api/object.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import {
  absent,
  clusterFlags,
  nameArgument,
  namespaceFlag,
  readableObject,
  withCluster,
  type Cluster,
} from '../cluster/cluster.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { explainChain, type ChainStep, type ExplainFacts, type StepName } from './chain.ts'
import { stylesFor } from '../frame/styles.ts'
import { outputFlags, writeJson } from '../frame/output.ts'
import { printable } from '../frame/table.ts'

const flags = { ...namespaceFlag, ...clusterFlags, ...outputFlags } as const satisfies Flags

const notes = `Goes through the operator's checks in its order: suspended, being deleted, PartnerKey, namespace, database name,
deletionPolicy, Secret metadata, connection, claim on the database, access, token. What you may read is checked anew
here; the rest is told from the tenant's conditions. Nothing is changed, and ClickHouse is not asked.

Exit codes: 0 the tenant is served; 1 it is not, or that cannot be told; 2 wrong flags.
Example: lenskeeper explain client-1234383 -n tenants`

export const explain: Command = {
  name: 'explain',
  summary: 'Says where a tenant stands in the chain of checks, and what to do.',
  usage: 'explain NAME [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    const [name, ...more] = positionals
    if (name === 'tenant' && more.length > 0)
      throw new UsageError('now "lenskeeper explain NAME", without "tenant"')
    if (more.length > 0) throw new UsageError('it takes one NAME, of a tenant')
    const wanted = nameArgument(name, 'tenant')
    const facts = await withCluster(values, terminal, cluster => gather(cluster, wanted, terminal.signal))
    const steps = explainChain(facts)
    if (values.output === 'json') writeJson(terminal, asJson(facts.tenant, steps))
    else terminal.write(render(facts.tenant, steps, terminal))
    return isServed(steps) ? exitCode.done : exitCode.failed
  },
}

async function gather(cluster: Cluster, name: string, signal: AbortSignal): Promise<ExplainFacts> {
  const namespace = await cluster.namespace()
  const tenant = await cluster.tenants.get(`${namespace}/${name}`, signal)
  if (tenant === undefined) throw absent('ConnectorTenant', `${namespace}/${name}`)
  const key = partnerKeyOf(tenant)
  const [partnerKey, home] = await Promise.all([
    readableObject(cluster.partnerKeys, key, signal),
    readableObject(cluster.namespaces, `/${namespace}`, signal),
  ])
  const connection =
    partnerKey === undefined || partnerKey === 'forbidden'
      ? partnerKey
      : await readableObject(cluster.connections, connectionOf(partnerKey), signal)
  return { tenant, partnerKey, connection, namespace: home }
}

function isServed(steps: readonly ChainStep[]): boolean {
  return steps.every(({ result }) => result === 'passed')
}

function asJson(tenant: ConnectorTenant, steps: readonly ChainStep[]) {
  return {
    tenant: keyOf(tenant),
    database: tenant.spec.database,
    partnerKey: partnerKeyOf(tenant),
    served: isServed(steps),
    observing: isObserving(tenant),
    steps,
    plan: tenant.status?.plan ?? [],
  }
}

const titles: Readonly<Record<StepName, string>> = {
  suspended: 'suspended',
  deleting: 'deletion',
  partnerKey: 'PartnerKey',
  namespace: 'namespace',
  name: 'database name',
  drop: 'deletionPolicy',
  metadata: 'Secret metadata',
  connection: 'connection',
  claim: 'database',
  access: 'access',
  token: 'token',
}

function render(tenant: ConnectorTenant, steps: readonly ChainStep[], terminal: Terminal): string {
  const { good, bad, faint, strong } = stylesFor(terminal)
  const marks = {
    passed: good('ok   '),
    failed: bad('FAILS'),
    unknown: faint('?    '),
    notReached: faint('-    '),
  }
  const { namespace = '', name } = tenant.metadata
  const lines = steps.map(
    ({ name: step, result, text }) =>
      `  ${titles[step].padEnd(17)}${marks[result]}  ${result === 'notReached' ? faint('not reached') : printable(text)}`,
  )
  const failed = steps.find(({ result }) => result === 'failed')
  const unknown = steps.find(({ result }) => result === 'unknown')
  const end =
    failed !== undefined
      ? `${bad('What to do:')} ${printable(failed.text)}`
      : unknown === undefined
        ? good('The tenant is served.')
        : `Nothing that can be seen stands against it; of "${titles[unknown.name]}" it cannot be told.`
  const title = `${strong(`ConnectorTenant ${namespace}/${name}`)}: database "${tenant.spec.database}", PartnerKey ${partnerKeyOf(tenant)}`
  return `${[title, ...lines, ...observing(tenant), end].join('\n')}\n`
}

function isObserving({ metadata }: ConnectorTenant): boolean {
  return metadata.annotations?.[annotations.mode] === 'Observe'
}

function observing(tenant: ConnectorTenant): readonly string[] {
  const plan = tenant.status?.plan ?? []
  if (!isObserving(tenant) && plan.length === 0) return []
  const head = 'It is only observed: nothing is changed. What would be done:'
  return [head, ...(plan.length === 0 ? ['  nothing'] : plan.map(step => `  ${printable(step)}`))]
}
