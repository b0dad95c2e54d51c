/** What a machine can judge of the structure. How long a file may be is for people to judge. */
import { describe, expect, test } from 'vitest'
import { findCircle, importsOf, moduleAt, modules, roomOf, type Module } from './structure/modules.ts'

/** Folder or file directly below src/ -> layer. A module may import from lower layers and from its own folder. */
const layers: Readonly<Record<string, number>> = {
  core: 0,
  embed: 0,
  api: 1,
  telemetry: 1,
  yaml: 1,
  runtime: 2,
  kube: 2,
  clickhouse: 2,
  token: 2,
  tenancy: 2,
  monitoring: 2,
  'published-secret': 3,
  'clickhouse-connection': 4,
  'partner-key': 4,
  'connector-tenant': 4,
  'secure-embed': 4,
  dev: 4,
  sandbox: 4,
  config: 5,
  operator: 6,
  cli: 7,
  'main.ts': 8,
}

/** kube implements runtime's port, so it knows the port's types. */
const typeOnlyExceptions = new Set(['kube -> runtime'])

const controllers = ['clickhouse-connection', 'partner-key', 'connector-tenant', 'secure-embed']

/** These import nothing outside themselves, packages included; Node's own modules they may. */
const islands = new Set(['core', 'embed'])

/** The one look at what lies outside src/. */
const versionHome = 'core/version.ts -> ../package.json'

/** Every package that src/ may import, with the one folder that may know it. */
const packageHomes: Readonly<Record<string, string>> = {
  '@kubernetes/client-node': 'kube',
  undici: 'kube',
  pino: 'telemetry',
  'prom-client': 'telemetry',
  chdb: 'dev',
  '@marcbachmann/cel-js': 'cli',
  yaml: 'api, cli, kube, monitoring, sandbox, yaml',
  zod: 'cli, sandbox',
  hono: 'sandbox',
  'chart.js': 'sandbox',
  esbuild: 'sandbox',
  '@hono/node-server': 'sandbox',
}

