import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../src', import.meta.url))

/** Folder or file directly below src/ -> layer. A module may import from lower layers and from its own folder. */
const layers: Readonly<Record<string, number>> = {
  core: 0,
  api: 1,
  telemetry: 1,
  runtime: 2,
  kube: 2,
  clickhouse: 2,
  token: 2,
  tenancy: 2,
  'published-secret': 2.5,
  'clickhouse-connection': 3,
  'partner-key': 3,
  'connector-tenant': 3,
  dev: 3,
  sandbox: 3,
  config: 4,
  'operator.ts': 4,
  operator: 4,
  cli: 5,
  'main.ts': 6,
}

/** kube implements runtime's port (types only), and token and clickhouse speak tenancy's plain words. */
const typeOnlyExceptions = new Set(['kube -> runtime'])

/** Heavy or dangerous packages and the one folder that may know them. */
const packageHomes: Readonly<Record<string, string>> = {
  '@kubernetes/client-node': 'kube',
  undici: 'kube',
  '@clickhouse/client': 'clickhouse',
  // An implementation that shares nothing with ours, to check it by.
  'node-forge': 'tests only',
  pino: 'telemetry',
  'prom-client': 'telemetry',
  chdb: 'dev',
  '@marcbachmann/cel-js': 'cli',
}

interface Import {
  readonly specifier: string
  readonly typeOnly: boolean
}

interface Module {
  readonly path: string
  readonly unit: string
  readonly text: string
  readonly imports: readonly Import[]
}

function importsOf(text: string): Import[] {
  const found = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm)
  const dynamic = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)
  return [
    ...[...found].map(match => ({ specifier: match[2] ?? '', typeOnly: match[1] !== undefined })),
    ...[...dynamic].map(match => ({ specifier: match[1] ?? '', typeOnly: false })),
  ]
}

function unitOf(path: string): string {
  return path.split('/')[0] ?? path
}

const modules: readonly Module[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(path => {
    const text = readFileSync(join(root, path), 'utf8')
    return { path, unit: unitOf(path), text, imports: importsOf(text) }
  })

function internalTargets(module: Module): { path: string; typeOnly: boolean }[] {
  return module.imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier, typeOnly }) => ({
      path: relative(root, resolve(root, dirname(module.path), specifier)),
      typeOnly,
    }))
}

describe('architecture', () => {
  test('every module has a layer', () => {
    expect(modules.length).toBeGreaterThan(10)
    expect(modules.filter(({ unit }) => layers[unit] === undefined).map(({ path }) => path)).toEqual([])
  })

  test('imports point to lower layers or into the own folder', () => {
    const wrong: string[] = []
    for (const module of modules) {
      for (const { path, typeOnly } of internalTargets(module)) {
        const target = unitOf(path)
        if (target === module.unit) continue
        if (typeOnly && typeOnlyExceptions.has(`${module.unit} -> ${target}`)) continue
        const from = layers[module.unit] ?? -1
        const to = layers[target] ?? Number.POSITIVE_INFINITY
        if (to >= from && !(from === 4 && to === 4)) wrong.push(`${module.path} -> ${path}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('each heavy package is known to one folder only', () => {
    const wrong = modules.flatMap(({ path, unit, imports }) =>
      imports
        .filter(({ specifier }) => {
          const home = packageHomes[specifier]
          return home !== undefined && home !== unit
        })
        .map(({ specifier }) => `${path} -> ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  test('planners and status writers are pure', () => {
    const pure = modules.filter(({ path }) =>
      /^(clickhouse-connection|partner-key|connector-tenant)\/([a-z-]+\/)?([a-z-]+-)?(plan|status)\.ts$/.test(
        path,
      ),
    )
    const wrong = pure.flatMap(({ path, text }) => {
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      const sins = [
        /\basync\b/,
        /\bawait\b/,
        /['"]node:/,
        /\bclock\b/i,
        /Date\.now|new Date\(\)/,
        /Math\.random/,
      ]
      return sins.filter(sin => sin.test(code)).map(sin => `${path}: ${sin}`)
    })
    expect(wrong).toEqual([])
  })

  test('every controller has the same five files', () => {
    for (const folder of ['clickhouse-connection', 'partner-key', 'connector-tenant']) {
      const files = modules
        .filter(({ unit }) => unit === folder)
        .map(({ path }) => path.slice(folder.length + 1))
      expect(files, folder).toEqual(
        expect.arrayContaining(['observe.ts', 'plan.ts', 'apply.ts', 'status.ts', 'controller.ts']),
      )
    }
  })

  test('files stay small enough to read in one go', () => {
    const long = modules
      .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
      .filter(({ lines }) => lines > 260)
    expect(long).toEqual([])
  })
})
