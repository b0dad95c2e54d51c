import { parseFlags, UsageError } from '../config/flags.ts'
import { version } from '../core/version.ts'
import { exitCode, type Command } from './frame/command.ts'
import { isData, outputFlags, writeData } from './frame/output.ts'

export const versionCommand: Command = {
  name: 'version',
  summary: 'Prints the version of this program.',
  usage: 'version [flags]',
  flags: outputFlags,
  notes:
    'As JSON also that of the Node that runs it, and the platform. The operator’s own is in its metric lenskeeper_build_info.',
  run(args, terminal) {
    const { values, positionals } = parseFlags(outputFlags, args, terminal.environment)
    if (positionals.length > 0) throw new UsageError('it takes no arguments')
    if (isData(values.output)) writeData(terminal, values.output, program())
    else terminal.write(`lenskeeper ${version}\n`)
    return Promise.resolve(exitCode.done)
  },
}

function program() {
  return { version, node: process.versions.node, platform: `${process.platform}/${process.arch}` }
}
