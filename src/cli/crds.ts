import { exitCode, type Command } from './frame/command.ts'
import { parseFlags } from '../config/flags.ts'
import { kinds } from '../api/kinds.ts'
import { renderCrds } from '../api/definition/crd-yaml.ts'

const flags = {} as const

export const crds: Command = {
  name: 'crds',
  summary: 'Prints the custom resource definitions as YAML.',
  usage: 'crds',
  flags,
  notes: 'Example: lenskeeper crds | kubectl apply --server-side -f -',
  async run(args, terminal) {
    parseFlags(flags, args, {})
    terminal.write(Object.values(renderCrds(kinds)).join('---\n'))
    return exitCode.done
  },
}
