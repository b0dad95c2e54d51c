/** Objects of each kind as Argo CD finds them, and what it is to think of each: its test data, and what ours go by. */
import { annotations } from '../../src/api/labels.ts'
import type { ConditionStatus } from '../../src/api/conditions.ts'
import { apiVersion } from '../../src/api/definition/resource.ts'
import type { kinds } from '../../src/api/kinds.ts'
import type {
  ClickHouseConnectionReason,
  ConnectorTenantReason,
  PartnerKeyReason,
  SecureEmbedReason,
} from '../../src/api/reasons.ts'

export type ArgoHealth = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended'

export type Kind = (typeof kinds)[number]['kind']

/** One as it may be found, with what its conditions say. */
export interface HealthCase {
  /** Also the name of its file. */
  readonly what: string
  readonly object: object
  readonly health: { readonly status: ArgoHealth; readonly message: string }
}

interface Sample<Reason extends string> {
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: object
  /** What tells of work that is not done yet, and what only another spec helps against. */
  readonly working: Said<Reason>
  readonly refused: Said<Reason>
  /** States that not all kinds have. */
  readonly more?: Readonly<
    Record<string, { readonly said: Said<Reason>; readonly status: ConditionStatus; readonly is: ArgoHealth }>
  >
}

type Said<Reason extends string> = readonly [reason: Reason, message: string]

const samples: {
  readonly ClickHouseConnection: Sample<ClickHouseConnectionReason>
  readonly PartnerKey: Sample<PartnerKeyReason>
  readonly ConnectorTenant: Sample<ConnectorTenantReason>
  readonly SecureEmbed: Sample<SecureEmbedReason>
} = {
  ClickHouseConnection: {
    metadata: { name: 'default', namespace: 'datalens' },
    spec: {
      endpoints: ['https://clickhouse.clickhouse.svc:8443'],
      credentialsSecretRef: { name: 'clickhouse-operator' },
    },
    working: ['Unreachable', 'No endpoint answers.'],
    refused: ['SameServer', 'Two endpoints lead to one server.'],
  },
  PartnerKey: {
    metadata: { name: 'acme', namespace: 'datalens' },
    spec: { keyVersion: 1, tenants: { namespaces: { from: 'All' }, databases: ['client_*'] } },
    working: ['ConnectionNotReady', 'The ClickHouseConnection is not ready.'],
    refused: ['KeyInvalid', 'The key of DataLens is no RSA key.'],
    more: {
      'handover-ready': {
        said: ['HandoverReady', 'Send DataLens what is in the ConfigMap acme-handover.'],
        status: 'True',
        is: 'Healthy',
      },
    },
  },
  ConnectorTenant: {
    metadata: { name: 'client-1234383', namespace: 'tenants' },
    spec: { partnerKeyRef: { name: 'acme', namespace: 'datalens' }, database: 'client_1234383' },
    working: ['ConnectionNotReady', 'The ClickHouseConnection behind the PartnerKey is not ready.'],
    refused: ['NamespaceNotAllowed', 'The PartnerKey lets no tenants of this namespace in.'],
    more: {
      'awaiting-key': {
        said: ['AwaitingKey', 'The PartnerKey has no usable key pair yet.'],
        status: 'False',
        is: 'Suspended',
      },
    },
  },
  SecureEmbed: {
    metadata: { name: 'lobby', namespace: 'portal' },
    spec: {
      platform: 'Yandex',
      kind: 'Dashboard',
      embedId: 'pgx4ekt5dj3u1',
      signingKeySecretRef: { name: 'lobby-signing-key' },
    },
    working: ['SigningKeyNotOffered', 'The namespace offers no such key.'],
    refused: ['InvalidSpec', 'The parameters cannot be signed.'],
  },
}

const ready = ['Ready', 'Everything is as declared.'] as const
const suspended = ['Suspended', 'spec.suspend is true: nothing is changed.'] as const
const observing = ['Observing', 'The operator is in dry-run: nothing is changed.'] as const

export function healthCases(kind: Kind): readonly HealthCase[] {
  const { metadata, spec, working, refused, more = {} } = samples[kind]
  const bare = { apiVersion, kind, metadata: { ...metadata, generation: 2 }, spec }
  const of = (status: object): object => ({ ...bare, status })
  const found = (conditions: readonly Condition[], observedGeneration = 2): object =>
    of({ observedGeneration, conditions: conditions.map(one => told(one, observedGeneration)) })
  const unseen = { status: 'Progressing', message: 'the operator has not looked at it yet' } as const
  const one = (
    what: string,
    [status, said]: readonly [ConditionStatus, Said<string>],
    { is, beside }: { readonly is: ArgoHealth; readonly beside?: 'Reconciling' | 'Stalled' },
  ): HealthCase => {
    const conditions: Condition[] = [['Ready', status, said]]
    if (beside !== undefined) conditions.push([beside, 'True', said])
    return { what, object: found(conditions), health: { status: is, message: said.join(': ') } }
  }
  return [
    { what: 'new', object: of({ observedGeneration: -1 }), health: unseen },
    { what: 'changed', object: found([['Ready', 'True', ready]], 1), health: unseen },
    one('ready', ['True', ready], { is: 'Healthy' }),
    one('working', ['False', working], { is: 'Progressing', beside: 'Reconciling' }),
    one('refused', ['False', refused], { is: 'Degraded', beside: 'Stalled' }),
    one('suspended', ['Unknown', suspended], { is: 'Suspended' }),
    one('suspended-served', ['True', suspended], { is: 'Suspended' }),
    one('observing', ['Unknown', observing], { is: 'Suspended' }),
    ...Object.entries(more).map(([what, { said, status, is }]) => one(what, [status, said], { is })),
  ]
}

type Condition = readonly [type: string, status: ConditionStatus, said: Said<string>]

function told([type, status, [reason, message]]: Condition, observedGeneration: number): object {
  return {
    type,
    status,
    reason,
    message,
    observedGeneration,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }
}

/** An object as the action finds it, and as it leaves it. The time is the one that Argo CD's own tests put in. */
export function resyncCase(kind: Kind): { readonly before: object; readonly after: object } {
  const { metadata, spec } = samples[kind]
  const annotated = (notes: object): object => ({
    apiVersion,
    kind,
    metadata: { ...metadata, annotations: notes },
    spec,
  })
  return {
    before: annotated({ 'acme.example/note': 'kept' }),
    after: annotated({ 'acme.example/note': 'kept', [annotations.resync]: '0001-01-01T00:00:00Z' }),
  }
}
