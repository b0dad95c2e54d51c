/**
 * Builds the image, makes a cluster with nodes and a real ClickHouse in it, installs the chart there, and runs the parts
 * of the suite on both that take any:
 *
 *   npm run kind -- [--keep] [file or folder of test/integration …]
 *
 * Exit codes: 0 all passed; 1 something failed; 2 wrong flags; 3 no container engine.
 */
import { parseArgs } from 'node:util'
import { engineProblem } from './programs.ts'

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Undefined for flags that there are not, which is said. */
function flagsOf(args: readonly string[]) {
  try {
    const options = { keep: { type: 'boolean', default: false } } as const
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    say(messageOf(error))
    return undefined
  }
}

async function main(args: readonly string[]): Promise<number> {
  const flags = flagsOf(args)
  if (flags === undefined) return 2
  const problem = await engineProblem()
  if (problem !== undefined) {
    say(`npm run kind needs Docker, which does not answer: ${problem}`)
    return 3
  }
  const { values, positionals } = flags
  // Only now: it takes seconds to load.
  const { run } = await import('./run.ts')
  try {
    await run({ keep: values.keep, tests: positionals, say })
    return 0
  } catch (error) {
    say(`kind: ${messageOf(error)}`)
    return 1
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

process.exitCode = await main(process.argv.slice(2))
