import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { EndpointSnapshot, Snapshot } from '../../../src/clickhouse/catalog/snapshot.ts'
import { Endpoint } from '../../../src/clickhouse/endpoint/endpoint.ts'
import { Server, type ServerOptions } from '../../../src/clickhouse/server.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import {
  startEmbeddedClickHouse,
  type EmbeddedClickHouse,
} from '../../../src/dev/clickhouse/embedded-clickhouse.ts'
import { createLogger } from '../../../src/telemetry/log.ts'

const admin = { username: 'admin', password: 'admin-pass' }
export const readerPassword = new Redacted('reader-pass')
const never = new AbortController().signal

export interface Servers {
  readonly clickHouse: EmbeddedClickHouse
  /** This test's own, as administrator. */
  readonly server: Server
  /** The endpoints. */
  readonly first: string
  readonly second: string
  /** Another one, which the test closes. */
  readonly open: (options?: Partial<ServerOptions>) => Server
  /** Statements as the administrator, to change things behind the operator's back. */
  readonly byHand: (index: number, ...sqls: readonly string[]) => Promise<void>
  /** A database name that no other test has. */
  readonly fresh: () => string
}

/** For a file: ClickHouse with two replicas and the reader on them, and a `Server` for each test. */
export function useServers(): Servers {
  let directory: string
  let clickHouse: EmbeddedClickHouse
  let server: Server
  let names = 0
  const open = (options: Partial<ServerOptions> = {}): Server =>
    new Server({
      endpoints: clickHouse.endpoints,
      credentials: { username: admin.username, password: new Redacted(admin.password) },
      readerUser: 'datalens',
      clock: systemClock,
      random: Math.random,
      log: createLogger({ level: 'silent' }),
      timeouts: { statementMs: 5_000, probeMs: 1_000 },
      spacingMs: 0,
      ...options,
    })
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lenskeeper-clickhouse-'))
    clickHouse = await startEmbeddedClickHouse({ directory, replicas: 2, admin })
    const setup = open()
    for (const url of clickHouse.endpoints) await setup.createReader(url, readerPassword, never)
    await setup.close()
  })
  afterAll(async () => {
    await clickHouse.stop()
    await rm(directory, { recursive: true, force: true })
  })
  beforeEach(() => {
    server = open()
  })
  afterEach(async () => {
    await server.close()
    for (const index of [0, 1]) await clickHouse.setFault(index)
  })
  return {
    get clickHouse() {
      return clickHouse
    },
    get server() {
      return server
    },
    get first() {
      return clickHouse.endpoints[0] ?? ''
    },
    get second() {
      return clickHouse.endpoints[1] ?? ''
    },
    open,
    async byHand(index, ...sqls) {
      const credentials = { username: admin.username, password: new Redacted(admin.password) }
      const endpoint = new Endpoint({
        url: clickHouse.endpoints[index] ?? '',
        credentials,
        clock: systemClock,
      })
      for (const sql of sqls)
        await endpoint.run({ kind: 'probe', sql, what: 'do it by hand', write: true }, never)
      await endpoint.close()
    },
    fresh() {
      names += 1
      return `client_${names}`
    },
  }
}

export function dataOf(snapshot: Snapshot | undefined, url: string): EndpointSnapshot {
  const view = snapshot?.endpoints.find(endpoint => endpoint.url === url)
  if (view?.ok !== true) throw new Error(`no data of ${url}: ${view?.error.message}`)
  return view.data
}

export async function failure(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  )
}
