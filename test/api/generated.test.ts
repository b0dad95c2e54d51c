import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { crdFiles } from '../../src/api/definition/crd-yaml.ts'
import type { JsonSchema } from '../../src/api/definition/json-schema.ts'
import { kinds } from '../../src/api/kinds.ts'
import { renderReference } from '../../src/api/definition/reference.ts'

const root = join(import.meta.dirname, '..', '..')

describe('generated files', () => {
  it.each(Object.entries(crdFiles(kinds)))('crds/%s is fresh (else: npm run crds)', (name, text) => {
    expect(readFileSync(join(root, 'crds', name), 'utf8')).toBe(text)
  })

  it('crds/ holds nothing else', () => {
    expect(readdirSync(join(root, 'crds')).sort()).toEqual(Object.keys(crdFiles(kinds)).sort())
  })

  it('docs/reference.md is fresh (else: npm run crds)', () => {
    expect(readFileSync(join(root, 'docs', 'reference.md'), 'utf8')).toBe(renderReference(kinds))
  })

  it('the reference has a row for every field', () => {
    const page = renderReference(kinds)
    for (const { path } of kinds.flatMap(({ schema }) => [...fieldsOf(schema)])) {
      if (/matchLabels|matchExpressions/.test(path)) continue
      const field = path.replace(/^\.(spec|status)\.?/, '')
      if (/^\.(apiVersion|kind|metadata)$/.test(path) || field === '' || field.endsWith('[]')) continue
      expect(page).toContain(`| \`${field}\` |`)
    }
  })
})

describe.each(kinds)('$kind', resource => {
  const fields = [...fieldsOf(resource.schema)].filter(
    ({ path }) => !/^\.(apiVersion|kind|metadata)$/.test(path),
  )

  it('describes every field for kubectl explain', () => {
    const silent = fields
      .filter(({ schema }) => (schema.description ?? '').length < 5)
      .map(({ path }) => path)
    expect(silent).toEqual([])
  })

  it('bounds whatever people may write, which keeps the price of its rules bounded too', () => {
    const unbounded = fields.filter(({ path, schema }) => path.startsWith('.spec') && !isBounded(schema))
    expect(unbounded.map(({ path }) => path)).toEqual([])
  })

  it('is kept by Argo CD, Helm and Flux, as a pruned CRD takes every object along', () => {
    const crd: unknown = parse(crdFiles(kinds)[`${resource.plural}.yaml`] ?? '')
    expect(crd).toMatchObject({
      metadata: {
        name: `${resource.plural}.lenskeeper.dev`,
        annotations: {
          'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
          'helm.sh/resource-policy': 'keep',
          'kustomize.toolkit.fluxcd.io/prune': 'disabled',
        },
      },
    })
  })
})

interface Field {
  readonly path: string
  readonly schema: JsonSchema
}

function* fieldsOf(schema: JsonSchema, path = ''): Generator<Field> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    yield { path: `${path}.${name}`, schema: field }
    yield* fieldsOf(field, `${path}.${name}`)
  }
  for (const inner of [schema.items, schema.additionalProperties]) {
    if (inner === undefined) continue
    yield { path: `${path}[]`, schema: inner }
    yield* fieldsOf(inner, `${path}[]`)
  }
}

function isBounded(schema: JsonSchema): boolean {
  if (schema.type === 'string') return schema.maxLength !== undefined || schema.enum !== undefined
  if (schema.type === 'array') return schema.maxItems !== undefined
  if (schema.type === 'integer') return schema.minimum !== undefined && schema.maximum !== undefined
  return schema.additionalProperties === undefined || schema.maxProperties !== undefined
}
