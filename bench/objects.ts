/** What is declared to the operator, and what the plain loop of the ceiling writes instead of it. */
import { buildTokenSecret, tokenShape, type SealedToken } from '../src/connector-tenant/token/secret.ts'
import { parsePair } from '../src/tenancy/pair.ts'

const apiVersion = 'lenskeeper.dev/v1alpha1'
const group = `/apis/${apiVersion}`

export const platformNamespace = 'datalens'
export const tenantNamespace = 'tenants'
/** Of somebody else, who applies one tenant while another applies thousands. */
export const otherNamespace = 'others'
export const ceilingNamespace = 'ceiling'
export const keyName = 'bench'

export const paths = {
  namespaces: '/api/v1/namespaces',
  secrets: (namespace: string) => `/api/v1/namespaces/${namespace}/secrets`,
  connections: `${group}/namespaces/${platformNamespace}/clickhouseconnections`,
  partnerKeys: `${group}/namespaces/${platformNamespace}/partnerkeys`,
  events: (namespace: string) => `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
  tenants: (namespace: string) => `${group}/namespaces/${namespace}/connectortenants`,
  allTenants: `${group}/connectortenants`,
}

export function namespace(name: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
}

export function credentials(login: { readonly username: string; readonly password: string }): string {
  const metadata = { name: 'clickhouse-operator', namespace: platformNamespace }
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: login })
}

export function connection(endpoints: readonly string[]): string {
  return JSON.stringify({
    apiVersion,
    kind: 'ClickHouseConnection',
    metadata: { name: 'default', namespace: platformNamespace },
    spec: {
      endpoints,
      credentialsSecretRef: { name: 'clickhouse-operator' },
      handover: { hosts: ['clickhouse.acme.example'] },
    },
  })
}

/** All of a new pair's tenants may move at once. */
export function partnerKey(publicKey: string): string {
  return JSON.stringify({
    apiVersion,
    kind: 'PartnerKey',
    metadata: { name: keyName, namespace: platformNamespace },
    spec: {
      keyVersion: 1,
      dataLens: { keyVersion: 1, publicKey },
      tenants: { namespaces: { from: 'All' }, databases: ['bench_*'] },
      rollout: { batch: { percent: 100, interval: '0s' } },
    },
  })
}

export function databaseOf(name: string): string {
  return `bench_${name.replaceAll('-', '_')}`
}

export function tenant(name: string, namespace: string): string {
  return JSON.stringify({
    apiVersion,
    kind: 'ConnectorTenant',
    metadata: { name, namespace, labels: { tier: 'bench' } },
    spec: { partnerKeyRef: { name: keyName, namespace: platformNamespace }, database: databaseOf(name) },
  })
}

/** The very Secret that the operator would write, with `token` for a token. */
export function tokenSecret(name: string, uid: string, sealed: SealedToken): string {
  const shape = tokenShape({
    metadata: { namespace: ceilingNamespace, name, uid },
    spec: {
      partnerKeyRef: { name: keyName },
      database: databaseOf(name),
      access: 'Granted',
      deletionPolicy: 'Retain',
      suspend: false,
    },
  })
  return JSON.stringify(buildTokenSecret(shape, sealed))
}

/** As long as a real one. */
export function sealedToken(text: string): SealedToken {
  const pair = parsePair(text)
  if (pair === undefined) throw new RangeError(`${text} is no pair`)
  return {
    token: `${text}:${'A'.repeat(344)}:${'A'.repeat(344)}`,
    pair,
    fingerprint: `SHA256:${'a'.repeat(43)}`,
    seal: 'b'.repeat(64),
    mintedAt: '2026-01-01T00:00:00Z',
  }
}

/** A first status, as the operator writes it. */
export function readyStatus(name: string, uid: string): string {
  const condition = (type: string, message: string) => ({
    type,
    status: 'True',
    reason: type,
    message,
    lastTransitionTime: '2026-01-01T00:00:00Z',
    observedGeneration: 1,
  })
  const conditions = [
    condition('Ready', 'The token in the Secret opens the database.'),
    condition('DatabaseReady', 'The database exists on every endpoint and is this tenant’s.'),
    condition('AccessGranted', 'The reader may read the database.'),
    condition('TokenPublished', 'The Secret holds a valid token.'),
  ]
  return JSON.stringify({
    metadata: { uid },
    status: {
      observedGeneration: 1,
      database: { name: databaseOf(name), uuid: uid },
      token: { pair: '1:1', secretName: `${name}-datalens`, mintedAt: '2026-01-01T00:00:00Z' },
      conditions,
    },
  })
}

export function rotatedStatus(uid: string): string {
  const token = { pair: '1:2', mintedAt: '2026-01-02T00:00:00Z' }
  return JSON.stringify({ metadata: { uid }, status: { token } })
}

export function markOf(name: string): string {
  return `lenskeeper/v1 installation=00000000-0000-0000-0000-000000000000 tenant=ConnectorTenant/${ceilingNamespace}/${name} state=owned onDelete=Retain`
}
