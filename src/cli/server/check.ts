import type { ObjectKey } from '../../api/object.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { readInstallation } from '../../kube/installation.ts'
import {
  checkAccountOf,
  checkReader,
  checkReady,
  checkRemainingAccess,
  checkStatements,
} from './check-findings.ts'
import type { Finding } from './finding.ts'
import { checkGrant } from './grant-findings.ts'
import {
  clusterFlags,
  nameArgument,
  namespaceFlag,
  readable,
  withCluster,
  type Cluster,
} from '../cluster/cluster.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { installationFlag } from './installation-flag.ts'
import { lookAtConnection } from './look.ts'
import { stylesFor } from '../frame/styles.ts'
import { isData, outputFlags, writeData } from '../frame/output.ts'
import { printable, renderTable } from '../frame/table.ts'

const flags = {
  database: {
    type: 'string',
    placeholder: 'NAME',
    description: 'try the reader on the tables and views of this database, not on those of the first five',
  },
  ...installationFlag,
  ...namespaceFlag,
  ...clusterFlags,
  ...outputFlags,
} as const satisfies Flags

const notes = `Logs in to every endpoint as the operator does, asks for each right that the operator’s account needs (as the
connection and its PartnerKeys declare), then logs in as the reader and tries what DataLens does. It changes nothing.
Of each database that it tries it reads a few tables and views; where a customer’s charts fail, name theirs.
You need the right to read the Secrets that the connection names.

Exit codes: 0 all is as it should be; 1 something is not; 2 wrong flags.
Examples:
  lenskeeper check default -n datalens
  lenskeeper check default -n datalens --database client_1234383`

export const check: Command = {
  name: 'check',
  summary: 'Checks the operator’s account and the reader, with the statement that mends each fault.',
  usage: 'check CONNECTION [--database NAME] [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    if (positionals.length > 1) throw new UsageError('it takes one CONNECTION')
    const name = nameArgument(positionals[0], 'connection')
    const { signal } = terminal
    const findings = await withCluster(values, terminal, async cluster => {
      const key = `${await cluster.namespace()}/${name}`
      const { database, 'installation-id': installation } = values
      return await findingsAt(cluster, { key, database, installation }, signal)
    })
    if (isData(values.output))
      writeData(terminal, values.output, { connection: name, ok: allGood(findings), checks: findings })
    else terminal.write(render(findings, terminal))
    return allGood(findings) ? exitCode.done : exitCode.failed
  },
}

export interface CheckRequest {
  readonly key: ObjectKey
  /** Whether it is readable, and should be, is told only of this one. */
  readonly database?: string | undefined
  /** Whose marks are ours, if it is not told by the cluster. */
  readonly installation?: string | undefined
}

/** Logs in to each of its endpoints, as the operator and as the reader. @throws CommandError, KubeError, ClickHouseError */
export async function findingsAt(
  cluster: Cluster,
  { key, database, installation }: CheckRequest,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const request = {
    key,
    installation: '',
    namespaces: undefined,
    needsTenants: false,
    trialDatabase: database,
  }
  const ours = async (): Promise<string | undefined> => {
    if (installation !== undefined) return installation
    const read = await readable(readInstallation(cluster.namespaces, signal))
    return read === 'forbidden' ? undefined : read
  }
  return await lookAtConnection(
    cluster,
    request,
    async look => {
      const tried = [
        ...(await checkAccountOf(look, signal)),
        ...checkStatements(look.seen),
        ...checkReader(look.seen),
        ...checkRemainingAccess(look.seen),
        ...(database === undefined ? [] : checkGrant({ ...look, installation: await ours() }, database)),
      ]
      return allGood(tried) ? [...tried, ...checkReady(look.seen)] : tried
    },
    signal,
  )
}

function allGood(findings: readonly Finding[]): boolean {
  return findings.every(({ result }) => result !== 'bad')
}

function render(findings: readonly Finding[], terminal: Terminal): string {
  const { good, bad } = stylesFor(terminal)
  const words = { good: 'ok', bad: 'WRONG', unknown: '?' }
  const rows = findings.map(({ endpoint, check: what, result, text }) => [
    words[result],
    endpoint,
    what,
    text,
  ])
  const mends = [...new Set(findings.flatMap(({ mend }) => (mend === undefined ? [] : [mend])))]
  const remedy =
    mends.length === 0 ? '' : `\nTo mend it:\n${mends.map(line => `  ${printable(line)}`).join('\n')}\n`
  const wrong = findings.filter(({ result }) => result === 'bad').length
  const sum = wrong === 0 ? good('All is as it should be.') : bad(`${wrong} of ${findings.length} are wrong.`)
  return `${renderTable(['', 'ENDPOINT', 'CHECK', ''], rows)}${remedy}${sum}\n`
}
