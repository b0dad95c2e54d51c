import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { workersFor } from './test/cluster/given/workers.ts'

/** These take longest, however short their files are: they begin first, so that all workers end together. */
const longest = ['/test/integration/truth/', '/test/faults/']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex(folder => moduleId.includes(folder))
      return at === -1 ? longest.length : at
    }
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}

/** What each program's first start compiles, TypeScript above all, is there for those after it, until the run ends. */
const compileCache = mkdtempSync(join(tmpdir(), 'lenskeeper-compile-cache-'))
process.env['NODE_COMPILE_CACHE'] = compileCache
process.once('exit', () => rmSync(compileCache, { recursive: true, force: true }))
/** API servers collect their garbage a quarter as often: it took a fifth of their time, which is most of a test's. */
process.env['GOGC'] ??= '400'

/** One number, so that all run at once. */
const maxWorkers = workersFor(process.env)

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/faults/**', 'test/browser/**', 'test/delivery/**'],
          // Files share what they import, whose evaluation took half of their time. So nothing in src/ is kept that a test changes.
          isolate: false,
          testTimeout: 60_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'],
          globalSetup: ['test/cluster/global-control-plane.ts'],
          testTimeout: 120_000,
          hookTimeout: 600_000,
          maxWorkers,
        },
      },
      {
        // What others' tools say of what is handed out. They are built on first use, so `npm test` is without it.
        test: {
          name: 'delivery',
          include: ['test/delivery/**/*.test.ts'],
          globalSetup: ['test/delivery/global-tools.ts', 'test/cluster/global-control-plane.ts'],
          testTimeout: 120_000,
          hookTimeout: 900_000,
          maxWorkers,
        },
      },
    ],
  },
})
