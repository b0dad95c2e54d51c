/** Runs what depends on versions of Kubernetes and ClickHouse on others than those of all other tests: see `usage`. */
import { choose, ChoiceError, usage } from './choice.ts'
import { summaryOf } from './outcome.ts'
import { runPieces } from './run.ts'

const say = (line: string): void => void process.stderr.write(`${line}\n`)

try {
  const { pieces, onlyList } = choose(process.argv.slice(2))
  if (onlyList) {
    for (const { platform, suite } of pieces)
      process.stdout.write(
        `${platform.name} ${suite}: Kubernetes ${platform.kubernetes}, ClickHouse ${platform.clickhouse}\n`,
      )
  } else {
    const outcomes = await runPieces(pieces, say)
    process.stdout.write(`\n${summaryOf(outcomes)}`)
    if (outcomes.some(({ passed }) => !passed)) process.exitCode = 1
  }
} catch (error) {
  if (!(error instanceof ChoiceError)) throw error
  say(`${error.message}\n\n${usage}`)
  process.exitCode = 2
}
