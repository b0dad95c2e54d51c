/** The composition root: everything is constructed here and in this folder, and nowhere else. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import type { OperatorConfig } from '../config/operator-config.ts'
import { Fleet } from '../clickhouse/fleet.ts'
import { sleep, systemClock } from '../core/clock.ts'
import { CodedError, isRetryable } from '../core/errors.ts'
import type { Random } from '../core/random.ts'
import { rightsOf } from '../kube/objects/access-review.ts'
import { accessSource } from '../kube/access/access-source.ts'
import { kubeconfigErrorOf } from '../kube/access/kubeconfig-error.ts'
import { readInstallation } from '../kube/installation.ts'
import { EventRecorder } from '../kube/objects/events.ts'
import { ResourceClient } from '../kube/objects/resource-client.ts'
import { namespaces } from '../kube/objects/resources.ts'
import { Contact } from '../kube/call/contact.ts'
import { Transport } from '../kube/call/transport.ts'
import { CacheShares } from '../runtime/cache/cache-shares.ts'
import { Manager } from '../runtime/manager.ts'
import { startDiagnosticsServer } from '../telemetry/diagnostics/server.ts'
import { startTelemetryServer } from '../telemetry/http.ts'
import type { PlainServer } from '../telemetry/plain-server.ts'
import type { Logger } from '../telemetry/log.ts'
import { Metrics } from '../telemetry/metrics.ts'
import type { Verbosity } from '../telemetry/verbosity.ts'
import { KeyRing } from '../token/key-ring.ts'
import { createControllers } from './controllers.ts'
import { openElection } from './election.ts'
import type { KindEnvironment } from './kinds/environment.ts'
import { createKinds } from './kinds/kinds.ts'
import { ReferencedSecrets } from './wake/referenced-secrets.ts'
import { reflectorsOf, watchShared, withheldBy } from './watches.ts'

export interface OperatorEnvironment {
  readonly log: Logger
  /** How much `log` says. */
  readonly verbosity: Verbosity
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface Operator {
  /**
   * Resolves once the controllers run, with a signal that aborts when they no longer may, as another process leads.
   * Rejects when they cannot run, or the signal aborts first.
   */
  start(signal: AbortSignal): Promise<AbortSignal>
  /** Lets running work finish, then closes everything. May be called before `start`, and twice. */
  stop(): Promise<void>
}

const clock = systemClock
const random: Random = Math.random
/** Of the heap, for cached Secrets and ConfigMaps: 77 MiB of that of deploy/, where ten thousand tenants take 30. */
const shareOfHeap = 0.3

