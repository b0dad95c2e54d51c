/**
 * Writes what is generated from src/api: crds/ and docs/reference.md. With --check it writes nothing and ends
 * with 1 if a file differs, naming it.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crdFiles } from '../src/api/crd-yaml.ts'
import { renderReference } from '../src/api/reference.ts'

const root = join(import.meta.dirname, '..')
const wanted = new Map([
  ...Object.entries(crdFiles()).map(([name, text]) => [join('crds', name), text] as const),
  [join('docs', 'reference.md'), renderReference()] as const,
])
const surplus = listed('crds').filter(path => !wanted.has(path))
const stale = [...wanted.keys()].filter(path => read(path) !== wanted.get(path))

if (process.argv.includes('--check')) check()
else write()

function check(): void {
  for (const path of stale) console.error(`${path} is not what src/api says: run npm run crds`)
  for (const path of surplus) console.error(`${path} is not generated any more: run npm run crds`)
  process.exitCode = stale.length + surplus.length === 0 ? 0 : 1
}

function write(): void {
  for (const path of surplus) rmSync(join(root, path))
  for (const path of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), wanted.get(path) ?? '')
    console.log(`wrote ${path}`)
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(join(root, folder)).map(name => join(folder, name))
  } catch {
    return []
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return undefined
  }
}
