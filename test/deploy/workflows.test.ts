// What the workflows run is what it was when it was written down. Whether they are well-formed is said in
// test/delivery/.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import manifest from '../../package.json' with { type: 'json' }
import { join } from 'node:path'
import { suite } from '../kind/suite.ts'
import { root, yamlFiles } from './manifests.ts'

const files = yamlFiles('.github/workflows')
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')

describe.each(files)('%s', path => {
  const text = textOf(path)
  const workflow = parse(text) as {
    readonly permissions: unknown
    readonly jobs: Readonly<Record<string, { readonly 'timeout-minutes': unknown }>>
  }

  test('names each action by its commit, and says which version that is', () => {
    const used = [...text.matchAll(/uses: (.*)$/gm)].map(([, action]) => action)
    expect(used.length).toBeGreaterThan(0)
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test('may read by default, and ends by itself', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeTypeOf('number')
  })

  test('puts nothing that strangers write into a script', () => {
    const scripts = [...text.matchAll(/run: (?:\|\n((?: {10}.*\n|\n)+)|(.*)\n)/g)].map(
      ([, long, short]) => long ?? short,
    )
    expect(scripts.length).toBeGreaterThan(0)
    for (const script of scripts) expect(script).not.toContain('${{')
  })
})

test('they use the versions that are tested here', () => {
  const all = files.map(textOf).join('')
  for (const [, version] of all.matchAll(/node-version: (\S+)/g))
    expect(version).toBe(manifest.devDependencies.node)
  // Those of test/delivery have their versions there.
  expect(all).not.toMatch(/sigs\.k8s\.io\/kind|helm\.sh\/helm/)
})

test('what they run by name are scripts of the project', () => {
  for (const path of files)
    for (const [, name] of textOf(path).matchAll(/npm run ([\w:]+)|'(verify:\w+)'/g))
      if (name !== undefined) expect(Object.keys(manifest.scripts)).toContain(name)
})

test('whatever the image on kind or its suite is made of has both tried again before it is merged', () => {
  const { on } = parse(textOf('.github/workflows/e2e.yml')) as {
    readonly on: { readonly pull_request: { readonly paths: readonly string[] } }
  }
  const { paths } = on.pull_request
  const copied = [...textOf('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
    ([, sources = '']) => sources.split(' '),
  )
  expect(copied).toContain('src')
  const suites = suite.map(path => `test/integration/${path}`)
  const tools = ['kind', 'helm'].map(name => `test/delivery/${name}`)
  const made = [
    'Dockerfile',
    '.dockerignore',
    ...copied,
    'crds',
    'deploy',
    'test/kind',
    'test/cluster',
    ...tools,
  ]
  const uncovered = [...made, ...suites, 'scripts/setup.mjs', 'vitest.config.ts'].filter(
    path => !paths.some(pattern => pattern === path || `${path}/`.startsWith(pattern.replace('**', ''))),
  )
  expect(uncovered).toEqual([])
})
