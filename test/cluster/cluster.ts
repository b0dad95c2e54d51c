// What tests say to the cluster that the run shares, or to one that is lent to their file, as its admin. By kubectl, so that no assertion passes through the
// code under test. Needs global-control-plane.ts as global setup.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, inject, onTestFinished } from 'vitest'
import { kubeconfig } from '../../src/dev/control-plane/files.ts'
import { addressIn, viewAddress } from './given/address.ts'
import { cacheBeside } from './given/pinned.ts'
import { borrowPlane, giveBack } from './lending/lent-plane.ts'
import type { LentPlane } from './lending/plane-lender.ts'

export { eventually } from '../time/eventually.ts'

let lent: LentPlane | undefined

/**
 * For a file that installs what counts in every namespace, such as an admission policy: all that is said here goes to a
 * control plane that no other file has meanwhile.
 */
export function useLentCluster(): void {
  beforeAll(async () => {
    lent = await borrowPlane()
  })
  afterAll(async () => {
    if (lent !== undefined) await giveBack(lent)
  })
}

/** Path of a kubeconfig that logs in as admin. */
export function adminKubeconfig(): string {
  return lent?.kubeconfigPath ?? inject('kubeconfig')
}

/** The program; by its name alone where it is on the PATH. */
export function kubectlPath(): string {
  return lent?.kubectl ?? inject('kubectl')
}

export interface KubectlOptions {
  /** Given to its standard input. */
  readonly input?: string
  /** By default the admin's. */
  readonly kubeconfig?: string
}

/** What kubectl prints. Rejects with what it complains of. */
export async function kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
  const config = options.kubeconfig ?? adminKubeconfig()
  const child = spawn(kubectlPath(), ['--kubeconfig', config, '--cache-dir', cacheBeside(config), ...args])
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)
  const [code, output, complaint] = await Promise.all([exited, text(child.stdout), text(child.stderr)])
  if (code === 0) return output
  throw new Error(`kubectl ${args.join(' ')}: ${complaint.trim() || `exit code ${code}`}`)
}

/** Any object, with the fields that every one has. */
export interface AnyObject {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid: string
    readonly resourceVersion: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly {
      readonly kind: string
      readonly name: string
      readonly uid: string
    }[]
    readonly deletionTimestamp?: string
  }
}

export interface ObjectName {
  /** As kubectl takes it: `secret`, `connectortenants.lenskeeper.dev`. */
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

/** The object as the API server has it now, or undefined when there is none. */
export async function read<T extends AnyObject = AnyObject>(object: ObjectName): Promise<T | undefined> {
  const answer = await kubectl([
    'get',
    object.kind,
    object.name,
    ...inNamespace(object),
    '-o',
    'json',
    '--ignore-not-found',
  ])
  return answer ? (JSON.parse(answer) as T) : undefined
}

export async function list<T extends AnyObject = AnyObject>(what: {
  readonly kind: string
  readonly namespace?: string
  readonly selector?: string
}): Promise<readonly T[]> {
  const scope = what.namespace ? ['-n', what.namespace] : ['-A']
  const selector = what.selector ? ['-l', what.selector] : []
  return (
    JSON.parse(await kubectl(['get', what.kind, ...scope, ...selector, '-o', 'json'])) as { items: T[] }
  ).items
}

/** Server-side applies one or more YAML documents. The namespace is for those that name none. */
export async function applyYaml(yaml: string, options: { readonly namespace?: string } = {}): Promise<void> {
  const flags = ['--server-side', '--force-conflicts', '--field-manager=test', ...inNamespace(options)]
  await kubectl(['apply', ...flags, '-f', '-'], { input: yaml })
}

/** Does not wait until the object is gone. Nothing happens when there is none. */
export async function remove(object: ObjectName): Promise<void> {
  await kubectl([
    'delete',
    object.kind,
    object.name,
    ...inNamespace(object),
    '--ignore-not-found',
    '--wait=false',
  ])
}

/**
 * Creates a namespace with a name that no other test has. Within a test it is deleted after it; pass `onEnd`
 * to do that elsewhere (`afterAll`).
 */
export async function uniqueNamespace(
  prefix: string,
  onEnd: (cleanup: () => Promise<void>) => void = onTestFinished,
): Promise<string> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`
  await kubectl(['create', 'namespace', name])
  onEnd(() => remove({ kind: 'namespace', name }))
  return name
}

/**
 * Path of a kubeconfig that logs in as that ServiceAccount, which has to exist, by a token valid for an hour.
 * Removed after the test, or by `onEnd`.
 */
export async function serviceAccountKubeconfig(
  account: { readonly namespace: string; readonly name: string },
  onEnd: (cleanup: () => Promise<void>) => void = onTestFinished,
): Promise<string> {
  const { namespace, name } = account
  const token = await kubectl(['create', 'token', name, '-n', namespace, '--duration=1h'])
  const address = addressIn(await kubectl(viewAddress))
  const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-kubeconfig-'))
  onEnd(() => rm(directory, { recursive: true, force: true }))
  const path = join(directory, 'kubeconfig')
  await writeFile(path, kubeconfig({ ...address, token: token.trim(), namespace }), { mode: 0o600 })
  return path
}

function inNamespace({ namespace }: { readonly namespace?: string }): readonly string[] {
  return namespace ? ['-n', namespace] : []
}
