/** Where a world is: a control plane, borrowed or its own, and a ClickHouse of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { administratorOf, type ClickHouseAccess } from '../../src/dev/administrator.ts'
import {
  startEmbeddedClickHouse,
  type EmbeddedClickHouse,
} from '../../src/dev/clickhouse/embedded-clickhouse.ts'
import type { ControlPlane } from '../../src/dev/control-plane/control-plane.ts'
import {
  requestServiceAccountToken,
  type ServiceAccount,
} from '../../src/dev/control-plane/service-account-token.ts'
import { startEnvironment } from '../../src/dev/environment.ts'
import { kubectlOf, type Kubectl } from '../../src/dev/kubectl.ts'
import { openGivenClickHouse } from './given/clickhouse.ts'
import { borrowPlane, giveBack } from './lending/lent-plane.ts'

/** What a test may do with any control plane. */
export interface AnyControlPlane {
  readonly url: string
  readonly caPem: string
  /** Path of a kubectl that fits it. */
  readonly kubectl: string
  serviceAccountToken(account: ServiceAccount): Promise<string>
}

export interface Place {
  /** For what the test alone needs; goes with the place. */
  readonly directory: string
  readonly controlPlane: AnyControlPlane
  /** Logs in as a member of `system:masters`. */
  readonly kubeconfigPath: string
  readonly clickhouse: ClickHouseAccess
  /** Undefined where another place owns the server, or it was given. */
  readonly embeddedClickHouse: EmbeddedClickHouse | undefined
  kubectl(signal: AbortSignal): Kubectl
  stop(): Promise<void>
}

export interface PlaceOptions {
  /** Of ClickHouse. */
  readonly replicas: number
  /** A ClickHouse that runs already, which another place owns; then none is started here. */
  readonly clickhouse?: ClickHouseAccess | undefined
}

/** With a control plane that other files had before, and will have after. */
export async function borrowPlace(options: PlaceOptions): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-world-'))
  const [plane, { stop: stopClickHouse, ...server }] = await Promise.all([
    borrowPlane(),
    openClickHouse(directory, options),
  ])
  const { kubeconfigPath, url, caPem, adminToken: token, kubectl: program } = plane
  const access = { url, caPem, token }
  const kubectlAccess = {
    program,
    kubeconfig: kubeconfigPath,
    cacheDirectory: join(directory, 'kubectl-cache'),
  }
  return {
    directory,
    controlPlane: {
      url,
      caPem,
      kubectl: program,
      serviceAccountToken: account => requestServiceAccountToken(access, account),
    },
    kubeconfigPath,
    ...server,
    kubectl: signal => kubectlOf(kubectlAccess, signal),
    async stop() {
      await stopClickHouse()
      await giveBack(plane)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** For a test that restarts the API server, or loses what etcd holds. */
export async function ownPlace({
  replicas,
  clickhouse,
}: PlaceOptions): Promise<{ readonly place: Place; readonly plane: ControlPlane }> {
  const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-world-'))
  const env: Record<string, string> = clickhouse
    ? {
        CLICKHOUSE_URL: clickhouse.url,
        CLICKHOUSE_USER: clickhouse.username,
        CLICKHOUSE_PASSWORD: clickhouse.password,
      }
    : {}
  const environment = await startEnvironment(
    { directory, clickhouseReplicas: replicas, operatorReplicas: 0, removeAtEnd: true, env },
    new AbortController().signal,
  )
  const { controlPlane: plane, kubeconfigPath } = environment
  const place: Place = {
    directory,
    controlPlane: {
      url: plane.url,
      caPem: plane.caPem,
      kubectl: plane.binaries.kubectl,
      serviceAccountToken: account => plane.serviceAccountToken(account),
    },
    kubeconfigPath,
    clickhouse: environment.clickhouse,
    embeddedClickHouse: environment.embeddedClickHouse,
    kubectl: signal => environment.kubectl(signal),
    stop: () => environment.stop(),
  }
  return { place, plane }
}

async function openClickHouse(
  directory: string,
  { replicas, clickhouse }: PlaceOptions,
): Promise<Pick<Place, 'clickhouse' | 'embeddedClickHouse' | 'stop'>> {
  const none = { embeddedClickHouse: undefined, stop: () => Promise.resolve() }
  if (clickhouse !== undefined) return { clickhouse, ...none }
  const given = replicas === 0 ? undefined : await openGivenClickHouse(replicas)
  if (given !== undefined) return { ...none, clickhouse: given.access, stop: () => given.close() }
  const admin = await administratorOf(join(directory, 'clickhouse.json'))
  const server = await startEmbeddedClickHouse({ directory: join(directory, 'clickhouse'), replicas, admin })
  const { endpoints } = server
  return {
    clickhouse: { url: endpoints[0] ?? '', endpoints, ...admin },
    embeddedClickHouse: server,
    stop: () => server.stop(),
  }
}
