// Everything CI asks for, in the order in which a mistake is cheapest to find. Stops at the first that fails. With
// --static all but the tests.
import { spawnSync } from 'node:child_process'

/** @type {readonly (readonly [name: string, command: string, args: readonly string[]])[]} */
const steps = [
  ['format', 'biome', ['format', '.']],
  ['lint', 'oxlint', ['--type-aware', '--deny-warnings']],
  ['types', 'tsc', ['-p', '.']],
  ['types of the package, on the oldest Node', 'tsc', ['-p', 'src/embed']],
  ['types of the browser helper', 'tsc', ['-p', 'src/embed/browser']],
  ['types of the sandbox’s pages', 'tsc', ['-p', 'src/sandbox/pages']],
  ['types of their tests', 'tsc', ['-p', 'test/browser']],
  ['generated files are fresh', 'node', ['scripts/generate.ts', '--check']],
  ['dead code', 'knip', []],
  ['tests (unit, architecture, integration)', 'vitest', ['run', '--project', '!delivery']],
  ['what is delivered, by the tools that take it', 'vitest', ['run', '--project', 'delivery']],
]

const isStatic = process.argv.includes('--static')

for (const [name, command, args] of steps.filter(([, command]) => !isStatic || command !== 'vitest')) {
  console.log(`\n== ${name}`)
  const started = performance.now()
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) {
    console.error(`verify: "${name}" failed (${command} ${args.join(' ')})`)
    process.exit(status ?? 1)
  }
  console.log(`   ${Math.round((performance.now() - started) / 1000)} s`)
}
