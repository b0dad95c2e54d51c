// @lenskeeper/embed as a partner gets it: built, packed, installed, and used on each Node that it is for.
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { importSPKI, jwtVerify } from 'jose'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { embedder } from '../../../src/embed/embedder.ts'
import { embedVectors } from '../../vectors/embed-vectors.ts'
import { nodeOf, nodeVersions } from './node-versions.ts'
import { packAndInstall, root, type Packed } from './packed.ts'

const require = createRequire(import.meta.url)
const run = promisify(execFile)
// The first time, a Node is fetched. Later on it takes some ten seconds, and longer on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })
let packed: Packed

beforeAll(async () => {
  packed = await packAndInstall()
})

afterAll(() => packed[Symbol.asyncDispose]())

async function textOf(path: string): Promise<string> {
  return readFile(join(packed.built, path), 'utf8')
}

describe('what is packed', () => {
  test('is modules, their declarations, and three files about them', () => {
    const others = packed.files.filter(path => !/^[a-z/.-]+(\.js|\.d\.ts)$/.test(path))
    expect(others).toEqual(['LICENSE', 'README.md', 'package.json'])
    expect(packed.files).toEqual(expect.arrayContaining(['index.js', 'index.d.ts', 'browser/index.js']))
    expect(packed.files.filter(path => /test|vectors/.test(path))).toEqual([])
  })

  test('needs nothing else, and has the version of the operator', async () => {
    const manifest = JSON.parse(await textOf('package.json')) as Record<string, unknown>
    const operator = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<string, unknown>
    expect(Object.keys(manifest).filter(name => /dependencies|scripts|bin/i.test(name))).toEqual([])
    expect(manifest['version']).toBe(operator['version'])
    expect(manifest['license']).toBe(operator['license'])
  })

  test('leads from file to file within itself, or to Node', async () => {
    const strays: string[] = []
    for (const path of packed.files.filter(path => /\.(js|d\.ts)$/.test(path))) {
      const text = await textOf(path)
      const specifiers = [...text.matchAll(/(?:from |import\()["']([^"']+)["']/g)].map(
        found => found[1] ?? '',
      )
      for (const specifier of specifiers) {
        const inside = join(path, '..', specifier)
        const isThere =
          specifier.startsWith('.') && specifier.endsWith('.js') && packed.files.includes(inside)
        if (!isThere && !specifier.startsWith('node:')) strays.push(`${path} -> ${specifier}`)
      }
    }
    expect(strays).toEqual([])
  })

  test('is good in the eyes of publint', async () => {
    expect((await publint({ pkgDir: packed.built, strict: true })).messages).toEqual([])
  })

  test('has types for every way to import it', async () => {
    const attw = require.resolve('@arethetypeswrong/cli/package.json')
    const args = [join(attw, '../dist/index.js'), packed.tarball, '--profile', 'esm-only', '--format', 'json']
    const { stdout } = await run(process.execPath, args)
    const { analysis } = JSON.parse(stdout) as { analysis: { entrypoints: object } }
    expect(Object.keys(analysis.entrypoints)).toEqual(
      expect.arrayContaining(['.', './browser', './browser/lens-embed.min.js']),
    )
  })
})

describe('a program', () => {
  let files: readonly string[]

  beforeAll(async () => {
    const { privatePem, publicPem } = embedVectors.key
    const embed = {
      platform: 'Yandex',
      kind: 'Dashboard',
      embedId: 'pgx4ekt5dj3u1',
      key: privatePem,
    } as const
    const { token, url } = await embedder(embed).sign()
    const secret = join(packed.consumer, 'secret')
    await mkdir(secret)
    files = [join(packed.consumer, 'key.pem'), join(packed.consumer, 'public.pem'), secret]
    await writeFile(files[0] ?? '', privatePem)
    await writeFile(files[1] ?? '', publicPem)
    await writeFile(join(secret, 'token'), token)
    await writeFile(join(secret, 'url'), url)
  })

  test.each(nodeVersions)('on Node %s', async version => {
    const { stdout, stderr } = await run(await nodeOf(version), ['use.mjs', ...files], {
      cwd: packed.consumer,
    })
    expect(stderr).toBe('')
    const said = JSON.parse(stdout) as { version: string; tokens: readonly string[] }
    expect(said.version).toBe(version)
    const publicKey = await importSPKI(embedVectors.key.publicPem, 'PS256')
    const payloads = await Promise.all(
      said.tokens.map(async token => (await jwtVerify(token, publicKey, { algorithms: ['PS256'] })).payload),
    )
    expect(payloads.map(({ params }) => params)).toEqual([
      { tenant: 'acme' },
      { tenant: 'globex' },
      { tenant: 'initech' },
      undefined,
    ])
  })
})

describe('a program in TypeScript, strict', () => {
  const server = { types: ['node'], lib: ['es2022'] }
  const page = { types: [], lib: ['es2022', 'dom', 'dom.iterable'] }

  test.each<[string, readonly string[], object]>([
    ['a server, nodenext', ['server.ts'], { ...server, module: 'nodenext' }],
    ['a server, bundler', ['server.ts'], { ...server, module: 'preserve', moduleResolution: 'bundler' }],
    ['a page, nodenext', ['page.ts'], { ...page, module: 'nodenext' }],
    ['a page, bundler', ['page.ts'], { ...page, module: 'preserve', moduleResolution: 'bundler' }],
    [
      'both at once, as in Next.js',
      ['server.ts', 'page.ts'],
      { types: ['node'], lib: page.lib, module: 'preserve', moduleResolution: 'bundler' },
    ],
  ])('%s', async (name, files, compilerOptions) => {
    const project = join(packed.consumer, `tsconfig.${name.replaceAll(/\W+/g, '-')}.json`)
    await writeFile(project, JSON.stringify({ extends: './tsconfig.json', compilerOptions, files }))
    await expect(compile(project)).resolves.toBe('')
  })

  test('the examples of the README', async () => {
    const folder = join(packed.consumer, 'readme')
    await mkdir(folder)
    const found = [...(await textOf('README.md')).matchAll(/^```ts\n\/\/ (\S+)\n([^]*?)^```$/gm)]
    expect(found.length).toBeGreaterThan(8)
    for (const [, name = '', code = ''] of found) await writeFile(join(folder, name), code)
    for (const name of ['session.ts', 'frameworks.d.ts'])
      await cp(join(packed.consumer, name), join(folder, name))
    for (const name of ['hono', 'fastify'])
      await symlink(join(root, 'node_modules', name), join(packed.consumer, 'node_modules', name))
    const project = join(packed.consumer, 'tsconfig.readme.json')
    const compilerOptions = { types: ['node'], lib: page.lib, module: 'nodenext', skipLibCheck: true }
    await writeFile(
      project,
      JSON.stringify({ extends: './tsconfig.json', compilerOptions, include: ['readme'] }),
    )
    await expect(compile(project)).resolves.toBe('')
  })

  test('a mistake would be found', async () => {
    const project = join(packed.consumer, 'tsconfig.mistake.json')
    const mistake = join(packed.consumer, 'mistake.ts')
    await writeFile(
      mistake,
      "import { sign } from '@lenskeeper/embed'\n// @ts-expect-error\nexport const fine = 1\n",
    )
    const compilerOptions = { ...server, module: 'nodenext' }
    await writeFile(
      project,
      JSON.stringify({ extends: './tsconfig.json', compilerOptions, files: [mistake] }),
    )
    expect(await compile(project)).toMatch(/TS2305[^]*TS2578/)
  })

  /** What the compiler says. */
  async function compile(project: string): Promise<string> {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    return run(process.execPath, [tsc, '-p', project]).then(
      ({ stdout }) => stdout,
      (error: { readonly stdout: string }) => error.stdout,
    )
  }
})
