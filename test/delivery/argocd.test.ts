/** Argo CD's health checks and actions, in the Lua that it runs them in. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { kinds } from '../../src/api/kinds.ts'
import { manifestOf } from '../deploy/manifests.ts'
import { healthCases } from '../examples/health-cases.ts'
import { goTool } from './go-tool.ts'

const { data } = manifestOf('examples/gitops/argocd/health.yaml') as unknown as {
  readonly data: Readonly<Record<string, string>>
}

let lua: string
let folder: string
beforeAll(async () => {
  lua = await goTool('lua')
  folder = mkdtempSync(join(tmpdir(), 'lenskeeper-lua-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(script: string, objects: readonly object[]): readonly unknown[] {
  const path = join(folder, 'script.lua')
  writeFileSync(path, script)
  const input = objects.map(object => `${JSON.stringify(object)}\n`).join('')
  const { status, stdout, stderr } = spawnSync(lua, [path], { input, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
}

describe.each(kinds.map(({ kind }) => kind))('%s', kind => {
  test('has the health that a person would see', () => {
    const script = data[`resource.customizations.health.lenskeeper.dev_${kind}`] ?? ''
    const found = run(
      script,
      healthCases.map(({ object }) => object),
    )
    const statuses = found.map(answer => (answer as { readonly status: string }).status)
    expect(healthCases.map(({ what }, at) => [what, statuses[at]])).toEqual(
      healthCases.map(({ what, argo }) => [what, argo]),
    )
  })

  test('has the action resync, which changes one annotation', () => {
    const actions = parse(data[`resource.customizations.actions.lenskeeper.dev_${kind}`] ?? '') as {
      readonly 'discovery.lua': string
      readonly definitions: readonly { readonly name: string; readonly 'action.lua': string }[]
    }
    expect(run(actions['discovery.lua'], [{}])).toEqual([{ resync: { disabled: false } }])
    const [resync] = actions.definitions
    expect(resync?.name).toBe('resync')
    const bare = { metadata: { name: 'a' } }
    const noted = { metadata: { name: 'a', annotations: { note: 'mine' } } }
    const stamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(run(resync?.['action.lua'] ?? '', [bare, noted])).toEqual([
      { metadata: { name: 'a', annotations: { 'lenskeeper.dev/resync': stamp } } },
      { metadata: { name: 'a', annotations: { note: 'mine', 'lenskeeper.dev/resync': stamp } } },
    ])
  })
})
