/** Dashboards on the customers' tokens, embedded for the portal: one for each customer, and one for all of them. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { encodeData, type Secret } from '../../api/core-objects.ts'
import { embedSigningUse, labels } from '../../api/labels.ts'
import { linkSecretName, signingKeyOf, tokenSecretName } from '../../api/names.ts'
import { beside, keyOf, splitKey } from '../../api/object.ts'
import type { SecureEmbed } from '../../api/secure-embed.ts'
import type { Sandbox } from '../../sandbox/http/server.ts'
import { CommandError } from '../frame/command-error.ts'
import type { Parts } from './datalens.ts'
import { connect, embedDashboard, type Embedded, type Entry } from './sandbox-api.ts'

/** A customer of the portal, whose dashboard and rows are those of a tenant. */
export interface Customer {
  /** Names the account. */
  readonly id: string
  readonly name: string
  readonly tenant: ConnectorTenant
  /** What there is on the connection that its token made. */
  readonly entries: readonly Entry[]
  readonly embedded: Embedded
}

/** What everybody at the portal may see of one customer's, by the link of a SecureEmbed. */
export interface Lobby {
  readonly embed: SecureEmbed
  readonly embedded: Embedded
  /** Whose rows it shows. */
  readonly customer: Customer
  readonly url: string
}

/** As in examples/portal/portal.yaml. */
const accounts = [
  { id: 'acme', name: 'Acme Coffee', key: 'tenants/client-1234383' },
  { id: 'globex', name: 'Globex Bicycles', key: 'tenants/client-1234384' },
]

/** Each customer's token makes a connection, whose dashboard is embedded. @throws CommandError */
export async function embedCustomers(
  { cluster }: Parts,
  { sandbox, tenants }: { readonly sandbox: Sandbox; readonly tenants: readonly ConnectorTenant[] },
  signal: AbortSignal,
): Promise<readonly Customer[]> {
  const customers: Customer[] = []
  for (const { id, name, key } of accounts) {
    const tenant = tenants.find(one => keyOf(one) === key)
    const secret = tenant && (await cluster.secret(beside(tenant, tokenSecretName(tenant)), signal))
    const token = secret?.['token']
    if (tenant === undefined || token === undefined)
      throw new CommandError(`ConnectorTenant ${key} has no token`)
    const { entries } = await connect(sandbox, token, name)
    const embedded = await embedDashboard(sandbox, entries, name)
    customers.push({ id, name, tenant, entries, embedded })
  }
  return customers
}

/** The sample's SecureEmbed, for the first customer's dashboard; its key is offered for signing. @throws CommandError */
export async function shareLobby(
  { cluster, samples, apply }: Parts,
  { sandbox, customers }: { readonly sandbox: Sandbox; readonly customers: readonly Customer[] },
  signal: AbortSignal,
): Promise<Lobby> {
  const [sample] = samples.embeds
  const [customer] = customers
  if (sample === undefined || customer === undefined) throw new Error('deploy/samples has no SecureEmbed')
  const { entries } = customer
  const embedded = await embedDashboard(sandbox, entries, 'Lobby')
  const { embedId, privateKey } = embedded
  const embed = { ...sample, spec: { ...sample.spec, embedId, baseUrl: sandbox.url } }
  await apply([offeredKey(embed, privateKey), embed])
  const url = await cluster.link(beside(embed, linkSecretName(embed)), embedId, signal)
  return { embed, embedded, customer, url }
}

function offeredKey(embed: SecureEmbed, pem: string): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...splitKey(signingKeyOf(embed)), labels: { [labels.use]: embedSigningUse } },
    data: encodeData({ [embed.spec.signingKeySecretRef.key ?? 'private.pem']: pem }),
  }
}
