// The program of a checkout on an older Node.
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
/** What an older Node says of itself. */
const older = `data:text/javascript,Object.defineProperty(process, 'versions', {value: {...process.versions, node: '20.1.0'}})`

function run(folder: string, ...args: readonly string[]) {
  const parameters = ['--import', older, join(folder, 'bin/lenskeeper.mjs'), ...args]
  return new Promise<{ code: number; output: string; complaints: string }>(resolve => {
    const child = execFile(process.execPath, parameters, (_, output, complaints) =>
      resolve({ code: child.exitCode ?? -1, output, complaints }),
    )
  })
}

test('hands over to the Node that npm installed beside it, exit code and all', async () => {
  expect(await run(root, '--version')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^lenskeeper \d/),
  })
  expect(await run(root, 'nothing')).toMatchObject({ code: 2, output: '' })
})

test('npm warns nobody of a Node that hands over, in the lock file as in the package', () => {
  const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Engines
  const { engines } = read('package.json')
  // What CONTRIBUTING.md and docs/kubectl-plugin.md ask for; setup.mjs takes it, too.
  expect(engines).toEqual({ node: '>=20' })
  expect(read('package-lock.json').packages?.['']?.engines).toEqual(engines)
})

interface Engines {
  readonly engines: { readonly node: string }
  readonly packages?: Readonly<Record<string, Pick<Engines, 'engines'>>>
}

test('says in one line what it needs where there is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lenskeeper-launcher-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  const { code, complaints } = await run(folder, '--version')
  expect(code).toBe(2)
  expect(complaints).toMatch(/^lenskeeper needs Node 24 or newer, and this is 20\.1\.0\. .*\n$/)
})
