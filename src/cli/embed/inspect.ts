import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { EmbedError } from '../../embed/errors.ts'
import { inspect, type InspectOptions } from '../../embed/inspect.ts'
import { parsePublicKey } from '../../embed/keys/signing-key.ts'
import { renderChecks } from '../frame/checks.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { readFlagFile } from '../frame/flag-file.ts'
import { isData, outputFlags, writeData } from '../frame/output.ts'
import { describe } from './describe.ts'
import { reportOn } from './report.ts'

const flags = {
  'public-key': {
    type: 'string',
    placeholder: 'FILE',
    description: 'the public key of the embedding secret as PEM; without it, the signature is not checked',
  },
  ...outputFlags,
} as const satisfies Flags

const notes = `Reads an embed token, or the whole link with the token in it, as an argument or from standard input, and says for which
embed it is, from when until when, which parameters are signed and which are not, and check by check whether DataLens
would take it now. It needs no cluster and asks nobody. It never shows the token or its signature. One that still works
is better given by standard input: an argument stands in the shell’s history and in the list of processes.

The public key is made from the private one by: openssl pkey -in private.pem -pubout

Exit codes: 0 DataLens would take it, as far as it was checked; 1 it would not; 2 wrong flags.
Examples:
  pbpaste | lenskeeper embed inspect --public-key public.pem
  kubectl get secret lobby-embed -o jsonpath='{.data.url}' | base64 -d | lenskeeper embed inspect`

export const embedInspect: Command = {
  name: 'inspect',
  summary: 'Says what an embed link or token is, and whether DataLens would take it, without showing it.',
  usage: 'embed inspect [URL|TOKEN|-] [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    const given = argumentIn(positionals)
    const publicKey = readPublicKey(values['public-key'])
    const report = reportOn(
      inspect(given ?? (await readLink(terminal)), { ...publicKey, now: terminal.clock.now() }),
    )
    if (isData(values.output)) writeData(terminal, values.output, report)
    else terminal.write(`${describe(report)}${renderChecks(report, terminal)}`)
    return report.accepted ? exitCode.done : exitCode.failed
  },
}

/** Undefined: standard input is asked for. A message quotes no argument, as it may hold the token. */
function argumentIn([source, ...more]: readonly string[]): string | undefined {
  if (more.length > 0) throw new UsageError('unexpected second argument; give one link or token, in quotes')
  return source === '-' ? undefined : source
}

/** A pipe whose first command failed is no fault of a link's. */
async function readLink(terminal: Terminal): Promise<string> {
  const text = await terminal.readInput()
  if (text.trim() !== '') return text
  throw new UsageError('nothing came by standard input: see what the command before it says')
}

function readPublicKey(file: string | undefined): InspectOptions {
  if (file === undefined) return {}
  try {
    return { publicKey: parsePublicKey(readFlagFile('public-key', file)) }
  } catch (error) {
    if (!(error instanceof EmbedError)) throw error
    throw new UsageError(`--public-key: ${file}: ${error.message}`)
  }
}
