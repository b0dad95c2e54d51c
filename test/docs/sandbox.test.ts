import { expect, test } from 'vitest'
import { readContent } from '../../src/sandbox/content/read.ts'
import { switches, switchNames } from '../../src/sandbox/embed/switches.ts'
import { sandboxApp } from '../../src/sandbox/http/app.ts'
import type { Bundle } from '../../src/sandbox/http/bundle.ts'
import type { SandboxParts } from '../../src/sandbox/http/parts.ts'
import { pageAt, sectionOf } from './pages.ts'

const page = pageAt('docs/sandbox.md')
const nothing: Bundle = {
  files: new Map(),
  style: '',
  scripts: { connect: '', chart: '', trace: '', 'embed-chart': '', 'embed-dash': '' },
}

test('the page has every switch as it is, and no other', () => {
  const rows = sectionOf(page, 'Switches')
    .split('\n')
    .filter(line => line.startsWith('| `'))
  const expected = switchNames.map(name => {
    const { default: standard, says, source } = switches[name]
    const shown = String(standard) === '' ? 'none' : `\`${String(standard)}\``
    return `| \`${name}\` | ${shown} | ${says} | ${source} |`
  })
  expect(rows).toEqual(expected)
})

test('its content file is one', () => {
  const example = page.fences.find(({ info }) => info === 'yml')
  const { dashboards, datasets } = readContent(example?.text ?? '', 'docs/sandbox.md')
  expect([dashboards.length, datasets.length]).toEqual([1, 2])
})

test('its addresses are served', () => {
  const { routes } = sandboxApp({} as SandboxParts, nothing)
  const known = new Set(routes.map(({ path }) => path))
  const rows = sectionOf(page, 'What it serves')
    .split('\n')
    .filter(line => line.startsWith('| `'))
  const named = rows.flatMap(row =>
    [...(row.split(' | ')[0] ?? '').matchAll(/(\/[\w./:-]+)`/g)].map(match => match[1] ?? ''),
  )
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter(path => !known.has(path))).toEqual([])
})
