import { readFile, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { untilAborted } from '../../core/abort.ts'
import { systemClock } from '../../core/clock.ts'
import { filesOf } from '../../dev/environment-files.ts'
import { startEnvironment, type Environment } from '../../dev/environment.ts'
import type { Progress } from '../../dev/progress.ts'
import { startChain, type Chain, type ChainOptions } from '../chain/chain.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { showProgress } from '../frame/progress.ts'
import { checkTenant } from './demo-checks.ts'
import { checkLink } from './demo-links.ts'
import { problemsOf, renderReport, suggestions, type Results } from './demo-report.ts'
import { checkViewers } from './demo-viewers.ts'

const flags = {
  once: { type: 'boolean', description: 'ends by itself also on a terminal' },
} as const satisfies Flags

export const demo: Command = {
  name: 'demo',
  summary:
    'Shows everything on this machine: samples applied, and their rows seen in the charts of a portal.',
  usage: 'demo [--once]',
  flags,
  notes: `Starts a control plane, ClickHouse and the operator, applies deploy/ and its samples, plays DataLens’s part with
the sandbox, shows the customers’ dashboards in examples/portal, and prints what came of it: tokens and links as
DataLens judges them, rows as the portal’s viewers get them. On a terminal it then says where sandbox and portal are
and who may log in, and stays up until Ctrl-C; otherwise, or with --once, it ends by itself. It leaves nothing behind.

Exit codes: 0 every check held; 1 one did not, or something could not be started; 2 wrong flags.`,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    if (positionals.length > 0) throw new UsageError(`unexpected argument "${positionals[0]}"`)
    const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-demo-'))
    const progress = showProgress(terminal)
    const stays = terminal.interactive && !values.once
    // Always the embedded server: the demo must not meet what an earlier one left.
    const options = { directory, removeAtEnd: true, progress, env: {} }
    try {
      const environment = await startEnvironment(options, terminal.signal)
      try {
        const results = await show(environment, { directory, progress, stays }, terminal)
        return problemsOf(results).length === 0 ? exitCode.done : exitCode.failed
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

interface Showing extends ChainOptions {
  /** Whether it stays up until somebody ends it. */
  readonly stays: boolean
}

async function show(
  environment: Environment,
  { directory, progress, stays }: Showing,
  terminal: Terminal,
): Promise<Results> {
  const chain = await startChain(environment, { directory, progress }, terminal.signal)
  try {
    const results = await check(chain, progress, terminal.signal)
    terminal.write(renderReport(results, terminal))
    if (stays) {
      const { kubeconfigPath: kubeconfig, controlPlane } = environment
      terminal.write(suggestions({ kubeconfig, kubectl: controlPlane.binaries.kubectl }, chain))
      await untilAborted(terminal.signal)
    }
    return results
  } finally {
    await chain.stop()
  }
}

/** Tries everything: tokens and the link for all as DataLens would, and the portal as its viewers do. */
async function check(chain: Chain, progress: Progress, signal: AbortSignal): Promise<Results> {
  const done = progress.begin('checks')
  const tenants = await Promise.all(chain.expected.map(one => checkTenant(one, chain, signal)))
  const { embed, url, embedded } = chain.lobby
  const links = [checkLink(embed, { url, publicKey: embedded.publicKey, now: systemClock.now() })]
  const viewers = await checkViewers(chain, signal)
  done('tokens, links and charts tried')
  return { tenants, links, viewers }
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
