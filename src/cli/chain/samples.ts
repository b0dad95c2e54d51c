/** deploy/samples as demo and dev apply them, with the address of this machine's ClickHouse. */
import { parseAllDocuments } from 'yaml'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { encodeData, type Secret } from '../../api/core-objects.ts'
import type { KubeObject } from '../../api/object.ts'
import { deployFolder } from '../../dev/environment-files.ts'
import type { SecureEmbed } from '../../api/secure-embed.ts'
import type { Kubectl } from '../../dev/kubectl.ts'

/** The objects of the samples by kind, and the Secret with the operator's account, as in the tutorial. */
export interface Samples {
  readonly objects: readonly KubeObject[]
  readonly tenants: readonly ConnectorTenant[]
  readonly embeds: readonly SecureEmbed[]
  readonly partnerKey: PartnerKeySample
  readonly connection: KubeObject
}

export type PartnerKeySample = KubeObject & { readonly spec: { readonly dataLens?: DataLensAnswer } }

/** What DataLens answers to a hand-over. */
export interface DataLensAnswer {
  readonly keyVersion: number
  readonly publicKey: string
}

export interface OperatorAccount {
  readonly endpoints: readonly string[]
  readonly username: string
  readonly password: string
}

/** The PartnerKey comes without `dataLens`: DataLens has yet to answer. */
export async function readSamples(kubectl: Kubectl, account: OperatorAccount): Promise<Samples> {
  const yaml = await kubectl(['kustomize', deployFolder('samples')])
  const parsed = parseAllDocuments(yaml).map(document => document.toJS() as KubeObject & { spec: object })
  const [sample] = parsed.filter(({ kind }) => kind === 'PartnerKey') as PartnerKeySample[]
  const connection = parsed.find(({ kind }) => kind === 'ClickHouseConnection')
  if (sample === undefined || connection === undefined) {
    throw new Error('deploy/samples has no PartnerKey, or no ClickHouseConnection')
  }
  const { dataLens: _answer, ...spec } = sample.spec
  const partnerKey = { ...sample, spec }
  const tenants = parsed.filter(({ kind }) => kind === 'ConnectorTenant') as unknown as ConnectorTenant[]
  const embeds = parsed.filter(({ kind }) => kind === 'SecureEmbed') as unknown as SecureEmbed[]
  const objects = parsed.map(object => {
    if (object.kind === 'PartnerKey') return partnerKey
    return object.kind === 'ClickHouseConnection' ? withEndpoints(object, account.endpoints) : object
  })
  return {
    objects: [...objects, credentials(account, partnerKey)],
    tenants,
    embeds,
    partnerKey,
    connection,
  }
}

function withEndpoints(
  connection: KubeObject & { readonly spec: object },
  endpoints: readonly string[],
): KubeObject {
  const spec = { ...connection.spec, endpoints }
  return Object.assign({}, connection, { spec })
}

function credentials({ username, password }: OperatorAccount, { metadata }: KubeObject): Secret {
  const namespace = metadata.namespace ?? ''
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: 'clickhouse-operator' },
    data: encodeData({ username, password }),
  }
}

export function withAnswer(partnerKey: PartnerKeySample, dataLens: DataLensAnswer): PartnerKeySample {
  return { ...partnerKey, spec: { ...partnerKey.spec, dataLens } }
}

/** As `kubectl apply` does, for one or more objects. What they say holds again, also where somebody has changed it. */
export async function applyObjects(kubectl: Kubectl, objects: readonly KubeObject[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { input })
}
