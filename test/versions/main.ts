/**
 * Runs what depends on versions of Kubernetes and ClickHouse on the oldest and the newest that are supported:
 *
 *   npm run test:versions -- [platform] [file or folder of test/integration …]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { ensureControlPlaneBinaries } from '../../src/dev/control-plane/binaries.ts'
import { engineProgram, versionOf } from './engine/program.ts'
import { moduleOf, platforms, requirementsOf, type Platform } from './platforms.ts'

const root = join(import.meta.dirname, '../..')

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** The programs are built and installed on first use: minutes, once. */
async function run(platform: Platform, tests: readonly string[]): Promise<boolean> {
  const { kubectl, kubeApiserver } = await ensureControlPlaneBinaries({
    module: moduleOf(platform),
    env: { ...process.env, KUBEBUILDER_ASSETS: undefined },
    onProgress: say,
  })
  const engine = await engineProgram(requirementsOf(platform))
  const versions = `${await versionOf(kubeApiserver)}, ClickHouse ${await versionOf(engine)}`
  say(`\n${platform.name}: ${versions}`)
  const files = tests.map(test => join('test/integration', test))
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'integration', ...files], {
    cwd: root,
    env: {
      ...process.env,
      KUBEBUILDER_ASSETS: dirname(kubectl),
      CLICKHOUSE_ENGINE: engine,
      KUBECONFIG_TEST: '',
      CLICKHOUSE_URL: undefined,
    },
    stdio: 'inherit',
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  say(`${platform.name}: ${versions}: ${code === 0 ? 'passed' : 'FAILED'}`)
  return code === 0
}

const [first, ...rest] = process.argv.slice(2)
const chosen = platforms.filter(({ name }) => name === first)
const asked = first === undefined ? platforms : chosen
if (asked.length === 0) {
  const names = platforms.map(({ name }) => name).join(', ')
  say(`There is no platform ${String(first)}: it is one of ${names}.`)
  process.exitCode = 2
}
for (const platform of asked)
  if (!(await run(platform, rest.length > 0 ? rest : platform.tests))) process.exitCode = 1
