/** The modules of src/ as text and imports, for the tests that judge the structure. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../src', import.meta.url))

export interface Import {
  /** As written. */
  readonly specifier: string
  /** From src/, for a module of ours; undefined for a package. */
  readonly path: string | undefined
  readonly typeOnly: boolean
}

export interface Module {
  /** From src/, such as `partner-key/keys/plan.ts`. */
  readonly path: string
  /** The folder or file directly below src/. */
  readonly room: string
  /** Without comments. */
  readonly code: string
  readonly imports: readonly Import[]
}

export function roomOf(path: string): string {
  return path.split('/')[0] ?? path
}

export const modules: readonly Module[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .sort()
  .map(path => {
    const text = readFileSync(join(root, path), 'utf8')
    const code = text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/.*$/gm, '')
    return { path, room: roomOf(path), code, imports: importsOf(code, path) }
  })

const byPath: ReadonlyMap<string, Module> = new Map(modules.map(module => [module.path, module]))

export function moduleAt(path: string): Module {
  const module = byPath.get(path)
  if (module === undefined) throw new Error(`there is no module ${path}`)
  return module
}

/** Static and dynamic; `import type` and a braced list of nothing but `type` names count as types only. */
export function importsOf(code: string, from: string): Import[] {
  const found = code.matchAll(/^(?:import|export)\s+(type\s+)?(?:([^'"`;]*?)\sfrom\s+)?['"]([^'"]+)['"]/gm)
  const dynamic = code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)
  return [
    ...[...found].map(([, type, names = '', specifier = '']) =>
      describe(specifier, from, type !== undefined || onlyTypes(names)),
    ),
    ...[...dynamic].map(([, specifier = '']) => describe(specifier, from, false)),
  ]
}

function onlyTypes(names: string): boolean {
  const inside = /^\{(?<list>[^}]*)\}$/.exec(names.trim())?.groups?.['list']
  const listed = inside?.split(',').map(name => name.trim())
  return listed?.every(name => name === '' || name.startsWith('type ')) ?? false
}

function describe(specifier: string, from: string, typeOnly: boolean): Import {
  const ours = specifier.startsWith('.')
  const path = ours ? relative(root, resolve(root, dirname(from), specifier)) : undefined
  return { specifier, path, typeOnly }
}

/** A shortest circle of arrows, from a node back to itself; undefined when there is none. */
export function findCircle(arrows: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  let best: readonly string[] | undefined
  for (const start of arrows.keys()) {
    const circle = circleFrom(start, arrows)
    if (circle !== undefined && (best === undefined || circle.length < best.length)) best = circle
  }
  return best
}

function circleFrom(
  start: string,
  arrows: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (const node of queue) {
    for (const next of arrows.get(node) ?? []) {
      if (next === start) return pathTo(node, start, cameFrom)
      if (cameFrom.has(next)) continue
      cameFrom.set(next, node)
      queue.push(next)
    }
  }
  return undefined
}

function pathTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const path = [start]
  for (let at: string | undefined = end; at !== undefined && at !== start; at = cameFrom.get(at))
    path.unshift(at)
  return [start, ...path]
}
