// What `npm run demo` and others have Go begin while npm installs, on whatever Node the machine has.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildFlags, moduleDirectory, programs } from '../../src/dev/control-plane/build.ts'
import { eventually } from '../time/eventually.ts'

const root = join(import.meta.dirname, '../..')
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenskeeper-ahead-'))
})
afterEach(() => rm(folder, { recursive: true }))

const noted = (name: string) => readFile(join(folder, name), 'utf8').catch(() => undefined)

/** Begins, and ends once `until` has come true. Says whether there was anything to end, when that has ended. */
async function begin(more: NodeJS.ProcessEnv, until: () => unknown = () => true): Promise<boolean> {
  const script = pathToFileURL(join(root, 'scripts/build-ahead.mjs')).href
  const code = `import { beginControlPlane } from '${script}'
    const end = beginControlPlane(${JSON.stringify(root)})
    process.send(end !== undefined)
    process.once('message', () => { end?.(); process.disconnect() })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { PATH: folder, HOME: folder, ...more },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const told = once(child, 'message')
  const ended = once(child, 'exit')
  const [began] = (await told) as [boolean]
  try {
    await eventually(until, { what: 'that Go was asked' })
  } finally {
    child.send('end')
  }
  expect(await ended).toEqual([0, null])
  return began
}

/** A `go` that notes where and how it was asked for what, and that it was interrupted. */
async function fakeGo(): Promise<void> {
  const script = `#!/bin/sh
    printf '%s\\n' "$PWD" "$CGO_ENABLED" "$GOWORK" "$@" > '${folder}/asking'
    trap 'echo yes > "${folder}/interrupted"; kill $!' INT
    /bin/sleep 600 & /bin/mv '${folder}/asking' '${folder}/asked'
    wait`
  await writeFile(join(folder, 'go'), script, { mode: 0o755 })
}

it('compiles what the control plane is built from, as that is built, until npm is done', async () => {
  await fakeGo()
  expect(await begin({}, () => noted('asked'))).toBe(true)
  await eventually(() => noted('interrupted'), { what: 'an interrupt' })
  const goMod = await readFile(join(moduleDirectory, 'go.mod'), 'utf8')
  // All but what the linker is told.
  const compiled = buildFlags(goMod).slice(0, -2)
  expect((await noted('asked'))?.trim().split('\n')).toEqual([
    moduleDirectory,
    '0',
    'off',
    'build',
    ...compiled,
    'tool',
  ])
})

it('which is every tool of the module, and nothing else', async () => {
  const goMod = await readFile(join(moduleDirectory, 'go.mod'), 'utf8')
  const tools = /^tool \(\n([^)]*)\)/m.exec(goMod)?.[1]?.trim().split(/\s+/)
  expect(tools?.toSorted()).toEqual(Object.values(programs).toSorted())
})

it.each([
  ['there is one', { KUBEBUILDER_ASSETS: '/assets' }],
  ['there is a cluster', { KUBECONFIG_TEST: '/kubeconfig' }],
])('does nothing where %s', async (_, env) => {
  expect(await begin(env)).toBe(false)
})

it.each([
  ['.cache', undefined],
  ['elsewhere', 'XDG_CACHE_HOME'],
])('does nothing where one was built here, in %s', async (cache, variable) => {
  await mkdir(join(folder, cache, 'lenskeeper', 'control-plane'), { recursive: true })
  expect(await begin(variable === undefined ? {} : { [variable]: join(folder, cache) })).toBe(false)
})

it('says nothing without Go: the build itself says what would help', async () => {
  expect(await begin({})).toBe(true)
})

describe('while npm installs', () => {
  const setup = (): string => join(folder, 'checkout/scripts/setup.mjs')

  /** What a checkout has before anything is installed, with an npm that does this. */
  async function checkout(npm: string): Promise<void> {
    const scripts = ['scripts/setup.mjs', 'scripts/build-ahead.mjs']
    const read = ['package.json', 'package-lock.json', 'src/dev/control-plane/go-build.json']
    for (const path of [...scripts, ...read, 'test/control-plane'])
      await cp(join(root, path), join(folder, 'checkout', path), { recursive: true })
    await writeFile(join(folder, 'npm'), `#!/bin/sh\n${npm}`, { mode: 0o755 })
  }

  function start(): ChildProcess {
    const env = { PATH: folder, HOME: folder }
    return spawn(process.execPath, [setup(), 'control-plane'], { env, stdio: 'ignore' })
  }
  const stamp = () => noted('checkout/node_modules/.lenskeeper-setup')

  it('both end with setup when somebody ends that', async () => {
    await fakeGo()
    await checkout(`trap 'echo yes > "${folder}/npm-ended"; kill $!; exit 1' TERM
      /bin/sleep 600 & echo yes > '${folder}/npm-asked'
      wait`)
    const child = start()
    const ended = once(child, 'exit')
    for (const name of ['asked', 'npm-asked']) await eventually(() => noted(name), { what: name })
    child.kill('SIGTERM')
    expect(await ended).toEqual([null, 'SIGTERM'])
    for (const name of ['interrupted', 'npm-ended']) await eventually(() => noted(name), { what: name })
    expect(await stamp()).toBeUndefined()
  })

  it.each([
    ['is done', '/bin/mkdir node_modules', 0],
    ['fails', '/bin/mkdir node_modules; exit 7', 7],
  ])('setup ends as npm, which %s', async (_, npm, code) => {
    await checkout(npm)
    expect(await once(start(), 'exit')).toEqual([code, null])
    expect((await stamp()) !== undefined).toBe(code === 0)
  })
})
