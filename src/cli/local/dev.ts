import { join, resolve } from 'node:path'
import type { Parser } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { filesOf } from '../../dev/environment-files.ts'
import { startEnvironment, type Environment } from '../../dev/environment.ts'
import { stateFolder } from '../../dev/user-folders.ts'
import { startChain, type Chain } from '../chain/chain.ts'
import { placesOf } from '../chain/places.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { showProgress } from '../frame/progress.ts'
import { stylesFor } from '../frame/styles.ts'
import { untilAborted } from '../../core/abort.ts'

const flags = {
  state: {
    type: 'string',
    placeholder: 'DIR',
    description: 'keeps all data and says where things are; default $XDG_STATE_HOME/lenskeeper/dev',
  },
  replicas: {
    type: 'string',
    placeholder: 'N',
    default: '1',
    description: 'how many operators; 0 starts none; of several, one works at a time',
    parse: count(0, 5),
  },
  'clickhouse-replicas': {
    type: 'string',
    placeholder: 'N',
    default: '1',
    description: 'how many embedded ClickHouse servers, as replicas of one another',
    parse: count(1, 8),
  },
  sandbox: {
    type: 'boolean',
    description: 'besides the samples, a sandbox that plays DataLens, and a portal with their dashboards',
  },
} as const satisfies Flags

const notes = `It writes into DIR:
  kubeconfig       for the cluster, as admin
  clickhouse.json  url, username and password of ClickHouse’s administrator; endpoints when there are several
  operator.log     what the operator says; operator-2.log and so on, what the others do
  operators.json   pid, url and log of each operator, and which one leads; kept current. Which holder of the Lease it
                   is stands in that log, as identity of the line “asking for the lead”
  sandbox.json     with --sandbox: url of the sandbox
  portal.json      with --sandbox: url of the portal, and users, each with name and password
  ready            there while everything is ready
Started again with the same DIR it has the data of both servers. CLICKHOUSE_URL (with CLICKHOUSE_USER and
CLICKHOUSE_PASSWORD) takes the place of the embedded ClickHouse: one URL a replica, with commas between.

Exit codes: 0 stopped as asked; 1 it could not start; 2 wrong flags.
Example: npm run dev -- --state /tmp/lenskeeper --sandbox`

export const dev: Command = {
  name: 'dev',
  summary: 'Runs a control plane, ClickHouse and the operator on this machine until SIGINT or SIGTERM.',
  usage: 'dev [--state DIR] [--replicas N] [--clickhouse-replicas N] [--sandbox]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    if (positionals.length > 0) throw new UsageError(`unexpected argument "${positionals[0]}"`)
    const { replicas: operatorReplicas, 'clickhouse-replicas': clickhouseReplicas } = values
    if (values.sandbox && operatorReplicas === 0)
      throw new UsageError('--sandbox waits for an operator: leave out --replicas 0')
    const directory = resolve(values.state ?? defaultState(terminal))
    const progress = showProgress(terminal)
    const options = { directory, operatorReplicas, clickhouseReplicas, progress, env: terminal.environment }
    let chain: Chain | undefined
    const companion = async (environment: Environment, signal: AbortSignal): Promise<Chain> =>
      (chain = await startChain(environment, { directory, progress }, signal))
    try {
      const environment = await startEnvironment(
        values.sandbox ? { ...options, companion } : options,
        terminal.signal,
      )
      terminal.write(introduction(environment, directory, terminal))
      if (chain !== undefined) terminal.write(rowsOf(placesOf(chain)))
      await untilAborted(terminal.signal)
      terminal.complain('stopping\n')
      await environment.stop()
      return exitCode.done
    } finally {
      progress.close()
    }
  },
}

function count(from: number, to: number): Parser<number> {
  return (text, refuse) => {
    const value = Number(text)
    if (/^[0-9]+$/.test(text) && value >= from && value <= to) return value
    return refuse(`is "${text}"; it takes a number from ${from} to ${to}`)
  }
}

function defaultState({ environment }: Terminal): string {
  const folder = stateFolder(environment)
  if (folder !== undefined) return join(folder, 'dev')
  throw new UsageError(
    'nothing says where this user keeps data, as HOME is not set: say where with --state DIR',
  )
}

function introduction(environment: Environment, directory: string, terminal: Terminal): string {
  const { faint } = stylesFor(terminal)
  const files = filesOf(directory)
  const rows: readonly (readonly [string, string])[] = [
    ['state', directory],
    ['kubeconfig', `export KUBECONFIG=${files.kubeconfig}`],
    ['kubectl', environment.controlPlane.binaries.kubectl],
    [
      'ClickHouse',
      `${environment.clickhouse.endpoints.join(', ')}  ${faint(`(login: ${files.clickhouse})`)}`,
    ],
    ...environment.operators.map(({ url }, index): [string, string] => [
      'operator',
      `${url}/metrics  ${faint(`(log: ${files.operatorLog(index)})`)}`,
    ]),
  ]
  return `Ready. Ctrl-C ends it; the data stays.\n${rowsOf(rows)}`
}

function rowsOf(rows: readonly (readonly [name: string, value: string])[]): string {
  return rows.map(([name, value]) => `  ${name.padEnd(12)}${value}\n`).join('')
}
