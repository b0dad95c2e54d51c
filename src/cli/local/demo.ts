import { readFile, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linkSecretName } from '../../api/names.ts'
import { beside, keyOf } from '../../api/object.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { systemClock } from '../../core/clock.ts'
import { filesOf } from '../../dev/environment-files.ts'
import { startEnvironment, type Environment } from '../../dev/environment.ts'
import type { Progress } from '../../dev/progress.ts'
import { Connector } from '../../sandbox/connector/connector.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { checkTenant, type Expectation, type Row } from './demo-checks.ts'
import { fillDatabase, prepareClickHouse } from './demo-clickhouse.ts'
import { DemoCluster } from './demo-cluster.ts'
import { checkLink, makeEmbeddingSecret, type LinkRow } from './demo-links.ts'
import { renderReport, suggestions, type Results } from './demo-report.ts'
import { applyObjects, readSamples, withAnswer, type Samples } from './demo-samples.ts'
import { showProgress } from '../frame/progress.ts'
import { untilAborted } from '../../core/abort.ts'

const flags = {
  once: { type: 'boolean', description: 'ends by itself also on a terminal' },
} as const satisfies Flags

/** The samples' namespace that the PartnerKey does not let in. */
const refusedNamespace = 'stranger'

export const demo: Command = {
  name: 'demo',
  summary: 'Shows everything on this machine: samples applied, tokens tried as DataLens would.',
  usage: 'demo [--once]',
  flags,
  notes: `Starts a control plane, ClickHouse and the operator, applies deploy/ and its samples, plays DataLens's part with
keys of its own, and prints what came of it. On a terminal it then stays up until Ctrl-C; otherwise, or with
--once, it ends by itself. It leaves nothing behind.

Exit codes: 0 every check held; 1 one did not, or something could not be started; 2 wrong flags.`,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    if (positionals.length > 0) throw new UsageError(`unexpected argument "${positionals[0]}"`)
    const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-demo-'))
    const progress = showProgress(terminal)
    // Always the embedded server: the demo must not meet what an earlier one left.
    const options = { directory, removeAtEnd: true, progress, env: {} }
    try {
      const environment = await startEnvironment(options, terminal.signal)
      try {
        const results = await play(environment, progress, terminal.signal)
        terminal.write(renderReport(results, terminal))
        if (terminal.interactive && !values.once) {
          terminal.write(suggestions(environment))
          await untilAborted(terminal.signal)
        }
        const problems = [...results.tenants, ...results.links].flatMap(row => row.problems)
        return problems.length === 0 ? exitCode.done : exitCode.failed
      } catch (error) {
        if (!terminal.signal.aborted) await showState(environment, directory, terminal)
        throw error
      } finally {
        await environment.stop()
      }
    } finally {
      progress.close()
    }
  },
}

async function play(environment: Environment, progress: Progress, signal: AbortSignal): Promise<Results> {
  const kubectl = environment.kubectl(signal)
  const cluster = new DemoCluster(environment.kubeconfigPath)
  try {
    let done = progress.begin('samples')
    const account = await prepareClickHouse(environment.clickhouse, signal)
    const samples = await readSamples(kubectl, account)
    await applyObjects(kubectl, samples.objects)
    done(`a connection, a partner key, ${samples.tenants.length} tenants and an embed applied`)

    done = progress.begin('connection')
    const version = await cluster.connectionReady(keyOf(samples.connection), signal)
    done(`ClickHouse ${version} answers; DataLens’s user made, logged in as, and checked`)

    done = progress.begin('hand-over')
    const parts = { environment, cluster, samples }
    const connector = await meetDataLens(parts, signal)
    done('public keys exchanged with DataLens (played by the demo)')

    done = progress.begin('tenants')
    const tenants = await tryTenants(parts, connector, signal)
    done('settled, some rows put into their databases, and their tokens tried')

    done = progress.begin('embed')
    const links = await tryEmbeds(parts, signal)
    done('a key offered for signing, and the link read from its Secret')
    return { tenants, links }
  } finally {
    await cluster.close()
  }
}

interface Parts {
  readonly environment: Environment
  readonly cluster: DemoCluster
  readonly samples: Samples
}

/** The partner sends its public key and the reader's login; DataLens answers with a public key of its own. */
async function meetDataLens(
  { environment, cluster, samples }: Parts,
  signal: AbortSignal,
): Promise<Connector> {
  const handover = await cluster.handover(keyOf(samples.partnerKey), signal)
  const { user: username, password } = handover
  const server = { url: environment.clickhouse.url, username, password }
  const connector = new Connector({ server, clock: systemClock })
  connector.learnPartnerKey(handover.keyVersion, handover.publicPem)
  const keyVersion = 1
  const answer = { keyVersion, publicKey: await connector.issueKey(keyVersion) }
  await applyObjects(environment.kubectl(signal), [withAnswer(samples.partnerKey, answer)])
  return connector
}

async function tryTenants(
  { environment, cluster, samples }: Parts,
  connector: Connector,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const tenants = await cluster.settledTenants(samples.tenants, signal)
  const expected = tenants.map((tenant, index): Expectation => {
    const isRefused = tenant.metadata.namespace === refusedNamespace
    return { tenant, rows: isRefused ? undefined : 3 + index }
  })
  for (const { tenant, rows } of expected) {
    const { database } = tenant.spec
    if (rows !== undefined) await fillDatabase(environment.clickhouse, { database, rows }, signal)
  }
  return await Promise.all(expected.map(one => checkTenant(one, { cluster, connector }, signal)))
}

/** DataLens makes an embedding secret; the partner offers its private half, and a link comes of it. */
async function tryEmbeds(
  { environment, cluster, samples }: Parts,
  signal: AbortSignal,
): Promise<readonly LinkRow[]> {
  const rows: LinkRow[] = []
  for (const embed of samples.embeds) {
    const { offered, publicKey } = makeEmbeddingSecret(embed)
    await applyObjects(environment.kubectl(signal), [offered])
    const url = await cluster.link(beside(embed, linkSecretName(embed)), signal)
    rows.push(checkLink(embed, { url, publicKey, now: systemClock.now() }))
  }
  return rows
}

/** Shows what went wrong before all of it is removed. */
async function showState(environment: Environment, directory: string, terminal: Terminal): Promise<void> {
  const kubectl = environment.kubectl(AbortSignal.timeout(10_000))
  const objects = await kubectl(['get', 'lenskeeper', '--all-namespaces']).catch(String)
  const log = await readFile(filesOf(directory).operatorLog(0), 'utf8').catch(String)
  terminal.complain(
    `\n${objects}\nThe operator’s last words:\n${log.trim().split('\n').slice(-10).join('\n')}\n\n`,
  )
}
