/** Builders for what a tenant's decision rests on: a tenant that is served, and words for what is different. */
import { generateKeyPairSync } from 'node:crypto'
import type { ClickHouseConnectionReason } from '../../src/api/reasons.ts'
import type { ClickHouseConnection } from '../../src/api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../../src/api/connector-tenant.ts'
import type { Secret } from '../../src/api/core-objects.ts'
import { annotations } from '../../src/api/labels.ts'
import type { PartnerKey } from '../../src/api/partner-key.ts'
import type { ObservedEndpoint } from '../../src/connector-tenant/access/plan.ts'
import type { Observed } from '../../src/connector-tenant/observed.ts'
import {
  buildTokenSecret,
  sealOwner,
  tokenShape,
  type TokenShape,
} from '../../src/connector-tenant/token/secret.ts'
import { viewCurrentToken } from '../../src/connector-tenant/token/view.ts'
import { encodeMark, type Mark } from '../../src/tenancy/mark.ts'
import { parsePair } from '../../src/tenancy/pair.ts'
import { inputsFingerprint } from '../../src/token/fingerprint.ts'
import type { KeyRingEntry } from '../../src/token/key-ring.ts'
import { inspectPrivateKey, inspectPublicKey } from '../../src/token/keys.ts'
import { deriveSealKey, seal } from '../../src/token/seal.ts'
import { readyCondition } from './conditions.ts'
import { readyConnection } from './connection.ts'
import { builtPartnerKey } from './partner-key.ts'
import { builtTenant } from './tenant.ts'

function makeKey() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    private: inspectPrivateKey(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()),
    public: inspectPublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString()),
  }
}

const keys = [makeKey(), makeKey()] as const
export const testRing: KeyRingEntry = {
  partner: new Map(keys.map((key, at) => [at + 1, key.private])),
  dataLens: new Map(keys.map((key, at) => [at + 1, key.public])),
}

export const testInstallation = 'installation-1'
export const ourMark: Mark = {
  installation: testInstallation,
  namespace: 'tenants',
  name: 'acme',
  state: 'owned',
  onDelete: 'Retain',
}
export const databaseUuid = '11111111-1111-4111-8111-111111111111'
export const freshUuid = '22222222-2222-4222-8222-222222222222'

export const shape: TokenShape = tokenShape(builtTenant())

/** As after a rollout that is over. */
function partnerKey(): PartnerKey {
  const rollout = {
    phase: 'Complete',
    updated: 0,
    total: 0,
    failed: 0,
    skipped: 0,
    admittedPermille: 1000,
  } as const
  return builtPartnerKey({ status: { current: '1:1', target: '1:1', rollout } })
}

function connection(): ClickHouseConnection {
  return readyConnection({ spec: { endpoints: ['http://127.0.0.1:1', 'http://127.0.0.1:2'] } })
}

/** A Secret with a token (only its outside is real) that is sealed for the tenant and a database. */
export function tokenSecret(pair = '1:1', database = shape.database): Secret {
  const parsed = parsePair(pair)
  if (parsed === undefined) throw new Error(`not a pair: ${pair}`)
  const partner = testRing.partner.get(parsed.partner)
  const dataLens = testRing.dataLens.get(parsed.dataLens)
  if (partner === undefined || dataLens === undefined) throw new Error(`no keys for ${pair}`)
  const fingerprint = inputsFingerprint({
    database,
    dataLensKeyVersion: parsed.dataLens,
    dataLensKeyFingerprint: dataLens.fingerprint,
    partnerKeyVersion: parsed.partner,
    partnerKeyFingerprint: partner.fingerprint,
  })
  const token = `${pair}:Y2lwaGVy:c2lnbmF0dXJl`
  const input = { owner: sealOwner(shape.owner.key), fingerprint, token }
  const sealed = {
    ...input,
    pair: parsed,
    seal: seal(deriveSealKey(partner), input),
    mintedAt: '2026-01-01T00:00:00Z',
  }
  const secret = buildTokenSecret({ ...shape, database }, sealed)
  return { ...secret, metadata: { ...secret.metadata, uid: 'secret-uid', resourceVersion: '20' } }
}

const present = (url: string): ObservedEndpoint => ({
  url,
  reachable: true,
  granted: true,
  readable: true,
  byRole: false,
  database: { uuid: databaseUuid, comment: encodeMark(ourMark) },
})

