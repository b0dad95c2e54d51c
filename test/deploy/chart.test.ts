// The chart without Helm: it is what its generator says, and the generator is strict. What Helm makes of it is in
// test/delivery/.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocument, type Document } from 'yaml'
import { describe, expect, test } from 'vitest'
import { readBase } from '../../scripts/kustomize/base.ts'
import { chartFiles, chartFolder, handwritten } from '../../scripts/chart/chart.ts'
import { renderTemplate, type Place } from '../../scripts/chart/template.ts'
import { manifestOf, root } from './manifests.ts'

const files = chartFiles(root)

describe('the chart', () => {
  test('is what deploy/ says: npm run crds', () => {
    for (const [path, text] of files) expect(readFileSync(join(root, path), 'utf8'), path).toBe(text)
    const there = readdirSync(join(root, chartFolder), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(root.length))
    expect(there.toSorted()).toEqual([...files.keys(), ...handwritten].toSorted())
  })

  test('has every object of the base but the namespace', () => {
    const base = ['deploy', 'deploy/crds', 'deploy/monitoring'].flatMap(folder => readBase(root, folder))
    const made = [...files.keys()].filter(path => path.includes('/templates/') && !path.includes('/watched/'))
    expect(made).toHaveLength(base.length - 1)
  })

  test('bears the version of the project', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly version: string
    }
    expect(manifestOf(join(chartFolder, 'Chart.yaml'))).toMatchObject({
      version,
      appVersion: version,
      kubeVersion: '>=1.32.0-0',
    })
  })

  test('has a closed schema', () => {
    const open: string[] = []
    const look = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return
      if (
        'properties' in schema &&
        !('additionalProperties' in schema && schema.additionalProperties === false)
      )
        open.push(path)
      for (const [key, inside] of Object.entries(schema)) look(inside, `${path}/${key}`)
    }
    const schema: unknown = JSON.parse(files.get(join(chartFolder, 'values.schema.json')) ?? '')
    look(schema, '')
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false })
    expect(open).toEqual([])
  })
})

describe('a template', () => {
  const render = (text: string, places: readonly Place[]): string =>
    renderTemplate(parseDocument(text) as Document, { places })

  test.each<[name: string, text: string, place: Place, rendered: string]>([
    ['a scalar', 'a: {b: 1} # why\n', { path: ['a', 'b'], is: '{{ $.x }}' }, 'a: {b: {{ $.x }}} # why\n'],
    [
      'a scalar of which the base’s words are not true',
      'a:\n  # Change me.\n  b: 1\n',
      { path: ['a', 'b'], is: '{{ $.x }}', unsaid: true },
      'a:\n  b: {{ $.x }}\n',
    ],
    [
      'all of a map',
      'a:\n  - c: 1\n    b:\n      d: 2\n',
      { path: ['a', 0, 'b'], holds: ['{{ $.x | nindent @2 }}'] },
      'a:\n  - c: 1\n    b:\n      {{ $.x | nindent 8 }}\n',
    ],
    [
      'more in a map',
      'a: {b: 1}\n',
      { path: ['a'], gets: ['{{ $.x | nindent @0 }}'] },
      'a:\n  b: 1\n  {{ $.x | nindent 2 }}\n',
    ],
    [
      'a map that is not there',
      'a: 1\n',
      { path: ['b', 'c'], gets: ['{{ $.x }}'] },
      'a: 1\nb:\n  c:\n    {{ $.x }}\n',
    ],
    ['more in a list', 'a: [b]\n', { path: ['a'], gets: ['- {{ $.x }}'] }, 'a:\n  - b\n  - {{ $.x }}\n'],
  ])('has a place for %s', (_, text, place, rendered) => {
    expect(render(text, [place])).toBe(rendered)
  })

  test('leaves what looks like an expression as the text that it is', () => {
    expect(render('a: "{{ $labels.x }} of {{ $value }}"\n', [])).toBe(
      'a: "{{ "{{" }} $labels.x }} of {{ "{{" }} $value }}"\n',
    )
  })
})
