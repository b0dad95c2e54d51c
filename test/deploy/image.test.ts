// There may be no Docker where tests run, so the Dockerfile's steps are taken one by one: the build context as
// .dockerignore leaves it, the bundle made from that, and the program run as the image runs it.
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manifestOf, root } from './manifests.ts'

const run = promisify(execFile)
const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8')
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  readonly version: string
  readonly description: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** The .dockerignore here leaves everything out and names what goes in, and then what of that does not. */
async function ignoreRules() {
  const lines = (await readFile(join(root, '.dockerignore'), 'utf8')).split('\n')
  const rules = lines.filter(line => line !== '' && !line.startsWith('#'))
  expect(rules[0]).toBe('*')
  return {
    included: rules.filter(rule => rule.startsWith('!')).map(rule => rule.slice(1)),
    excluded: rules.slice(1).filter(rule => !rule.startsWith('!')),
  }
}

const ofSandbox = new Set(['@fontsource-variable/inter', '@hono/node-server', 'chart.js', 'esbuild', 'hono'])

describe('the Dockerfile', () => {
  test('uses the Node that tests run on', () => {
    const [, version] = /^ARG NODE_VERSION=(\S+)$/m.exec(dockerfile) ?? []
    expect(version).toBe(manifest.devDependencies['node'])
    expect(`v${version}`).toBe(process.version)
  })

  test('runs as nobody in particular, by number: else runAsNonRoot of the Deployment lets no Pod start', () => {
    const [, user, group] = /^USER (\d+):(\d+)$/m.exec(dockerfile) ?? []
    expect([Number(user), Number(group)]).toEqual([65_532, 65_532])
  })

  test('names the version of the package, as the Deployment does', () => {
    expect(dockerfile).toContain(`org.opencontainers.image.version="${manifest.version}"`)
    expect(manifestOf('deploy/workload/deployment.yaml')).toMatchObject({
      spec: { template: { spec: { containers: [{ image: `lenskeeper:${manifest.version}` }] } } },
    })
  })

  test('says where it comes from, and what it stands on', () => {
    const [base = ''] = [...dockerfile.matchAll(/^FROM (\S+)$/gm)].map(([, image]) => image)
    expect(dockerfile).toMatch(/^ARG RUNTIME_BASE=\S+:\S+$/m)
    const labels = Object.fromEntries(
      [...dockerfile.matchAll(/org\.opencontainers\.image\.([\w.]+)="([^"]*)"/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    )
    expect(labels).toMatchObject({
      title: 'Lenskeeper',
      licenses: manifest.license,
      revision: '${REVISION}',
      source: '${SOURCE}',
      'base.name': base,
    })
    expect(labels['description']).toBe(manifest.description)
  })

  test('copies nothing that .dockerignore keeps back', async () => {
    const { included } = await ignoreRules()
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
      sources.split(' '),
    )
    expect(copied.toSorted()).toEqual(included.toSorted())
  })
})

describe('the image’s program', () => {
  let folder = ''
  let program = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lenskeeper-image-'))
    const { included, excluded } = await ignoreRules()
    const ignored = new Set(excluded.map(path => join(root, path)))
    for (const path of included)
      await cp(join(root, path), join(folder, 'build', path), {
        recursive: true,
        filter: source => !ignored.has(source),
      })
    await symlink(join(root, 'node_modules'), join(folder, 'build/node_modules'))
    const bundle = ['scripts/bundle.mjs', `--shebang=${process.execPath}`, `--outdir=${folder}/app`]
    await run(process.execPath, bundle, { cwd: join(folder, 'build') })
    await rm(join(folder, 'build'), { recursive: true })
    await mkdir(join(folder, 'bin'))
    program = join(folder, 'bin/lenskeeper')
    await symlink('../app/lenskeeper.mjs', program)
  }, 120_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** Without anything that the image does not have: no PATH, no node_modules, an empty home. */
  async function lenskeeper(...args: readonly string[]) {
    const options = { cwd: folder, env: {} }
    const answer = run(program, args, options).then(
      output => ({ code: 0, ...output }),
      (error: unknown) =>
        error as { readonly code: unknown; readonly stdout: string; readonly stderr: string },
    )
    const { code, stdout, stderr } = await answer
    return { code, stdout, stderr }
  }

  test('is called lenskeeper and starts without node_modules', async () => {
    const { code, stdout, stderr } = await lenskeeper('--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('Usage: lenskeeper COMMAND')
  })

  test.each(['run', 'verify', 'crds'])('has the command %s', async name => {
    const { code, stdout, stderr } = await lenskeeper(name, '--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Usage: lenskeeper ${name}`)
  })

  test('prints the CRDs that deploy/ installs', async () => {
    const { stdout } = await lenskeeper('crds')
    expect(stdout).toContain(await readFile(join(root, 'crds/partnerkeys.yaml'), 'utf8'))
  })

  test('names what is wrong with its configuration in one line', async () => {
    const { code, stderr } = await lenskeeper('run', '--watch-namespaces=a', '--installation-id=')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^lenskeeper run: --installation-id .*\n$/)
  })

  test.each(['demo', 'dev', 'sandbox'])('says where to run %s, which needs a checkout', async name => {
    const { code, stderr } = await lenskeeper(name)
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `lenskeeper ${name}: Only from a checkout of the project: npm run ${name}\n`,
    })
  })

  test('says nothing of the machine that built it', async () => {
    for (const entry of await readdir(join(folder, 'app'), { recursive: true, withFileTypes: true })) {
      if (!entry.name.endsWith('.mjs')) continue
      const whole = await readFile(join(entry.parentPath, entry.name), 'utf8')
      // The first line names the Node of this test, which lies in the checkout.
      const text = whole.replace(/^#!.*/, '')
      expect(text.includes(root) || text.includes(`${folder}/build`), entry.name).toBe(false)
    }
  })

  test('comes with the licence of every dependency, but for those of the sandbox, which needs a checkout', async () => {
    const licences = await readFile(join(folder, 'app/THIRD-PARTY-LICENSES.txt'), 'utf8')
    for (const [name, version] of Object.entries(manifest.dependencies))
      expect(licences.includes(`${name} ${version} (`), name).toBe(!ofSandbox.has(name))
  })
})
