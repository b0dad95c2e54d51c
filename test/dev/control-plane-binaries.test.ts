import { fork, type ChildProcess } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cacheKey, ensureControlPlaneBinaries } from '../../src/dev/control-plane/binaries.ts'
import { buildFlags, buildWithGo, moduleDirectory } from '../../src/dev/control-plane/build.ts'
import { eventually } from '../time/eventually.ts'
import type { AskerMessage } from './fixtures/binaries-asker.ts'

let cache: string

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'lenskeeper-binaries-'))
})

afterEach(() => rm(cache, { recursive: true }))

describe('the folder KUBEBUILDER_ASSETS', () => {
  const build = (): never => expect.fail('built although a folder was given')
  const find = () =>
    ensureControlPlaneBinaries({ env: { KUBEBUILDER_ASSETS: cache, XDG_CACHE_HOME: cache }, build })

  it('is used before anything else, with or without a controller manager', async () => {
    for (const program of ['etcd', 'kube-apiserver', 'kubectl']) await writeFile(join(cache, program), '')
    expect(await find()).toEqual({
      etcd: join(cache, 'etcd'),
      kubeApiserver: join(cache, 'kube-apiserver'),
      kubeControllerManager: undefined,
      kubectl: join(cache, 'kubectl'),
    })
    await writeFile(join(cache, 'kube-controller-manager'), '')
    expect((await find()).kubeControllerManager).toBe(join(cache, 'kube-controller-manager'))
  })

  it('has to be complete', async () => {
    await writeFile(join(cache, 'etcd'), '')
    await expect(find()).rejects.toMatchObject({
      code: 'binariesMissing',
      message: expect.stringContaining('no kube-apiserver') as string,
    })
  })
})

describe('the cache', () => {
  it('is filled once, and used from then on', async () => {
    let builds = 0
    const build = async (directory: string): Promise<void> => {
      builds += 1
      await writeFile(join(directory, 'kubectl'), 'kubectl')
    }
    const find = () => ensureControlPlaneBinaries({ env: { XDG_CACHE_HOME: cache }, build })
    const [one, two] = await Promise.all([find(), find()])
    expect(two).toEqual(one)
    expect(await find()).toEqual(one)
    expect(builds).toBe(1)
    expect(await readFile(one.kubectl, 'utf8')).toBe('kubectl')
  })

  it('keeps nothing of a build that failed', async () => {
    const fail = async (directory: string): Promise<void> => {
      await writeFile(join(directory, 'kubectl'), 'half of it')
      throw new Error('the compiler gave up')
    }
    const env = { XDG_CACHE_HOME: cache }
    await expect(ensureControlPlaneBinaries({ env, build: fail })).rejects.toThrow('the compiler gave up')
    const left = await readdir(join(cache, 'lenskeeper', 'control-plane'))
    expect(left).toEqual([`${cacheKey()}.lock`])
  })

  it('has a folder for each platform and each state of go.mod and go.sum', async () => {
    const directory = join(cache, 'module')
    await cp(moduleDirectory, directory, { recursive: true })
    expect(cacheKey({ directory })).toBe(cacheKey())
    const keys = new Set([cacheKey(), cacheKey({ platform: 'plan9 mips' })])
    for (const name of ['go.mod', 'go.sum']) {
      await writeFile(join(directory, name), `${await readFile(join(directory, name), 'utf8')}\n`)
      keys.add(cacheKey({ directory }))
    }
    expect(keys.size).toBe(4)
  })
})

describe('two processes that ask at once', () => {
  const askers: ChildProcess[] = []
  const ask = (): { child: ChildProcess; heard: AskerMessage[] } => {
    const program = fileURLToPath(new URL('./fixtures/binaries-asker.ts', import.meta.url))
    const child = fork(program, [cache], { execArgv: [] })
    const heard: AskerMessage[] = []
    child.on('message', message => heard.push(message as AskerMessage))
    askers.push(child)
    return { child, heard }
  }
  const waitFor = <E extends AskerMessage['event']>(heard: AskerMessage[], event: E) =>
    eventually(() => heard.find((one): one is AskerMessage & { event: E } => one.event === event), {
      what: event,
    })

  afterEach(() => {
    for (const asker of askers.splice(0)) asker.kill('SIGKILL')
  })

  it('build once', async () => {
    const first = ask()
    await waitFor(first.heard, 'building')
    const second = ask()
    expect((await waitFor(second.heard, 'progress')).line).toContain('waiting')
    first.child.send('finish')
    const { etcd } = await waitFor(second.heard, 'done')
    expect(await waitFor(first.heard, 'done')).toEqual({ event: 'done', etcd })
    expect(await readFile(etcd, 'utf8')).toBe(`built by ${first.child.pid}`)
    expect(second.heard.some(({ event }) => event === 'building')).toBe(false)
  })

  it('go on when the one that builds is killed', async () => {
    const first = ask()
    await waitFor(first.heard, 'building')
    const second = ask()
    await waitFor(second.heard, 'progress')
    first.child.kill('SIGKILL')
    await waitFor(second.heard, 'building')
    second.child.send('finish')
    const { etcd } = await waitFor(second.heard, 'done')
    expect(await readFile(etcd, 'utf8')).toBe(`built by ${second.child.pid}`)
  })
})

describe('building', () => {
  it('stamps the version that go.mod names, as kubectl refuses a server without one', () => {
    const flags = buildFlags('require (\n\tk8s.io/kubernetes v1.36.3 // indirect\n)').join(' ')
    expect(flags).toContain('version.gitVersion=v1.36.3 ')
    expect(flags).toContain('version.gitMajor=1 ')
    expect(flags).toContain('version.gitMinor=36')
    expect(() => buildFlags('module other\n')).toThrow('k8s.io/kubernetes')
  })

  it('without Go says all that would help', async () => {
    const path = process.env.PATH
    process.env.PATH = cache
    try {
      const build = buildWithGo(cache, { onProgress: () => undefined }, new AbortController().signal)
      await expect(build).rejects.toMatchObject({
        code: 'binariesMissing',
        message: expect.stringMatching(/KUBECONFIG_TEST[^]*KUBEBUILDER_ASSETS[^]*install Go/) as string,
      })
    } finally {
      process.env.PATH = path
    }
  })
})
