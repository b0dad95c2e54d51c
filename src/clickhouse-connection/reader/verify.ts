/** Logs in as the reader, and remembers what came of it for a while. */
import { createHash } from 'node:crypto'
import { ClickHouseError } from '../../clickhouse/errors.ts'
import {
  loginAsReader,
  type ReaderLogin,
  type ReaderLoginRequest,
} from '../../clickhouse/accounts/reader-login.ts'
import type { Server } from '../../clickhouse/server.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import type { Redacted } from '../../core/redaction/redacted.ts'
import type { ReaderMemory } from './memory.ts'
import type { Verification } from './observed.ts'
import type { TrialDatabases } from './trial.ts'

export interface VerifyRequest {
  readonly endpoints: readonly EndpointView[]
  readonly password: Redacted<string>
  readonly databases: TrialDatabases
  /** Monotonic milliseconds. */
  readonly elapsed: number
  /** A good answer is asked for anew after this many milliseconds. */
  readonly maxAgeMs: number
}

/** How often a refused login is tried, since accounts get locked. A new password is tried at once. */
const refusedPauseMs = 60_000

/** Logs in on each endpoint that answers and has the reader. Throws only the signal's reason. */
export async function verifyReader(
  server: Server,
  request: VerifyRequest,
  memory: ReaderMemory,
  signal: AbortSignal,
): Promise<readonly Verification[]> {
  const results = request.endpoints.map(async view => {
    if (!view.ok || !view.data.reader.exists) {
      memory.verifications.delete(view.url)
      return undefined
    }
    const { readable, unreadable } = request.databases
    const { reader } = view.data
    const open = readable.filter(database => view.data.databases.has(database) && reader.covers(database))
    const isShut = unreadable !== undefined && view.data.databases.has(unreadable)
    const refuse = isShut && !reader.touches(unreadable) ? unreadable : undefined
    const about = aboutOf([server.readerUser, request.password.reveal(), open, refuse ?? null])
    const known = memory.verifications.get(view.url)
    if (known !== undefined && known.about === about) {
      const maxAge =
        known.answer.kind === 'refused' ? Math.max(refusedPauseMs, request.maxAgeMs) : request.maxAgeMs
      if (request.elapsed - known.at < maxAge) return known.answer
    }
    const trial = { password: request.password, open, refuse }
    const answer = await tryOne(server, view.url, trial, signal)
    memory.verifications.set(view.url, { about, at: request.elapsed, answer })
    return answer
  })
  return (await Promise.all(results)).filter(result => result !== undefined)
}

type Trial = Omit<ReaderLoginRequest, 'url'>

async function tryOne(server: Server, url: string, trial: Trial, signal: AbortSignal): Promise<Verification> {
  try {
    const login = await loginAsReader(server, { url, ...trial }, signal)
    return { url, kind: 'loggedIn', login: await believed(login, { server, url, trial }, signal) }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ClickHouseError)) throw error
    return error.code === 'authenticationFailed'
      ? { url, kind: 'refused' }
      : { url, kind: 'failed', because: error.message }
  }
}

/**
 * Believes a result only for a database whose rights are still as they were. Rights change while the reader tries: a
 * database that was just granted opens, one that was just taken does not, and neither is a fault.
 */
async function believed(
  login: ReaderLogin,
  { server, url, trial }: { readonly server: Server; readonly url: string; readonly trial: Trial },
  signal: AbortSignal,
): Promise<ReaderLogin> {
  const { opens, shut, faults = [], refuses, ...others } = login
  const isRefused = shut !== undefined || faults.some(({ kind }) => kind === 'refused')
  if (!isRefused && refuses !== false) return login
  const { endpoints } = await server.snapshot({ maxAgeMs: 0 }, signal)
  const view = endpoints.find(each => each.url === url)
  if (view?.ok !== true) return others
  const { reader, databases } = view.data
  const isOpen = (database: string): boolean => databases.has(database) && reader.covers(database)
  const isShut = trial.refuse !== undefined && databases.has(trial.refuse) && !reader.touches(trial.refuse)
  const held = faults.filter(({ database }) => isOpen(database))
  const isDoubtful = opens === undefined || (shut !== undefined && !isOpen(shut))
  return {
    ...others,
    ...(isDoubtful ? {} : { opens }),
    ...(isDoubtful || shut === undefined ? {} : { shut }),
    ...(held.length === 0 ? {} : { faults: held }),
    ...(refuses !== undefined && isShut ? { refuses } : {}),
  }
}

/** A digest, so that no password is remembered for long. */
function aboutOf(values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex')
}
