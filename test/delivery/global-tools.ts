/**
 * Builds the programs that the files of this run need, before any of them begins, one after the other: side by side they
 * took longer together than any hook may, and a build inside a test longer than that test may.
 */
import type { TestProject } from 'vitest/node'
import { goTool } from './go-tool.ts'
import { toolsNeededBy } from './needed-tools.ts'

export async function setup({ vitest }: TestProject): Promise<void> {
  for (const tool of toolsNeededBy(vitest.state.getPaths())) {
    const onBuild = (): void => void process.stderr.write(`[tools] building ${tool}, once\n`)
    // Whoever needs it tries again, and says why it cannot be had.
    await goTool(tool, onBuild).catch(() => undefined)
  }
}
