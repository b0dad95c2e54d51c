import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import {
  startEmbeddedClickHouse,
  type EmbeddedClickHouse,
} from '../../../src/dev/clickhouse/embedded-clickhouse.ts'
import { Rig, type RigOptions } from '../../clickhouse-connection/rig.ts'
import { adminKubeconfig } from '../../cluster/cluster.ts'
import { applyCrds } from '../../cluster/deploy.ts'

export const admin = { username: 'admin', password: 'admin-pass' }

export interface Rigs {
  readonly clickHouse: EmbeddedClickHouse
  /** A connection to both replicas; closed after the test. */
  readonly open: (spec?: object, over?: Partial<RigOptions>) => Promise<Rig>
  /** Statements that change something, other than the test's own. */
  readonly changes: (work: () => Promise<unknown>) => Promise<readonly string[]>
}

/** For a file: the CRDs, ClickHouse with two replicas, and the connections that its tests open. */
export function useRigs(): Rigs {
  const opened: Rig[] = []
  let directory: string
  let clickHouse: EmbeddedClickHouse
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lenskeeper-connection-'))
    clickHouse = await startEmbeddedClickHouse({ directory, replicas: 2, admin })
    await applyCrds()
  })
  afterAll(async () => {
    await clickHouse.stop()
    await rm(directory, { recursive: true, force: true })
  })
  afterEach(async () => {
    for (const rig of opened.splice(0)) await rig.close()
    await clickHouse.setFault(0)
    await clickHouse.setFault(1)
  })
  return {
    get clickHouse() {
      return clickHouse
    },
    async open(spec = {}, over = {}) {
      const rig = new Rig({ kubeconfig: adminKubeconfig(), clickHouse, spec: { ...spec }, ...over })
      opened.push(rig)
      await rig.connect()
      return rig
    },
    async changes(work) {
      const before = (await clickHouse.statements()).length
      await work()
      const after = (await clickHouse.statements()).slice(before)
      return after.map(({ sql }) => sql).filter(sql => /^(CREATE|ALTER|DROP|GRANT|REVOKE)/.test(sql))
    },
  }
}