/** A tenant at rest: database on both endpoints, granted, with its token. Each method gives another builder. */
export class SeenBuilder {
  readonly #seen: Observed

  constructor(seen?: Observed) {
    this.#seen = seen ?? {
      key: 'tenants/acme',
      tenant: builtTenant(),
      now: Date.parse('2026-01-02T00:00:00Z'),
      installation: testInstallation,
      observing: false,
      metadataPrefixes: [],
      partnerKey: partnerKey(),
      partnerKeyRef: 'datalens/acme',
      connection: connection(),
      namespaceLabels: {},
      ring: testRing,
      endpoints: connection().spec.endpoints.map(present),
      rivals: [],
      naming: 'none',
      ownerLives: () => false,
      freshUuid,
      shape,
      secret: viewCurrentToken(tokenSecret(), shape, { ring: testRing }),
      formerSecrets: [],
    }
  }

  with(over: Partial<Observed>): SeenBuilder {
    return new SeenBuilder({ ...this.#seen, ...over })
  }

  spec(over: Partial<ConnectorTenant['spec']>): SeenBuilder {
    const { tenant } = this.#seen
    return this.with({ tenant: { ...tenant, spec: { ...tenant.spec, ...over } } })
  }

  metadata(over: Partial<ConnectorTenant['metadata']>): SeenBuilder {
    const { tenant } = this.#seen
    return this.with({ tenant: { ...tenant, metadata: { ...tenant.metadata, ...over } } })
  }

  wasReady(): SeenBuilder {
    const { tenant } = this.#seen
    const database = { name: 'client_1', uuid: databaseUuid }
    const observedGeneration = tenant.metadata.generation ?? 0
    const status = { observedGeneration, database, conditions: [readyCondition] }
    return this.with({ tenant: { ...tenant, status } })
  }

  key(change: (key: PartnerKey) => PartnerKey): SeenBuilder {
    const { partnerKey } = this.#seen
    return partnerKey === undefined ? this : this.with({ partnerKey: change(partnerKey) })
  }

  connection(over: Partial<ClickHouseConnection['spec']>): SeenBuilder {
    const { connection } = this.#seen
    if (connection === undefined) return this
    return this.with({ connection: { ...connection, spec: { ...connection.spec, ...over } } })
  }

  /** The connection is Ready, and some endpoint is not as it should be. */
  notReachable(reason: ClickHouseConnectionReason): SeenBuilder {
    const { connection } = this.#seen
    if (connection === undefined) return this
    const reachable = {
      ...readyCondition,
      type: 'Reachable',
      status: 'False',
      reason,
      observedGeneration: connection.metadata.generation ?? 0,
    } as const
    const conditions = [...(connection.status?.conditions ?? []), reachable]
    return this.with({ connection: { ...connection, status: { ...connection.status, conditions } } })
  }

  /** Nothing made yet. */
  fresh(): SeenBuilder {
    const endpoints = this.#seen.endpoints.map(
      ({ url }) => ({ url, reachable: true, granted: false, readable: false, byRole: false }) as const,
    )
    return this.with({ secret: undefined, endpoints })
  }

  holding(pair: string): SeenBuilder {
    return this.with({ secret: viewCurrentToken(tokenSecret(pair), shape, { ring: testRing }) })
  }

  endpoint(at: number, change: (endpoint: ObservedEndpoint) => ObservedEndpoint): SeenBuilder {
    return this.with({
      endpoints: this.#seen.endpoints.map((each, index) => (index === at ? change(each) : each)),
    })
  }

  annotated(name: keyof typeof annotations, value: string): SeenBuilder {
    return this.metadata({ annotations: { [annotations[name]]: value } })
  }

  build(): Observed {
    return this.#seen
  }
}

export function aTenant(): SeenBuilder {
  return new SeenBuilder()
}

export const comment =
  (over: Partial<Mark>) =>
  (endpoint: ObservedEndpoint): ObservedEndpoint =>
    endpoint.reachable
      ? { ...endpoint, database: { uuid: databaseUuid, comment: encodeMark({ ...ourMark, ...over }) } }
      : endpoint

export const unreachable = ({ url }: ObservedEndpoint): ObservedEndpoint => ({ url, reachable: false })
export const missing = ({ url }: ObservedEndpoint): ObservedEndpoint => ({
  url,
  reachable: true,
  granted: false,
  readable: false,
  byRole: false,
})
