import { untilAborted } from '../core/abort.ts'
import { operatorFlags, readOperatorConfig } from '../config/operator-config.ts'
import { kubeconfigErrorOf } from '../kube/access/kubeconfig-error.ts'
import { createOperator } from '../operator/operator.ts'
import { LeadLost } from '../runtime/leadership/lead-lost.ts'
import { createLogger } from '../telemetry/log.ts'
import { Verbosity } from '../telemetry/verbosity.ts'
import { exitCode, type Command } from './frame/command.ts'

export const run: Command = {
  name: 'run',
  summary: 'Runs the operator until SIGINT or SIGTERM.',
  usage: 'run [flags]',
  flags: operatorFlags,
  notes: `Each flag may also be set in the environment, as LENSKEEPER_ and its name (LENSKEEPER_LOG_LEVEL=debug).
Exit codes: 0 stopped as asked; 1 it could not start or go on; 2 wrong configuration; 4 with --leader-elect, it has led
and no longer may. Start it again then: it stands by until it leads anew.`,
  async run(args, terminal) {
    const config = readOperatorConfig(args, terminal.environment)
    const verbosity = new Verbosity(config.logLevel)
    const log = createLogger({ level: verbosity })
    const operator = createOperator(config, { log, verbosity, environment: terminal.environment })
    try {
      const lead = await operator.start(terminal.signal)
      await untilAborted(AbortSignal.any([terminal.signal, lead]))
      if (!terminal.signal.aborted) lead.throwIfAborted()
      log.info('stopping')
      return exitCode.done
    } catch (error) {
      if (terminal.signal.aborted) return exitCode.done
      if (error instanceof LeadLost) {
        log.error({ err: error }, 'the lead was lost')
        return exitCode.leadLost
      }
      if (kubeconfigErrorOf(error) !== undefined) throw error
      log.error({ err: error }, 'the operator could not start')
      return exitCode.failed
    } finally {
      await operator.stop()
    }
  },
}