describe('rooms', () => {
  test('every module has a layer, and every layer a module', () => {
    expect(modules.length).toBeGreaterThan(100)
    expect([...new Set(modules.map(({ room }) => room))].sort()).toEqual(Object.keys(layers).sort())
  })

  test('imports point to lower layers or into the own folder', () => {
    const wrong = modules.flatMap(module =>
      module.imports
        .filter(one => one.path !== undefined && !mayImport(module, one.path, one.typeOnly))
        .map(({ path }) => `${module.path} -> ${path}`)
        .filter(wrong => wrong !== versionHome),
    )
    expect(wrong).toEqual([])
  })

  test('islands import nothing outside themselves', () => {
    const wrong = modules
      .filter(({ room }) => islands.has(room))
      .flatMap(({ path: from, room, imports }) =>
        imports
          .filter(({ path, specifier }) =>
            path === undefined ? !specifier.startsWith('node:') : roomOf(path) !== room,
          )
          .filter(({ path }) => `${from} -> ${path}` !== versionHome)
          .map(({ specifier }) => `${from} -> ${specifier}`),
      )
    expect(wrong).toEqual([])
  })

  test('each package is known to its home only', () => {
    const wrong = modules.flatMap(({ path, room, imports }) =>
      imports
        .filter(one => one.path === undefined && !one.specifier.startsWith('node:'))
        .filter(({ specifier }) => !(packageHomes[packageOf(specifier)] ?? '').split(', ').includes(room))
        .map(({ specifier }) => `${path} -> ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  test('every controller has the same five files', () => {
    for (const folder of controllers)
      for (const file of ['observe', 'plan', 'apply', 'status', 'controller'])
        expect(modules.map(({ path }) => path)).toContain(`${folder}/${file}.ts`)
  })
})

describe('circles', () => {
  test('no module leads back to itself, types included', () => {
    expect(findCircle(arrowsBetween(({ path }) => path))).toBeUndefined()
  })

  // A sub-folder that needs what its room composes of it, or two that need each other, do not own their slice.
  test.each([...new Set(modules.map(({ room }) => room))])(
    'no sub-folder of %s leads back to itself',
    room => {
      const inRoom = ({ path }: { path: string }): string | undefined =>
        roomOf(path) === room ? path.split('/').slice(0, 2).join('/') : undefined
      expect(findCircle(arrowsBetween(inRoom))).toBeUndefined()
    },
  )

  test('a circle would be found', () => {
    const arrows = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c', 'd'])],
      ['c', new Set(['d'])],
      ['d', new Set(['b'])],
    ])
    expect(findCircle(arrows)).toEqual(['b', 'd', 'b'])
    arrows.delete('d')
    expect(findCircle(arrows)).toBeUndefined()
  })
})

describe('purity', () => {
  const sins: Readonly<Record<string, RegExp>> = {
    async: /\basync\b|\bawait\b|\bPromise\b/,
    'a clock': /\bclock\b|\bClock\b|Date\.now|new Date\(\)|performance\.now|setTimeout|setInterval/,
    randomness: /Math\.random|randomBytes|randomUUID/,
    'the process': /\bprocess\.|console\./,
  }
  // Hashing is arithmetic, whoever implements it; node:util names the method by which Redacted hides its value.
  const innocent = new Set(['node:crypto', 'node:util'])

  function sinsOf({ code, imports }: Module): string[] {
    const own = Object.keys(sins).filter(name => sins[name]?.test(code) === true)
    const effects = imports.filter(
      ({ path, specifier, typeOnly }) => path === undefined && !typeOnly && !innocent.has(specifier),
    )
    return [...own, ...effects.map(({ specifier }) => specifier)]
  }

  /** By what a module gives, not by its name alone: a decision is a decision wherever it stands. */
  function decides({ path, room, code }: Module): boolean {
    if (room === 'tenancy') return true
    if (room === 'runtime') return /^runtime\/leadership\/(election|lease|rules)\.ts$/.test(path)
    if (room === 'embed') return /^embed\/browser\/(answer|model|settle|status|step)\.ts$/.test(path)
    if (path.startsWith('sandbox/pages/')) return /\/(address|failure|pasted|series|token)\.ts$/.test(path)
    if (room === 'sandbox')
      return /^sandbox\/(embed\/.*|connector\/advice|data\/(question|sql|user))\.ts$/.test(path)
    if (![...controllers, 'published-secret'].includes(room)) return false
    return (
      /(^|[/-])(plan|status|describe|steps|observed|translate|objections)\.ts$/.test(path) ||
      /^export function (plan|decide|judge|claim|statusOf|tally|describe)[A-Z(]/m.test(code)
    )
  }

  const pure = modules.filter(decides)

  test('there are as many as one would expect', () => {
    expect(pure.length).toBeGreaterThan(40)
    for (const folder of controllers)
      expect(pure.map(({ path }) => path)).toEqual(
        expect.arrayContaining([`${folder}/plan.ts`, `${folder}/status.ts`]),
      )
  })

  test.each(pure.map(({ path }) => path))('%s and all that it calls', path => {
    const seen = new Set([path])
    for (const at of seen) {
      expect({ [at]: sinsOf(moduleAt(at)) }).toEqual({ [at]: [] })
      for (const one of moduleAt(at).imports) if (one.path !== undefined && !one.typeOnly) seen.add(one.path)
    }
  })

  test('the process is read in few places only', () => {
    const readers = modules
      .filter(({ room, code }) => room !== 'dev' && /\bprocess\.(env|argv|stdout|stdin|stderr)\b/.test(code))
      .map(({ path }) => path)
    expect(readers).toEqual(['cli/frame/terminal.ts', 'main.ts'])
  })
})

test('what a page loads asks nothing of Node', () => {
  const inBrowser = modules.filter(({ path }) => /^(embed\/browser|sandbox\/pages)\//.test(path))
  expect(inBrowser.length).toBeGreaterThan(40)
  const seen = new Set(inBrowser.map(({ path }) => path))
  for (const at of seen) {
    for (const { path, specifier, typeOnly } of moduleAt(at).imports) {
      if (typeOnly || specifier === 'chart.js') continue
      expect(path, `${at} -> ${specifier}`).toBeDefined()
      if (path !== undefined) seen.add(path)
    }
  }
})

test('imports are read in every form', () => {
  const code = [
    "import 'node:fs'",
    "import { a, type B } from '../x.ts'",
    "import { type C } from './y.ts'",
    "import type { D } from 'pino'",
    "export { e } from '../core/e.ts'",
    "const f = await import('./f.ts')",
    'import {\n  type G,\n  type H,\n} from "./g.ts"',
  ].join('\n')
  expect(importsOf(code, 'api/fields/z.ts')).toEqual([
    { specifier: 'node:fs', path: undefined, typeOnly: false },
    { specifier: '../x.ts', path: 'api/x.ts', typeOnly: false },
    { specifier: './y.ts', path: 'api/fields/y.ts', typeOnly: true },
    { specifier: 'pino', path: undefined, typeOnly: true },
    { specifier: '../core/e.ts', path: 'api/core/e.ts', typeOnly: false },
    { specifier: './g.ts', path: 'api/fields/g.ts', typeOnly: true },
    { specifier: './f.ts', path: 'api/fields/f.ts', typeOnly: false },
  ])
})

function mayImport(from: Module, path: string, typeOnly: boolean): boolean {
  const target = roomOf(path)
  if (target === from.room) return true
  if (typeOnly && typeOnlyExceptions.has(`${from.room} -> ${target}`)) return true
  return (layers[target] ?? Number.POSITIVE_INFINITY) < (layers[from.room] ?? -1)
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** From what modules are taken for to what they import are taken for; a module that is taken for nothing is left out. */
function arrowsBetween(nodeOf: (at: { path: string }) => string | undefined): Map<string, Set<string>> {
  const arrows = new Map<string, Set<string>>()
  for (const module of modules) {
    const from = nodeOf(module)
    if (from === undefined) continue
    for (const { path } of module.imports) {
      const to = path === undefined ? undefined : nodeOf({ path })
      if (to === undefined || to === from) continue
      arrows.set(from, (arrows.get(from) ?? new Set()).add(to))
    }
  }
  return arrows
}
