import { keyOf } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { keyVersion } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { systemClock } from '../../core/clock.ts'
import { rolloutSpec, rolloutState } from '../../tenancy/rollout/translate.ts'
import { formatPair, type Pair } from '../../tenancy/pair.ts'
import type { RolloutTenant } from '../../tenancy/rollout/course.ts'
import { clusterFlags, namespaceFlag, readable, withCluster, type Cluster } from '../cluster/cluster.ts'
import { exitCode, type Command } from '../frame/command.ts'
import { specPart } from '../partner-key/manifest.ts'
import { partnerKeyArgument, readLedgerOf, readPartnerKey } from '../partner-key/read.ts'
import { forecastConditions, plannedSpec } from './preconditions.ts'
import { judgeNewcomers, type Newcomers } from './newcomers.ts'
import {
  livingTenantsOf,
  newcomersOf,
  rolloutTenants,
  tenantsQuery,
  withoutSelector,
  type LabelsOf,
} from './tenants.ts'
import { describeForecast, type RolloutForecast } from './plan-text.ts'
import { simulateRollout } from './simulation.ts'
import { isData, outputFlags, writeData } from '../frame/output.ts'

const flags = {
  'key-version': {
    type: 'string',
    placeholder: 'N',
    description: 'the partner’s key version to go to; default that of the spec',
    parse: keyVersion,
  },
  'datalens-key-version': {
    type: 'string',
    placeholder: 'N',
    description: 'the version of DataLens’s key to go to; default that of the spec',
    parse: keyVersion,
  },
  ...namespaceFlag,
  ...outputFlags,
  ...clusterFlags,
} as const satisfies Flags

const notes = `Changes nothing. Reads the PartnerKey, its ledger and its tenants, and runs the operator’s own rules over them: which
tenants would move, in which order, how long that takes at the configured pace, and what people must do meanwhile.
Tenants’ tokens are not read: their status says which pair each one holds.

Without versions it shows what is left of the rollout under way.

Exit codes: 0 it would complete; 1 it would not, or cannot be told; 2 wrong flags.
Examples:
  lenskeeper rollout plan acme -n datalens --key-version 2
  lenskeeper rollout plan acme -n datalens --key-version 2 --datalens-key-version 2 -o json`

export const rolloutPlan: Command = {
  name: 'plan',
  summary: 'Shows what new key versions would change, in which order, and how long it takes.',
  usage: 'rollout plan KEY [--key-version N] [--datalens-key-version N] [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    const name = partnerKeyArgument(positionals)
    const versions = {
      partner: values['key-version'],
      dataLens: values['datalens-key-version'],
    }
    const forecast = await withCluster(values, terminal, async cluster => {
      const partnerKey = await readPartnerKey(cluster, name, terminal.signal)
      return await forecastOf(partnerKey, versions, { cluster, signal: terminal.signal })
    })
    if (isData(values.output)) writeData(terminal, values.output, toJson(forecast))
    else terminal.write(describeForecast(forecast))
    return forecast.simulation.completes ? exitCode.done : exitCode.failed
  },
}

type Reads = 'configMaps' | 'namespaces' | 'tenants'

/** @throws KubeError; UsageError without DataLens's version, before DataLens has answered */
export async function forecastOf(
  partnerKey: PartnerKey,
  versions: { readonly partner: number | undefined; readonly dataLens: number | undefined },
  { cluster, signal }: { readonly cluster: Pick<Cluster, Reads>; readonly signal: AbortSignal },
): Promise<RolloutForecast> {
  const { spec, status } = partnerKey
  const dataLens = versions.dataLens ?? spec.dataLens?.keyVersion
  if (dataLens === undefined)
    throw new UsageError('DataLens has not answered yet (no spec.dataLens): give --datalens-key-version')
  const wanted: Pair = { dataLens, partner: versions.partner ?? spec.keyVersion }
  const [{ tenants, newcomers, blind }, ledger] = await Promise.all([
    readTenants(partnerKey, cluster, signal),
    readable(readLedgerOf(cluster, keyOf(partnerKey), signal)),
  ])
  const known = ledger === undefined || ledger === 'forbidden' ? undefined : ledger.ledger
  const simulation = simulateRollout({
    spec: rolloutSpec(spec, wanted, ''),
    state: rolloutState(status),
    tenants,
    now: systemClock.now(),
  })
  const change = plannedSpec(partnerKey, wanted, known)
  return {
    key: keyOf(partnerKey),
    to: formatPair(wanted),
    simulation,
    newcomers,
    conditions: [
      ...forecastConditions(partnerKey, wanted, { ledger: known, simulation }),
      ...(blind ? [blindness] : []),
    ],
    yaml: change === undefined ? '' : specPart(change),
  }
}

interface FoundTenants {
  readonly tenants: readonly RolloutTenant[]
  readonly newcomers: Newcomers
  /** Labels of namespaces decide who is let in, and may not be read. */
  readonly blind: boolean
}

const blindness =
  'You may not list namespaces, so tenants whose namespace is no longer selected are shown as if they would move.'

async function readTenants(
  partnerKey: PartnerKey,
  cluster: Pick<Cluster, Reads>,
  signal: AbortSignal,
): Promise<FoundTenants> {
  const bySelector = partnerKey.spec.tenants.namespaces.from === 'Selector'
  const [listed, namespaces] = await Promise.all([
    cluster.tenants.list(tenantsQuery(partnerKey), signal),
    bySelector ? readable(cluster.namespaces.list({}, signal)) : [],
  ])
  const blind = namespaces === 'forbidden' || namespaces === undefined
  const labels = new Map(
    (blind ? [] : namespaces).map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
  )
  const living = livingTenantsOf(partnerKey, listed)
  const judged = blind ? withoutSelector(partnerKey) : partnerKey
  const labelsOf: LabelsOf = namespace => labels.get(namespace)
  return {
    tenants: rolloutTenants(judged, living, labelsOf),
    newcomers: judgeNewcomers(newcomersOf(judged, living, labelsOf)),
    blind,
  }
}

function toJson({ key, to, simulation, newcomers, conditions, yaml }: RolloutForecast) {
  const { from, moves, batches, endsAtMs, completes, left, message } = simulation
  return {
    key,
    from: from === undefined ? null : formatPair(from),
    to,
    secrets: moves.reduce((sum, { tenants }) => sum + tenants.length, 0),
    seconds: Math.ceil(endsAtMs / 1000),
    completes,
    conditions,
    moves: moves.map(({ atMs, ...move }) => ({ ...move, atSeconds: Math.ceil(atMs / 1000) })),
    batches,
    left,
    newcomers,
    message,
    change: yaml,
  }
}
