import { connectorTenant } from '../../api/connector-tenant.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import { secureEmbed } from '../../api/secure-embed.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import {
  absent,
  clusterFlags,
  nameArgument,
  namespaceFlag,
  readableObject,
  withCluster,
  type Cluster,
  type Readable,
} from '../cluster/cluster.ts'
import { CommandError } from '../frame/command-error.ts'
import { exitCode, type Command } from '../frame/command.ts'
import { isData, outputFlags, writeData } from '../frame/output.ts'
import { isCalled } from './called.ts'
import { explainedEmbed } from './explained-embed.ts'
import { explainedTenant } from './explained-tenant.ts'
import { explanationAsJson, isServed, renderExplanation, type Explanation } from './explanation.ts'

const flags = { ...namespaceFlag, ...clusterFlags, ...outputFlags } as const satisfies Flags

const notes = `Goes through the operator’s checks in its order. Of a tenant: suspended, being deleted, PartnerKey, namespace, database
name, deletionPolicy, Secret metadata, connection, claim on the database, access, token, the reader’s login. Of an
embed: suspended, being deleted, Secret metadata, spec, whether the signing key is offered, whether it can sign, the
link in the Secret, until when it is good, when it is replaced. What you may read is checked anew here; the rest is told
from the object’s status. A token’s Secret is judged as it is now, its seal where you may read the partner’s key.
Of what is only observed it shows what would be done, and to those who may read the connection, the statements.
Nothing is changed, ClickHouse is not asked, and no token or link is shown.

Where a tenant and an embed have the same name, say tenant/NAME or embed/NAME.

While the operator alone is shut out of ClickHouse, say by a wrong password, a tenant that was served stays so.

Exit codes: 0 it is served, or its access is withheld as it asks; 1 it is not, or that cannot be told; 2 wrong flags.
Examples:
  lenskeeper explain client-1234383 -n tenants
  lenskeeper explain embed/lobby -n portal`

export const explain: Command = {
  name: 'explain',
  summary: 'Says where a tenant or an embed stands in the chain of checks, and what to do.',
  usage: 'explain [tenant/|embed/]NAME [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    const wanted = wantedObject(positionals)
    const explanation = await withCluster(values, terminal, cluster =>
      explained(wanted, cluster, terminal.signal),
    )
    if (isData(values.output)) writeData(terminal, values.output, explanationAsJson(explanation))
    else terminal.write(renderExplanation(explanation, terminal))
    return isServed(explanation) ? exitCode.done : exitCode.failed
  },
}

const explainable = [connectorTenant, secureEmbed] as const

interface Wanted {
  /** Undefined: whichever has the name. */
  readonly kind: (typeof explainable)[number]['kind'] | undefined
  readonly name: string
}

function wantedObject([text, ...more]: readonly string[]): Wanted {
  if (text === 'tenant' && more.length > 0)
    throw new UsageError('now "lenskeeper explain NAME", without "tenant"')
  if (more.length > 0) throw new UsageError('it takes one NAME, of a tenant or an embed')
  const [, word, rest = text] = /^([^/]*)\/(.*)$/s.exec(text ?? '') ?? []
  const name = nameArgument(rest, 'tenant or embed')
  if (word === undefined) return { kind: undefined, name }
  const called = explainable.find(kind => isCalled(kind, word))
  if (called === undefined) throw new UsageError('it takes NAME, tenant/NAME or embed/NAME')
  return { kind: called.kind, name }
}

async function explained(
  { kind, name }: Wanted,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Explanation> {
  const key = `${await cluster.namespace()}/${name}`
  const [tenant, embed] = await Promise.all([
    kind === 'SecureEmbed' ? undefined : readableObject(cluster.tenants, key, signal),
    kind === 'ConnectorTenant' ? undefined : readableObject(cluster.embeds, key, signal),
  ])
  if (isThere(tenant) && isThere(embed))
    throw new UsageError(
      `both a tenant and an embed are called "${name}": say tenant/${name} or embed/${name}`,
    )
  if (isThere(tenant)) return await explainedTenant(tenant, cluster, signal)
  if (isThere(embed)) return await explainedEmbed(embed, cluster, signal)
  if (tenant === 'forbidden') throw unreadable('ConnectorTenants', key)
  if (embed === 'forbidden') throw unreadable('SecureEmbeds', key)
  throw absent(kind ?? 'ConnectorTenant or SecureEmbed', key)
}

function isThere<T>(read: Readable<T>): read is T {
  return read !== undefined && read !== 'forbidden'
}

function unreadable(kinds: string, key: ObjectKey): CommandError {
  const { namespace, name } = splitKey(key)
  return new CommandError(
    `nothing that you may read is called "${name}"; you may not read ${kinds} in namespace "${namespace}"`,
  )
}
