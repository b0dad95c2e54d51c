import { parseFlags } from '../config/flags.ts'
import { version } from '../config/version.ts'
import { exitCode, type Command } from './frame/command.ts'

export const versionCommand: Command = {
  name: 'version',
  summary: 'Prints the version of this program.',
  usage: 'version',
  flags: {},
  run(args, terminal) {
    parseFlags({}, args, terminal.environment)
    terminal.write(`lenskeeper ${version}\n`)
    return Promise.resolve(exitCode.done)
  },
}
