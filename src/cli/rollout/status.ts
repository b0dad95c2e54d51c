import { timeout } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { clusterFlags, namespaceFlag, withCluster } from '../cluster/cluster.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { courseOf, withdrawal } from '../partner-key/key-table.ts'
import { partnerKeyArgument } from '../partner-key/read.ts'
import { stylesFor } from '../frame/styles.ts'
import { follow, type Followed } from './follow.ts'
import { lookerAt } from './look.ts'
import { describeView } from './text.ts'
import type { RolloutView } from '../partner-key/view.ts'
import { isData, outputFlags, writeData } from '../frame/output.ts'

const flags = {
  ...namespaceFlag,
  wait: { type: 'boolean', description: 'until it is complete, stopped, or held by its keys' },
  timeout: {
    type: 'string',
    placeholder: 'TIME',
    description: 'with --wait: how long at most, such as 10m; default: no end',
    parse: timeout,
  },
  ...outputFlags,
  ...clusterFlags,
} as const satisfies Flags

const notes = `Shows where the rollout of a PartnerKey’s new key versions stands: canary, batches, who failed or was skipped and
why, and the keys in use. With --wait it shows a progress bar on a terminal, and elsewhere a line for each change,
on standard error; the end goes to standard output.

Waiting for a person (Paused, AwaitingPromotion, AwaitingDataLens) is no end: only --timeout ends that.

Exit codes: 0 complete (without --wait also: under way, or waiting for you); 1 stopped by failures, held by its keys,
or not there; 2 wrong flags; 3 --timeout has passed.
Examples:
  lenskeeper rollout status acme -n datalens
  lenskeeper rollout status acme -n datalens --wait --timeout 30m
  lenskeeper rollout status acme -n datalens -o json`

export const rolloutStatus: Command = {
  name: 'status',
  summary: 'Shows where a rollout of new keys stands, or waits for its end.',
  usage: 'rollout status KEY [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    const name = partnerKeyArgument(positionals)
    const { wait, timeout: patience } = values
    if (patience !== undefined && !wait) throw new UsageError('--timeout goes with --wait')
    const { view, timedOut } = await withCluster(values, terminal, cluster => {
      const look = lookerAt(cluster, name, { clock: terminal.clock, waits: wait })
      return wait
        ? followUntilEnd(look, terminal, patience?.ms)
        : look(terminal.signal).then(view => ({ view, timedOut: false }))
    })
    if (view !== undefined) {
      if (isData(values.output)) writeData(terminal, values.output, toJson(view, timedOut))
      else terminal.write(describeView(view, terminal.clock.now(), stylesFor(terminal)))
    }
    if (timedOut) terminal.complain(`lenskeeper rollout status: not complete after ${patience?.text ?? ''}\n`)
    return codeFor(view, timedOut)
  },
}

/** An interruption never gives exit code 0: what follows in a script relies on the rollout's end. */
async function followUntilEnd(
  look: Parameters<typeof follow>[0],
  terminal: Terminal,
  timeoutMs: number | undefined,
): Promise<Followed> {
  try {
    return await follow(look, { terminal, clock: terminal.clock, timeoutMs })
  } catch (error) {
    if (!terminal.signal.aborted) throw error
    terminal.complain('No longer waiting; the rollout goes on.\n')
    return { view: undefined, timedOut: false }
  }
}

function codeFor(view: RolloutView | undefined, timedOut: boolean): number {
  if (timedOut) return exitCode.timeout
  if (view === undefined || view.verdict === 'stopped' || view.verdict === 'failed') return exitCode.failed
  return exitCode.done
}

function toJson(view: RolloutView, timedOut: boolean) {
  const { keys, phaseSince, soakMs: _, batch: __, failedCount, skippedCount, ...rest } = view
  return {
    ...rest,
    timedOut,
    ...(phaseSince === undefined ? {} : { phaseSince: new Date(phaseSince).toISOString() }),
    failedCount,
    skippedCount,
    keys: keys.map(key => ({ ...key, mayBeWithdrawn: withdrawal(key, courseOf(view)).allowed })),
  }
}
