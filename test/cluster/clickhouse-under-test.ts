import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { namedClickHouse } from '../../src/dev/administrator.ts'
import {
  type EmbeddedClickHouse,
  startEmbeddedClickHouse,
} from '../../src/dev/clickhouse/embedded-clickhouse.ts'

export interface Login {
  readonly username: string
  readonly password: string
}

/** A ClickHouse with an administrator's account: the first one of CLICKHOUSE_URL, or else an embedded one. */
export interface ClickHouseUnderTest {
  readonly url: string
  readonly admin: Login
  /** Undefined for a real server. */
  readonly embedded: EmbeddedClickHouse | undefined
  /** Begins every name that a test makes, so that several runs can share a server. */
  readonly prefix: string
  close(): Promise<void>
}

export async function startClickHouseUnderTest(): Promise<ClickHouseUnderTest> {
  const prefix = `lk_${randomBytes(4).toString('hex')}`
  const named = namedClickHouse(process.env)
  if (named !== undefined) {
    const { url, username, password } = named
    return { url, admin: { username, password }, embedded: undefined, prefix, close: () => Promise.resolve() }
  }
  const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-clickhouse-'))
  const admin = { username: 'admin', password: 'an-admin-password' }
  const embedded = await startEmbeddedClickHouse({ directory, replicas: 1, admin })
  return {
    url: embedded.endpoints[0] ?? '',
    admin,
    embedded,
    prefix,
    close: async () => {
      await embedded.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** A client as the operator configures it. Close it. */
export function connect(url: string, { username, password }: Login): ClickHouseClient {
  return createClient({
    url,
    username,
    password,
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { wait_end_of_query: 1 },
  })
}

/** ClickHouse's error code for what this promise fails with; 0 when it does not fail. */
export async function codeOfFailure(promise: Promise<unknown>): Promise<number> {
  try {
    await promise
    return 0
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === undefined || !/^\d+$/.test(code)) throw error
    return Number(code)
  }
}
