import { readFile } from 'node:fs/promises'
import { httpUrl, namespace } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { isRecord } from '../../core/record.ts'
import { Redacted } from '../../core/redaction/redacted.ts'
import { toTimestamp } from '../../core/timestamp.ts'
import { version } from '../../core/version.ts'
import { clusterFlags, withCluster } from '../cluster/cluster.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { writePrivateFile } from '../frame/private-file.ts'
import { eventsOf, objectsOf, partOf, serversOf } from './gather.ts'
import { metricsAt } from './metrics.ts'
import { scrubText } from './scrub.ts'

const flags = {
  to: {
    type: 'string',
    placeholder: 'FILE',
    default: 'lenskeeper-report.json',
    description: 'a new file, for its owner alone',
  },
  namespace: {
    type: 'string',
    short: 'n',
    placeholder: 'NAMESPACE',
    description: 'only what is there; default all of them',
    parse: namespace,
  },
  metrics: {
    type: 'string',
    placeholder: 'URL',
    description:
      'below which address the operator’s /metrics are, such as http://127.0.0.1:8080; they say whether that one leads',
    parse: httpUrl,
  },
  logs: {
    type: 'string',
    placeholder: 'FILE',
    description: 'with this log of the operator; - is standard input',
  },
  clickhouse: {
    type: 'boolean',
    description: 'with what each ClickHouse says, as lenskeeper check asks; this reads Secrets',
  },
  ...clusterFlags,
} as const satisfies Flags

const notes = `Gathers what somebody needs who is to help, in one file: all objects of our kinds, the Events about them and, if you say
where they are, metrics and logs. What looks like a key, a token, a password or a link is taken out, and so are all other
annotations, and the values of embeds’ parameters, also in addresses. Names of namespaces, tenants, databases and hosts
stay: read the file before you give it away. Secrets and ConfigMaps are never in it. What
cannot be had is named, there and here, and the rest is there.

Exit codes: 0 written; 1 it could not be; 2 wrong flags.
Examples:
  lenskeeper report
  kubectl -n lenskeeper-system port-forward svc/lenskeeper-metrics 8080 &
  kubectl -n lenskeeper-system logs -l app.kubernetes.io/name=lenskeeper --tail=-1 |
    lenskeeper report --clickhouse --metrics http://127.0.0.1:8080 --logs -`

export const report: Command = {
  name: 'report',
  summary: 'Gathers what helps others to help, without secrets.',
  usage: 'report [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    if (positionals.length > 0) throw new UsageError('it takes no arguments')
    const { metrics, logs, clickhouse, to } = values
    const where = values.namespace === undefined ? {} : { namespace: values.namespace }
    const { signal } = terminal
    const parts = await withCluster(
      { kubeconfig: values.kubeconfig, context: values.context },
      terminal,
      async cluster => ({
        objects: await objectsOf(cluster, where, signal),
        events: await partOf('events', () => eventsOf(cluster, where, signal)),
        ...(clickhouse
          ? { clickhouse: await partOf('ClickHouse', () => serversOf(cluster, where, signal)) }
          : {}),
        ...(metrics === undefined
          ? {}
          : { metrics: await partOf('metrics', () => metricsAt(metrics, signal)) }),
        ...(logs === undefined ? {} : { logs: await partOf('logs', () => readLog(logs, terminal)) }),
      }),
    )
    const program = { version, node: process.versions.node, platform: `${process.platform}/${process.arch}` }
    const content = { at: toTimestamp(terminal.clock.now()), program, ...parts }
    writePrivateFile(to, new Redacted(`${JSON.stringify(content, undefined, 2)}\n`))
    for (const gap of gapsIn(parts)) terminal.complain(`lenskeeper report: ${gap}\n`)
    terminal.write(`${to} is written. Read it before you give it away: it has names of yours.\n`)
    return exitCode.done
  },
}

/** What could not be had, which stands there as a sentence. */
function gapsIn(parts: unknown): readonly string[] {
  if (typeof parts === 'string') return [parts]
  return isRecord(parts) ? Object.values(parts).flatMap(gapsIn) : []
}

async function readLog(file: string, terminal: Terminal): Promise<unknown> {
  const text = file === '-' ? await terminal.readInput() : await readFile(file, 'utf8')
  return scrubText(text).split('\n')
}
