import { globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { goTools } from './go-tool.ts'
import { toolsNeededBy } from './needed-tools.ts'

const folder = join(import.meta.dirname, '..')

test.each<[string, readonly string[]]>([
  ['delivery/workflows.test.ts', ['actionlint']],
  ['delivery/alerts.test.ts', ['promtool']],
  ['delivery/prometheus.test.ts', ['prometheus']],
  ['delivery/release.test.ts', ['helm']],
  ['delivery/recipes/sealed.test.ts', ['kubeseal']],
  ['integration/truth/truth.test.ts', ['kstatus']],
  ['integration/main-path.test.ts', []],
])('%s needs %j', (file, tools) => {
  expect(toolsNeededBy([join(folder, file)])).toEqual(tools)
})

test('each is needed by somebody', () => {
  const files = globSync(['delivery/**/*.test.ts', 'integration/**/*.test.ts'], { cwd: folder })
  expect(toolsNeededBy(files.map(file => join(folder, file)))).toEqual(goTools)
})
