/** Measures the operator on real parts, and what the same parts would allow at most. See docs/benchmarks.md. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { describeFlags, UsageError } from '../src/config/flags.ts'
import { figuresOf } from './figures.ts'
import { benchFlags, commands } from './flags.ts'
import { judge } from './guard.ts'
import { readBenchOptions, type BenchOptions } from './options.ts'
import { environmentOf, tables } from './report.ts'
import { measureSeries, type Series } from './series.ts'

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function measure(options: BenchOptions): Promise<void> {
  const series: Series[] = []
  for (let run = 1; run <= options.runs; run++) {
    for (const tenants of options.sizes) {
      series.push(await measureSeries(options, { tenants, run }))
    }
  }
  const figures = figuresOf(series)
  const { workers, standInMs } = options
  const clickhouse = standInMs === undefined ? 'embedded' : `stand-in, ${standInMs} ms a statement`
  const environment = { ...environmentOf(workers), clickhouse }
  process.stdout.write(`\n${JSON.stringify(environment)}\n\n${tables(figures)}`)
  if (options.guarding) {
    const { passed, lines } = judge(figures)
    process.stdout.write(`${lines.join('\n')}\n`)
    if (!passed) process.exitCode = 1
  }
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify({ environment, figures, series }, undefined, 2)}\n`)
  }
}

function help(): string {
  const names = Object.keys(commands).join('|')
  return `Measures the operator on a real API server and the embedded ClickHouse.

Usage: npm run bench -- [${names}] [flags]

Flags:
${describeFlags(benchFlags)}
`
}

try {
  const args = process.argv.slice(2)
  if (parseArgs({ args, strict: false }).values['help'] === true || args.includes('-h')) {
    process.stdout.write(help())
  } else {
    await measure(readBenchOptions(args, process.env, say))
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  say(error.message)
  process.exitCode = 2
}
