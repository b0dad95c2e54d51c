/** Plans for the user that DataLens logs in as: whether it exists, what to make, what is wrong with it. Pure. */
import { beside } from '../../api/object.ts'
import { secretCommand } from '../../api/secret-command.ts'
import type { EndpointSnapshot } from '../../clickhouse/catalog/snapshot.ts'
import { createReaderByHand } from '../../clickhouse/statements.ts'
import { toRun } from '../../clickhouse/printed-sql.ts'
import { hostOf, hostsOf } from '../../clickhouse/endpoint/host.ts'
import type { Problem } from '../problem.ts'
import type { ReaderObserved } from './observed.ts'
import type { ReaderStep } from './steps.ts'

export interface ReaderPlan {
  readonly steps: readonly ReaderStep[]
  /** Why tenants cannot be served. */
  readonly blocking: Problem | undefined
  /** Why the hand-over cannot be done or trusted. Tenants go on. */
  readonly handover: Problem | undefined
}

/** Storages whose users no SQL can change. */
const fixedStorages: ReadonlySet<string> = new Set(['users_xml', 'users.xml', 'ldap'])

export function planReader(seen: ReaderObserved): ReaderPlan {
  const reachable = seen.endpoints.filter(view => view.ok).map(view => view.data)
  const missing = reachable.filter(({ reader }) => !reader.exists)
  if (reachable.length === 0) return { steps: [], blocking: undefined, handover: undefined }
  if (missing.length === 0) {
    return { steps: [], blocking: fixedReader(reachable, seen), handover: secretProblem(seen) }
  }
  if (seen.connection.spec.reader.management === 'External') {
    const problem = readerMissing(missing, seen)
    return { steps: [], blocking: problem, handover: problem }
  }
  return planCreation(missing, reachable, seen)
}

/**
 * The Secret first. A new password is made only if every endpoint is seen and none has the user: on an endpoint that is
 * away the user may exist with another password.
 */
function planCreation(
  missing: readonly EndpointSnapshot[],
  reachable: readonly EndpointSnapshot[],
  seen: ReaderObserved,
): ReaderPlan {
  const create = creationTargets(missing).map(url => ({ kind: 'createReader', url }) as const)
  const blocked = (problem: Problem): ReaderPlan => ({ steps: [], blocking: problem, handover: problem })
  const storage = missing.find(({ accessStorage }) => accessStorage.name === undefined)
  if (storage !== undefined) return blocked(noWritableStorage(storage, seen))
  const { readerSecret, readerSecretName: name } = seen
  const user = seen.connection.spec.reader.user
  switch (readerSecret.kind) {
    case 'ok':
      return { steps: create, blocking: undefined, handover: undefined }
    case 'unknown':
      return { steps: [], blocking: undefined, handover: undefined }
    case 'unusable':
      return blocked({
        reason: 'SecretConflict',
        message: `The Secret "${name}" cannot be used for the reader’s password: ${readerSecret.because}. Remove it and one is made, or set spec.reader.passwordSecretRef to another name.`,
      })
    case 'missing':
      break
    default:
      readerSecret satisfies never
  }
  if (missing.length === seen.endpoints.length) {
    return { steps: [{ kind: 'writeReaderSecret' }, ...create], blocking: undefined, handover: undefined }
  }
  if (missing.length < reachable.length) {
    const unknown = passwordUnknown(seen)
    return blocked({
      ...unknown,
      message: `The user "${user}" is missing on ${hostsOf(missing)}, and cannot be made there: ${unknown.message}`,
    })
  }
  return blocked({
    reason: 'ReaderMissing',
    message: `The user "${user}" is made, with a new password, once every endpoint answers: on one that is away it may exist already.`,
  })
}

/** Where to make the user: on one endpoint if user storage is replicated, since it is then on all. */
function creationTargets(missing: readonly EndpointSnapshot[]): readonly string[] {
  const replicated = missing.filter(({ accessStorage }) => accessStorage.replicated)
  const others = missing.filter(({ accessStorage }) => !accessStorage.replicated)
  return [...replicated.slice(0, 1), ...others].map(({ url }) => url)
}

function fixedReader(
  reachable: readonly EndpointSnapshot[],
  { connection }: ReaderObserved,
): Problem | undefined {
  const { user, grants } = connection.spec.reader
  if (grants === 'External') return undefined
  const fixed = reachable.filter(({ accessStorage }) => fixedStorages.has(accessStorage.type ?? ''))
  if (fixed.length === 0) return undefined
  return {
    reason: 'AccessStorageReadOnly',
    message: `On ${hostsOf(fixed)} the user "${user}" is defined in a file, so its rights cannot be changed with SQL. Define the reader with SQL instead, or set spec.reader.grants to External and grant the databases there.`,
  }
}

function noWritableStorage(at: EndpointSnapshot, { connection }: ReaderObserved): Problem {
  return {
    reason: 'AccessStorageReadOnly',
    message: `${hostOf(at.url)} has no storage in which users can be made with SQL. Configure one (user_directories), or define the user "${connection.spec.reader.user}" there and set spec.reader.management and spec.reader.grants to External.`,
  }
}

function readerMissing(missing: readonly EndpointSnapshot[], { connection }: ReaderObserved): Problem {
  const { user } = connection.spec.reader
  return {
    reason: 'ReaderMissing',
    message: `The user "${user}" does not exist on ${hostsOf(missing)}. Run there: ${toRun(createReaderByHand(user, '<password>'))} Or set spec.reader.management to Managed.`,
  }
}

function secretProblem(seen: ReaderObserved): Problem | undefined {
  const { readerSecret } = seen
  if (readerSecret.kind === 'missing') return passwordUnknown(seen)
  if (readerSecret.kind !== 'unusable') return undefined
  const message = `The Secret "${seen.readerSecretName}" should have the reader’s password, but ${readerSecret.because}. Put username and password of the existing user there, ${writeReader(seen, true)}`
  return { reason: 'ReaderPasswordUnknown', message }
}

function passwordUnknown(seen: ReaderObserved): Problem {
  const { user, management } = seen.connection.spec.reader
  const otherwise =
    management === 'Managed'
      ? 'If nobody logs in as it yet, drop the user on every endpoint to have it made anew. Otherwise create'
      : 'Create'
  return {
    reason: 'ReaderPasswordUnknown',
    message: `The user "${user}" exists, and its password is never changed, but the Secret "${seen.readerSecretName}" that should have it does not exist. ${otherwise} it with the keys username and password, ${writeReader(seen, false)}`,
  }
}

function writeReader({ connection, readerSecretName }: ReaderObserved, exists: boolean): string {
  const literals = { username: connection.spec.reader.user }
  const parts = { exists, literals, files: { password: './password.txt' } }
  return `that one in ./password.txt: ${secretCommand(beside(connection, readerSecretName), parts)}`
}
