import { namespaces } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags, type FlagValues } from '../../config/flags.ts'
import { readInstallation } from '../../kube/installation.ts'
import { clusterFlags, nameArgument, namespaceFlag, withCluster, type Cluster } from '../cluster/cluster.ts'
import { CommandError } from '../frame/command-error.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { lookAtConnection, type Look } from './look.ts'
import {
  actionOf,
  carryOut,
  leftToAdministrators,
  revocationOf,
  type Action,
  type Done,
} from './orphans-act.ts'
import { installationFlag } from './installation-flag.ts'
import { listOrphans, orphansByEndpoint, stepsFor, type Orphans } from './orphans-list.ts'
import { readSizes } from './orphans-size.ts'
import { orphanNames, renderDone, renderOrphans } from './orphans-report.ts'
import { isData, listFlags, writeData } from '../frame/output.ts'

const flags = {
  revoke: {
    type: 'boolean',
    description:
      'take what departed tenants may still be read by from the reader, and grants on databases that do not exist',
  },
  'drop-retired': {
    type: 'boolean',
    description: 'remove the tables of retired databases now, without waiting for spec.dropAfter',
  },
  yes: { type: 'boolean', short: 'y', description: 'do not ask' },
  ...installationFlag,
  'watch-namespaces': {
    type: 'string',
    placeholder: 'A,B',
    default: '',
    description: 'as the operator’s flag: tenants of other namespaces are never taken for gone',
    parse: namespaces,
  },
  ...namespaceFlag,
  ...clusterFlags,
  ...listFlags,
} as const satisfies Flags

type Values = FlagValues<typeof flags>

const notes = `Lists databases marked as ours whose tenant is gone, and databases that the reader may read though no tenant
explains it. TABLES is what is in a database now; TABLES GO says when its tables go, that they are gone ("emptied"), or
which tenant holds them by naming the database. By itself it changes nothing. --revoke and --drop-retired do what the operator would do for tenants that
are gone, without its grace, limit and dropAfter, after a question (or with --yes). Before each statement the tenant is
read live and the database’s mark read again; where either is another by then, that statement is left out.
What the operator holds back, as too much is gone at once, is named first, with the command that lets exactly that go.
A grant on a database that exists and is not ours is never touched: its REVOKE is shown for an administrator. So is that
of a role by which the reader may read a database whose tenant is gone.

Exit codes: 0 nothing is orphaned, or all that was asked for is done; 1 something is, or could not be done; 2 wrong flags.
Examples:
  lenskeeper orphans default -n datalens
  lenskeeper orphans default -n datalens --revoke`

export const orphans: Command = {
  name: 'orphans',
  summary: 'Lists databases and grants that nobody declares any more.',
  usage: 'orphans CONNECTION [--revoke] [--drop-retired] [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    if (positionals.length > 1) throw new UsageError('it takes one CONNECTION')
    const name = nameArgument(positionals[0], 'connection')
    const acts = values.revoke || values['drop-retired']
    if (acts && !values.yes && !terminal.interactive)
      throw new UsageError('nobody is there to ask: say --yes to act without a question')
    const { found, done } = await withCluster(values, terminal, async cluster =>
      work(cluster, { name, values, terminal }),
    )
    if (isData(values.output))
      writeData(terminal, values.output, done === undefined ? found : { ...found, done })
    else
      terminal.write(done === undefined ? shown(found, values.output, terminal) : renderDone(done, terminal))
    const isFine =
      done === undefined
        ? found.databases.length + found.grants.length === 0
        : done.every(({ result }) => result === 'done')
    return isFine ? exitCode.done : exitCode.failed
  },
}

function shown(found: Orphans, output: Values['output'], terminal: Terminal): string {
  return output === 'name' ? orphanNames(found) : renderOrphans(found, terminal, output === 'wide')
}

interface Task {
  readonly name: string
  readonly values: Values
  readonly terminal: Terminal
}

interface Outcome {
  readonly found: Orphans
  /** Undefined where nothing was asked for. */
  readonly done: readonly Done[] | undefined
}

async function work(cluster: Cluster, { name, values, terminal }: Task): Promise<Outcome> {
  const { signal } = terminal
  const watched = values['watch-namespaces']
  const all = watched.length === 0
  const key = `${await cluster.namespace()}/${name}`
  const installation = values['installation-id'] ?? (await readInstallation(cluster.namespaces, signal))
  const request = {
    key,
    installation,
    namespaces: all ? undefined : watched,
    needsTenants: true,
    allRetired: true,
  }
  return await lookAtConnection(
    cluster,
    request,
    async (look): Promise<Outcome> => {
      const { seen, server, tenants, claimants } = look
      const sizes = await readSizes(server, orphansByEndpoint(seen, tenants), signal)
      const found = listOrphans(seen, { tenants, sizes, claimants })
      if (!values.revoke && !values['drop-retired']) return { found, done: undefined }
      refuseToAct(look)
      const watches = (namespace: string): boolean => all || watched.includes(namespace)
      const options = { tenants: cluster.tenants, watches }
      const steps = stepsFor(look.seen).filter(({ kind }) =>
        kind === 'dropTable' ? values['drop-retired'] : values.revoke,
      )
      const grants = values.revoke ? found.grants.filter(({ why }) => why === 'missing') : []
      const actions = [
        ...steps.map(step => actionOf(step, look, options)),
        ...grants.map(grant => revocationOf(grant, look, options)),
      ]
      const agreed = values.yes || actions.length === 0 || (await confirm(actions, terminal))
      const done = agreed ? await carryOut(actions, signal) : declined(actions)
      const left = values.revoke ? leftToAdministrators(found.databases) : []
      return { found, done: [...done, ...left] }
    },
    signal,
  )
}

/** Refuses where the operator would not act either. */
function refuseToAct({ seen }: Look): void {
  if (seen.connection.spec.suspend) {
    throw new CommandError('the connection is suspended (spec.suspend): nothing is changed')
  }
  const silent = seen.endpoints.filter(view => !view.ok).map(({ url }) => new URL(url).host)
  if (silent.length > 0) {
    throw new CommandError(`not every endpoint answers (${silent.join(', ')}): nothing is changed`)
  }
}

async function confirm(actions: readonly Action[], terminal: Terminal): Promise<boolean> {
  for (const { description } of actions) terminal.complain(`  ${description}\n`)
  const answer = await terminal.ask(
    `These ${actions.length} statements are run. Type ${actions.length} to go on: `,
  )
  return answer.trim() === String(actions.length)
}

function declined(actions: readonly Action[]): readonly Done[] {
  return actions.map(({ description }) => ({ description, result: 'skipped', message: 'not confirmed' }))
}
