/** Which versions of Kubernetes and ClickHouse are tried together, and with which tests. */
import { join } from 'node:path'

export interface Platform {
  readonly name: string
  /** The Go module, in test/, that the control plane is built from. */
  readonly kubernetes: string
  /** The file in `engine/` that pins the package with ClickHouse's engine, without its ending. */
  readonly engine: string
  /** The files and folders of `test/integration` that are run. */
  readonly tests: readonly string[]
}

/** What rests on Kubernetes: what the API server takes for valid, who may do what, what it keeps and tells. */
const onKubernetes = ['crds', 'deploy']
/** What rests on ClickHouse: what its statements do and say. */
const onClickHouse = ['clickhouse-contract']
/** What rests on both. */
const onBoth = ['main-path.test.ts', 'ownership', 'rotation']

const newestKubernetes = 'control-plane'

export const platforms: readonly Platform[] = [
  {
    name: 'oldest',
    kubernetes: 'versions/kubernetes-1.32',
    engine: '25.8',
    tests: [...onKubernetes, ...onClickHouse, ...onBoth],
  },
  {
    name: 'newest',
    kubernetes: newestKubernetes,
    engine: '26.9',
    tests: [...onClickHouse, ...onBoth],
  },
  ...['26.1', '26.3'].map(engine => ({
    name: engine,
    kubernetes: newestKubernetes,
    engine,
    tests: [...onClickHouse, 'main-path.test.ts'],
  })),
]

/** Where a platform's Go module is. */
export function moduleOf({ kubernetes }: Platform): string {
  return join(import.meta.dirname, '..', kubernetes)
}

/** What pip is told to install: one package, by its hash. */
export function requirementsOf({ engine }: Platform): string {
  return join(import.meta.dirname, 'engine', `${engine}.txt`)
}
