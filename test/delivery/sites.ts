/** Installations that are broken in ways that no one meets within seconds, or at all, brought about on real parts. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { labels, managedByValue } from '../../src/api/labels.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import type { World } from '../cluster/world.ts'
import { Corner } from '../integration/truth/corner/corner.ts'
import { object } from '../integration/truth/corner/objects.ts'
import { FaultProxy } from '../proxies/fault-proxy.ts'

export interface Run {
  readonly namespace: string
  /** Default: an administrator’s. */
  readonly kubeconfig?: string
  /** Flags of Node. */
  readonly node: readonly string[]
}

export interface Site {
  readonly world: World
  /** An operator for that namespace, which Prometheus scrapes as a Pod of that installation. */
  readonly run: (installation: string, run: Run) => Promise<RunningOperator>
  /** Called at the end, the last one first. */
  readonly onEnd: (close: () => Promise<void>) => void
}

const forever = new AbortController().signal

/** All was well once; then neither the API server nor ClickHouse answers any more, and an hour passes. */
export async function fallSilent({ world, run, onEnd }: Site): Promise<void> {
  const corner = new Corner(world, 'silent')
  onEnd(() => corner.close())
  const proxy = await FaultProxy.start(world.environment.kubeconfigPath)
  onEnd(() => proxy.close())
  const operator = await run('silent', {
    namespace: corner.namespace,
    kubeconfig: proxy.kubeconfigPath,
    node: ['--import', fixture('hour-passes.ts')],
  })
  await corner.serve()
  corner.way().interfere = () => 'cut'
  proxy.inject({ kind: 'half-open' })
  proxy.cutAll()
  process.kill(operator.pid, 'SIGUSR2')
}

/** In a small heap: one namespace fills it. And a fault of the program, which a test has to put in. */
export async function strain({ world, run }: Site): Promise<void> {
  const namespace = await world.namespace('strained')
  const node = ['--max-old-space-size=56', '--max-semi-space-size=1', '--import', fixture('no-new-key.ts')]
  await run('strained', { namespace, node })
  await world.apply(object('PartnerKey', namespace, 'acme', { keyVersion: 1 }))
  // As much as is kept of one Secret, and more of them than there is room for.
  const value = Buffer.alloc(73_000).toString('base64')
  const data = { token: value, url: value, 'private.pem': value }
  for (let at = 0; at < 72; at++) {
    const metadata = { name: `pad-${at}`, namespace, labels: { [labels.managedBy]: managedByValue } }
    await world.secrets.create({ metadata, data }, forever)
  }
}

function fixture(name: string): string {
  return pathToFileURL(join(import.meta.dirname, 'fixtures', name)).href
}
