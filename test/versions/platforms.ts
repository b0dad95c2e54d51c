/** Which versions of Kubernetes and ClickHouse there are to try, which of them together, and with which suites. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The Go module, in test/, that each control plane is built from. */
const controlPlanes = {
  '1.32': 'versions/kubernetes-1.32',
  '1.36': 'control-plane',
} as const

export type KubernetesVersion = keyof typeof controlPlanes

export const kubernetesVersions = Object.keys(controlPlanes) as readonly KubernetesVersion[]

/** In order. Each has its package pinned in `engine/`, but for that of all other tests, which npm has. */
export const clickhouseVersions = ['25.8', '26.1', '26.3', '26.7', '26.9'] as const

export type ClickHouseVersion = (typeof clickhouseVersions)[number]

/** What all other tests run on. */
export const usual: { readonly kubernetes: KubernetesVersion; readonly clickhouse: ClickHouseVersion } = {
  kubernetes: '1.36',
  clickhouse: '26.7',
}

/** By name: files and folders of test/. */
export const suites = {
  /** What the API server takes for valid, who may do what, what it keeps and tells. */
  kubernetes: [
    'integration/crds',
    'integration/deploy',
    'integration/cluster.test.ts',
    'integration/resource-client.test.ts',
  ],
  /** The Lease, as operators take it from one another. */
  leadership: ['faults/failover.test.ts'],
  /** What statements of ours do and say. */
  contract: ['integration/clickhouse-contract'],
  /** What the operator makes of a server: its databases, rights, accounts. */
  server: [
    'integration/clickhouse-server',
    'integration/connection',
    'clickhouse/catalog',
    'clickhouse/quote.test.ts',
  ],
  'main-path': ['integration/main-path.test.ts'],
  ownership: ['integration/ownership'],
  rotation: ['integration/rotation'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Suite = keyof typeof suites

export const suiteNames = Object.keys(suites) as readonly Suite[]

export interface Platform {
  readonly name: string
  readonly kubernetes: KubernetesVersion
  readonly clickhouse: ClickHouseVersion
  readonly suites: readonly Suite[]
}

const onKubernetes = ['kubernetes', 'leadership'] as const
const onClickHouse = ['contract', 'server'] as const
const onBoth = ['main-path', 'ownership', 'rotation'] as const

export const platforms: readonly Platform[] = [
  {
    name: 'oldest',
    kubernetes: '1.32',
    clickhouse: '25.8',
    suites: [...onKubernetes, ...onClickHouse, ...onBoth],
  },
  {
    name: 'newest',
    kubernetes: '1.36',
    clickhouse: '26.9',
    suites: [...onClickHouse, ...onBoth],
  },
  ...(['26.1', '26.3'] as const).map(clickhouse => ({
    name: clickhouse,
    kubernetes: usual.kubernetes,
    clickhouse,
    suites: [...onClickHouse, 'main-path'] as const,
  })),
]

/** The folder of the Go module. */
export function moduleOf(kubernetes: KubernetesVersion): string {
  return join(import.meta.dirname, '..', controlPlanes[kubernetes])
}

/** As a module pins it: `1.36.3`. */
export function releaseIn(module: string): string {
  return /^\s*k8s\.io\/kubernetes v(\S+)/m.exec(readFileSync(join(module, 'go.mod'), 'utf8'))?.[1] ?? ''
}

/** What pip is told to install: one package, by its hash. Undefined for the engine that npm has. */
export function requirementsOf(clickhouse: ClickHouseVersion): string | undefined {
  if (clickhouse === usual.clickhouse) return undefined
  return join(import.meta.dirname, 'engine', `${clickhouse}.txt`)
}
