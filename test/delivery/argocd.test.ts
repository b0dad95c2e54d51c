/**
 * What Argo CD is taught about our kinds, by its own tests: the files that it keeps beside each script, run in the Lua that
 * it runs them in.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { configMapPatch, customizations } from '../../scripts/argocd/files.ts'
import { group } from '../../src/api/definition/resource.ts'
import { kinds } from '../../src/api/kinds.ts'
import { manifestOf, root } from '../deploy/manifests.ts'
import { goTool } from './go-tool.ts'

interface HealthTests {
  readonly tests: readonly { readonly inputPath: string; readonly healthStatus: object }[]
}

interface ActionTests {
  readonly discoveryTests: readonly {
    readonly inputPath: string
    readonly result: readonly { readonly name: string; readonly disabled: boolean }[]
  }[]
  readonly actionTests: readonly {
    readonly action: string
    readonly inputPath: string
    readonly expectedOutputPath: string
  }[]
}

const { data } = manifestOf(configMapPatch) as unknown as { readonly data: Readonly<Record<string, string>> }

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

function textOf(kind: string, ...path: readonly string[]): string {
  return readFileSync(join(root, customizations, group, kind, ...path), 'utf8')
}

function objectOf(kind: string, ...path: readonly string[]): object {
  return parse(textOf(kind, ...path)) as object
}

describe.each(kinds.map(({ kind }) => kind))('%s', kind => {
  test('has the health that a person would see', () => {
    const { tests } = objectOf(kind, 'health_test.yaml') as HealthTests
    const objects = tests.map(({ inputPath }) => objectOf(kind, inputPath))
    expect(run(textOf(kind, 'health.lua'), objects)).toEqual(tests.map(({ healthStatus }) => healthStatus))
  })

  test('has the action resync, which changes one annotation', () => {
    const { discoveryTests, actionTests } = objectOf(kind, 'actions', 'action_test.yaml') as ActionTests
    for (const { inputPath, result } of discoveryTests) {
      const [found] = run(textOf(kind, 'actions/discovery.lua'), [objectOf(kind, 'actions', inputPath)])
      expect(found).toEqual(Object.fromEntries(result.map(({ name, ...said }) => [name, said])))
    }
    expect(actionTests.length).toBeGreaterThan(0)
    for (const { action, inputPath, expectedOutputPath } of actionTests) {
      const script = textOf(kind, 'actions', action, 'action.lua')
      const { metadata, ...rest } = objectOf(kind, 'actions', expectedOutputPath) as Annotated
      const annotations = { ...metadata.annotations, 'lenskeeper.dev/resync': expect.stringMatching(now) }
      const after = { ...rest, metadata: { ...metadata, annotations } }
      expect(run(script, [objectOf(kind, 'actions', inputPath)])).toEqual([after])
    }
    const [bare] = run(textOf(kind, 'actions/resync/action.lua'), [{ metadata: { name: 'a' } }])
    expect(bare).toMatchObject({ metadata: { annotations: { 'lenskeeper.dev/resync': expect.anything() } } })
  })

  test('is taught the same by the ConfigMap', () => {
    expect(data[`resource.customizations.health.${group}_${kind}`]).toBe(textOf(kind, 'health.lua'))
    expect(parse(data[`resource.customizations.actions.${group}_${kind}`] ?? '')).toEqual({
      'discovery.lua': textOf(kind, 'actions/discovery.lua'),
      definitions: [{ name: 'resync', 'action.lua': textOf(kind, 'actions/resync/action.lua') }],
    })
  })
})

interface Annotated {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> }
}

const now = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

describe('an Application, for which the wave after it waits', () => {
  const script = data['resource.customizations.health.argoproj.io_Application'] ?? ''
  const spec = { source: { targetRevision: 'v2' } }
  const child = (health: string, more: object = {}, revision = 'v2') => ({
    spec,
    status: {
      sync: { status: 'Synced', comparedTo: { source: { targetRevision: revision } } },
      health: { status: health },
      ...more,
    },
  })
  const outOfSync = {
    sync: { status: 'OutOfSync', comparedTo: { source: { targetRevision: 'v2' } } },
  }

  test.each([
    ['nobody has looked at', { spec }, 'Progressing'],
    ['was healthy at the revision before', child('Healthy', {}, 'v1'), 'Progressing'],
    ['is healthy, and not synced yet', child('Healthy', outOfSync), 'Progressing'],
    [
      'cannot be synced',
      child('Healthy', { ...outOfSync, operationState: { phase: 'Failed', message: 'no' } }),
      'Degraded',
    ],
    ['is worked on', child('Progressing'), 'Progressing'],
    ['lacks objects', child('Missing'), 'Missing'],
    ['is done', child('Healthy'), 'Healthy'],
    ['waits for a person', child('Suspended'), 'Healthy'],
    ['is broken', child('Degraded'), 'Degraded'],
    [
      'has several sources, and is done',
      {
        spec: { sources: [{ targetRevision: 'v2' }] },
        status: {
          sync: { status: 'Synced', comparedTo: { sources: [{ targetRevision: 'v2' }] } },
          health: { status: 'Healthy' },
        },
      },
      'Healthy',
    ],
  ])('that %s', (_, application, status) => {
    expect(run(script, [application])).toMatchObject([{ status }])
  })
})
