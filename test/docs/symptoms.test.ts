// The commands of docs/symptoms.md name what the samples make, where they make it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { KubeObject } from '../../src/api/object.ts'
import { files, pageAt, root } from './pages.ts'

const samples = files('deploy/samples', '.yaml')
  .filter(path => !path.endsWith('kustomization.yaml'))
  .flatMap(path => parseAllDocuments(readFileSync(join(root, path), 'utf8')))
  .map(document => document.toJS() as KubeObject)
  .filter(({ kind }) => kind !== 'Namespace')

const placeOf = new Map(
  samples.flatMap(({ kind, metadata: { name, namespace } }) => [
    [name, namespace] as const,
    ...(kind === 'SecureEmbed' ? [[`${name}-embed`, namespace] as const] : []),
  ]),
)

test('symptoms name the objects of the samples, each in its namespace', () => {
  const lines = pageAt('docs/symptoms.md').fences.flatMap(({ text }) => text.split('\n'))
  const named = lines.flatMap(line => {
    const command = line.replace(/ # .*/, '')
    const namespace = /(?:-n|--ledger) ([a-z-]+)/.exec(command)?.[1]
    const words = command.split(/[\s/=]+/).filter(word => placeOf.has(word))
    return words.map(word => ({ word, namespace }))
  })
  expect(new Set(named.map(({ word }) => word))).toEqual(
    new Set(['client-1234383', 'acme', 'default', 'lobby', 'lobby-embed']),
  )
  expect(named.filter(({ word, namespace }) => placeOf.get(word) !== namespace)).toEqual([])
})
