import { fork, type ChildProcess } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cacheKey, ensureControlPlaneBinaries } from '../../src/dev/control-plane/binaries.ts'
import { complaintsIn, progressIn } from '../../src/dev/control-plane/build-log.ts'
import { buildFlags, buildWithGo, moduleDirectory, programs } from '../../src/dev/control-plane/build.ts'
import { isRunning } from '../cluster/running-process.ts'
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

  const pathBefore = process.env.PATH
  afterEach(() => {
    process.env.PATH = pathBefore
  })

  const buildHere = (signal = new AbortController().signal) => {
    const told: string[] = []
    const options = { module: moduleDirectory, onProgress: (line: string) => told.push(line) }
    return { told, done: buildWithGo(cache, options, signal) }
  }

  /** A `go` that notes what it is asked, and then does this. */
  const goThat = async (does: string): Promise<void> => {
    const bin = join(cache, 'bin')
    await mkdir(bin)
    const asked = `printf '%s ' "$@" >> '${join(cache, 'asked')}'\necho >> '${join(cache, 'asked')}'`
    await writeFile(join(bin, 'go'), `#!/bin/sh\n${asked}\n${does}\n`, { mode: 0o755 })
    process.env.PATH = `${bin}:${pathBefore}`
  }

  it('asks Go once for all programs, and gives each the name that it is looked for by', async () => {
    const asGoNames = ['server', 'kube-apiserver', 'kube-controller-manager', 'kubectl']
    await goThat(asGoNames.map(name => `echo ${name} > '${join(cache, name)}'`).join('\n'))
    const { told, done } = buildHere()
    await done
    const asked = (await readFile(join(cache, 'asked'), 'utf8')).trim().split('\n')
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatch(/^build /)
    expect(asked[0]).toContain(`-o ${cache} ${Object.values(programs).join(' ')}`)
    for (const name of Object.keys(programs))
      expect(await readFile(join(cache, name), 'utf8')).toBe(`${name === 'etcd' ? 'server' : name}\n`)
    expect(await readdir(cache)).not.toContain('server')
    expect(told[0]).toMatch(/^building the control plane/)
  })

  it.each([
    [
      'what Go complains about',
      'echo internal/abi >&2; echo "a.go:7: undefined: b" >&2; exit 1',
      'go build says:\na.go:7: undefined: b',
    ],
    ['how Go ended, if in silence', 'echo internal/abi >&2; kill -9 $$', 'go build ended by SIGKILL'],
  ])('that fails says %s', async (_, does, expected) => {
    await goThat(does)
    await expect(buildHere().done).rejects.toMatchObject({
      code: 'buildFailed',
      message: `building the control plane failed: ${expected}`,
    })
  })

  it('that is called off fails by that alone, and ends Go', async () => {
    await goThat(`echo $$ > '${join(cache, 'pid')}'\nexec sleep 600`)
    const call = new AbortController()
    const { done } = buildHere(call.signal)
    const pidOf = async (): Promise<number | undefined> =>
      Number(await readFile(join(cache, 'pid'), 'utf8')) || undefined
    const pid = await eventually(pidOf, { what: 'a process' })
    call.abort(new Error('called off'))
    await expect(done).rejects.toThrow('called off')
    expect(isRunning(pid)).toBe(false)
    await expect(buildHere(call.signal).done).rejects.toThrow('called off')
  })

  it('without Go says all that would help', async () => {
    process.env.PATH = cache
    await expect(buildHere().done).rejects.toMatchObject({
      code: 'binariesMissing',
      message: expect.stringMatching(/KUBECONFIG_TEST[^]*KUBEBUILDER_ASSETS[^]*install Go/) as string,
    })
  })
})

describe('what Go writes while it builds', () => {
  const downloads = 'go: downloading k8s.io/api v0.36.3\ngo: downloading sigs.k8s.io/yaml v1.6.0\n'
  const packages = 'internal/goarch\nk8s.io/api/core/v1\ngopkg.in/yaml.v3\ngo.etcd.io/etcd/server/v3\n'

  it.each([
    ['nothing yet', '', undefined],
    ['modules', downloads, '2 modules downloaded so far'],
    ['packages', `${downloads}${packages}`, '4 packages so far'],
    ['a line that is not whole yet', `${packages}k8s.io/ap`, '5 packages so far'],
  ])('says how far it is: %s', (_, log, expected) => {
    expect(progressIn(log)).toBe(expected)
  })

  it.each([
    ['no complaint', `${downloads}${packages}`, ''],
    [
      'one of a package',
      `${downloads}# k8s.io/x\nx.go:1:2: undefined: y\n${packages}`,
      '# k8s.io/x\nx.go:1:2: undefined: y',
    ],
    [
      'one of a module',
      'go: k8s.io/api@v0.36.3: missing go.sum entry\n',
      'go: k8s.io/api@v0.36.3: missing go.sum entry',
    ],
  ])('says what is wrong: %s', (_, log, expected) => {
    expect(complaintsIn(log)).toBe(expected)
  })

  it('says the last of many complaints', () => {
    const lines = Array.from({ length: 40 }, (_, at) => `x.go:${at}: wrong`)
    expect(complaintsIn(lines.join('\n'))).toBe(lines.slice(-15).join('\n'))
  })
})
