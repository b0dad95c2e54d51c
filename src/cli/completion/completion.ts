import { parseFlags, UsageError } from '../../config/flags.ts'
import { inWords } from '../../core/text/list-text.ts'
import { exitCode, type Command } from '../frame/command.ts'
import { completionScripts, shells } from './scripts.ts'

export const completion: Command = {
  name: 'completion',
  summary: 'Prints what completes commands and flags in a shell, or in kubectl.',
  usage: `completion ${shells.join('|')}`,
  flags: {},
  firstWords: shells,
  notes: `Examples:
  source <(lenskeeper completion bash)
  lenskeeper completion fish | source
  lenskeeper completion kubectl > ~/bin/kubectl_complete-lenskeeper && chmod +x ~/bin/kubectl_complete-lenskeeper`,
  run(args, terminal) {
    const [wanted, ...more] = parseFlags({}, args, terminal.environment).positionals
    const shell = shells.find(one => one === wanted)
    if (shell === undefined || more.length > 0)
      throw new UsageError(`it takes one of ${inWords(shells, 'or')}`)
    terminal.write(completionScripts[shell])
    return Promise.resolve(exitCode.done)
  },
}