export function createOperator(
  config: OperatorConfig,
  { log, verbosity, environment }: OperatorEnvironment,
): Operator {
  const metrics = new Metrics(() => clock.monotonic())
  const credentials = { ...config, env: environment }
  const access = accessSource(credentials)
  const publish: EventRecorder['publish'] = event => events.publish(event)
  const election = config.election.isOn
    ? openElection(config, { credentials, access, clock, random, log, metrics, publish })
    : undefined
  const contact = new Contact({
    clock,
    silenceMs: config.election.renewDeadlineMs,
    ask: (call, signal) => transport.request(call, signal),
  })
  const transport = new Transport({
    access,
    clock,
    random,
    metrics,
    rateLimit: { perSecond: config.kubeRate, burst: config.kubeBurst },
    onAnswer: (sentAt, status) => contact.heard(sentAt, status),
    ...(election === undefined ? {} : { fence: election.fence }),
  })
  // Renewals of the lease show that the API server is in reach. Without an election, the answers to other calls do.
  const fleet = new Fleet(election?.fence ?? contact)
  const events = new EventRecorder({ transport, clock, random, log, instance: hostname() })
  const closers: (() => Promise<unknown>)[] = [
    () => transport.close(),
    () => Promise.resolve(contact.close()),
    () => Promise.resolve(election?.close()),
  ]
  let manager: Manager | undefined
  let listening: PlainServer | undefined
  const leads = (): boolean => manager?.leading === true
  metrics.leader(leads)
  const stopping = new AbortController()
  const waitingFor = (): string[] => {
    if (manager === undefined) return ['the API server']
    return manager.ready ? [] : ['caches', ...manager.unsynced]
  }
  const unwell = (): string | undefined =>
    election?.leadership.hasOverstayed === true ? 'the lease was not renewed' : undefined

  async function start(signal: AbortSignal): Promise<AbortSignal> {
    const either = AbortSignal.any([signal, stopping.signal])
    if (config.listen !== undefined) {
      listening = await startTelemetryServer({ ...config.listen, waitingFor, unwell, metrics })
      log.info({ host: listening.host, port: listening.port }, 'listening')
    }
    if (config.diagnosticsPort !== undefined) {
      const diagnostics = await startDiagnosticsServer({
        port: config.diagnosticsPort,
        verbosity,
        log,
        name: hostname(),
        leads,
      })
      closers.push(() => diagnostics.close())
      log.info({ port: diagnostics.port }, 'listening for diagnostics, on this machine alone')
    }
    await logIn(transport, either)
    const installation = config.installationId ?? (await waitForInstallation(transport, log, either))
    const { watchNamespaces } = config
    const shares = new CacheShares(getHeapStatistics().heap_size_limit * shareOfHeap)
    const watching = { transport, watchNamespaces, clock, random, log, metrics, shares }
    const shared = watchShared(watching)
    metrics.withheld(() => withheldBy(shared))
    const references = new ReferencedSecrets({ ...watching, client: shared.secrets.client })
    closers.unshift(() => references.close())
    const parts: KindEnvironment = {
      ...watching,
      config,
      installation,
      shared,
      references,
      fleet,
      keyRing: new KeyRing(),
      events,
      mayI: rightsOf(transport),
      randomBytes,
      ending: either,
    }
    const kinds = createKinds(parts)
    const controllers = createControllers(kinds, parts)
    const reflectors = [...kinds.flatMap(({ watched }) => watched.reflectors), ...reflectorsOf(shared)]
    manager = new Manager({
      reflectors,
      controllers,
      clock,
      log,
      ...(election === undefined ? {} : { leadership: election.leadership }),
      endEffects: async () => {
        await fleet.close()
        await events.close()
      },
    })
    log.info({ installation, namespaces: config.watchNamespaces, dryRun: config.dryRun }, 'starting')
    either.addEventListener('abort', () => void manager?.stop(), { once: true })
    return await manager.start()
  }

  let stopped: Promise<void> | undefined
  async function stop(): Promise<void> {
    stopping.abort(new CodedError('stopped', 'the operator was stopped'))
    await manager?.stop()
    for (const close of closers) await close().catch(error => log.debug({ err: error }, 'closing failed'))
    await listening?.close()
    metrics.close()
  }

  return { start, stop: () => (stopped ??= stop()) }
}

/** Only a person mends a kubeconfig. What may pass by itself is met again by the first call, which waits for that. */
async function logIn(transport: Transport, signal: AbortSignal): Promise<void> {
  try {
    await transport.logIn(signal)
  } catch (error) {
    signal.throwIfAborted()
    if (kubeconfigErrorOf(error) !== undefined) throw error
  }
}

const askAgainMs = 2_000

/** Waits for an API server that does not answer yet. One that refuses is an error. */
async function waitForInstallation(transport: Transport, log: Logger, signal: AbortSignal): Promise<string> {
  const client = new ResourceClient(transport, namespaces)
  for (;;) {
    try {
      return await readInstallation(client, signal)
    } catch (error) {
      if (signal.aborted || !isRetryable(error)) throw error
      const broken = kubeconfigErrorOf(error)
      if (broken !== undefined) throw broken
      log.warn({ err: error }, 'waiting for the API server')
      await sleep(clock, askAgainMs, signal)
    }
  }
}
