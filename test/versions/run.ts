/** Runs pieces: programs and engines are built and installed on first use, in minutes, once. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ensureControlPlaneBinaries } from '../../src/dev/control-plane/binaries.ts'
import type { Piece } from './choice.ts'
import { engineProgram, usualEngineVersion, versionOf } from './engine/program.ts'
import { verdictOf, type Outcome, type Verdict, type VitestReport } from './outcome.ts'
import { moduleOf, requirementsOf, type Platform } from './platforms.ts'

const root = join(import.meta.dirname, '../..')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')

interface Ready {
  readonly kubernetes: string
  readonly clickhouse: string
  /** What leads tests to these programs. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Never rejects: what cannot be had is an outcome, and the other pieces are still run. */
export async function runPieces(
  pieces: readonly Piece[],
  say: (line: string) => void,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  const had = new Map<string, Promise<Ready>>()
  for (const { platform, suite, paths } of pieces) {
    const about = { platform: platform.name, suite }
    const ready = had.get(platform.name) ?? prepare(platform, say)
    had.set(platform.name, ready)
    try {
      const { kubernetes, clickhouse, env } = await ready
      say(`\n${platform.name}: ${suite} on Kubernetes ${kubernetes} and ClickHouse ${clickhouse}`)
      const verdict = await runSuite(paths, env)
      say(`${platform.name}: ${suite}: ${verdict.said}`)
      outcomes.push({ ...about, kubernetes, clickhouse, ...verdict })
    } catch (error) {
      const said = `FAILED: not run, ${error instanceof Error ? error.message : String(error)}`
      say(said)
      const { kubernetes, clickhouse } = platform
      outcomes.push({ ...about, kubernetes, clickhouse, passed: false, said: said.split('\n')[0] ?? said })
    }
  }
  return outcomes
}

async function prepare({ kubernetes, clickhouse }: Platform, say: (line: string) => void): Promise<Ready> {
  const { kubectl, kubeApiserver } = await ensureControlPlaneBinaries({
    module: moduleOf(kubernetes),
    env: { ...process.env, KUBEBUILDER_ASSETS: undefined },
    onProgress: say,
  })
  const requirements = requirementsOf(clickhouse)
  const engine = requirements === undefined ? undefined : await engineProgram(requirements)
  const [apiserverVersion, engineVersion] = await Promise.all([
    versionOf(kubeApiserver),
    engine === undefined ? usualEngineVersion() : versionOf(engine),
  ])
  const kubernetesVersion = apiserverVersion.replace(/^Kubernetes v/, '')
  const env = {
    ...process.env,
    KUBEBUILDER_ASSETS: dirname(kubectl),
    CLICKHOUSE_ENGINE: engine,
    KUBECONFIG_TEST: undefined,
    CLICKHOUSE_URL: undefined,
    EXPECTED_KUBERNETES: kubernetesVersion,
    EXPECTED_CLICKHOUSE: engineVersion,
  }
  return { kubernetes: kubernetesVersion, clickhouse: engineVersion, env }
}

async function runSuite(paths: readonly string[], env: Ready['env']): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-versions-'))
  const report = join(folder, 'report.json')
  const projects = ['--project', 'unit', '--project', 'integration']
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const files = paths.map(path => join('test', path))
  try {
    // What vitest says is progress: only the summary goes to standard output.
    const child = spawn(process.execPath, [vitest, 'run', ...projects, ...reporters, ...files], {
      cwd: root,
      env,
      stdio: ['ignore', 2, 2],
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    return verdictOf(code, await readReport(report))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function readReport(path: string): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as VitestReport
  } catch {
    return undefined
  }
}
