import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startControlPlane, type ControlPlane } from '../../src/dev/control-plane/control-plane.ts'
import type { ControlPlaneError } from '../../src/dev/control-plane/errors.ts'
import { aloneLabel, givenPlanes } from '../cluster/given/cluster.ts'
import { pinCluster } from '../cluster/given/pinned.ts'
import { eventually } from '../time/eventually.ts'
import { isRunning } from '../cluster/running-process.ts'

describe('a control plane of its own', () => {
  let directory: string
  let plane: ControlPlane

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lenskeeper-own-control-plane-'))
    plane = await startControlPlane({ directory })
  })

  afterAll(async () => {
    await plane.stop()
    await rm(directory, { recursive: true })
  })

  const kubectl = async (...args: string[]): Promise<string> => {
    const all = ['--kubeconfig', plane.kubeconfigPath, ...args]
    return (await promisify(execFile)(plane.binaries.kubectl, all)).stdout
  }

  it('keeps its secrets from other users of the machine', () => {
    expect(statSync(directory).mode & 0o077).toBe(0)
    expect(statSync(plane.kubeconfigPath).mode & 0o077).toBe(0)
  })

  it('has its folder to itself', async () => {
    await expect(startControlPlane({ directory })).rejects.toMatchObject({ code: 'directoryInUse' })
  })

  it('says why another one does not start, and leaves no temporary folder of it', async () => {
    const broken = startControlPlane({ binaries: { ...plane.binaries, etcd: process.execPath } })
    const error = await broken.catch((error: unknown) => error as ControlPlaneError)
    expect(error).toMatchObject({ code: 'startFailed' })
    const { message } = error as ControlPlaneError
    expect(message).toContain('bad option: --name=default')
    const log = /\S+\/logs\/etcd\.log/.exec(message)?.[0] ?? expect.fail(message)
    expect(existsSync(dirname(dirname(log)))).toBe(false)
  })

  it('is lent as one that was given only if it says that it is for tests alone', async () => {
    const own = await mkdtemp(join(tmpdir(), 'lenskeeper-given-'))
    const theirs = join(own, 'theirs')
    await copyFile(plane.kubeconfigPath, theirs)
    const given = await pinCluster({ kubeconfig: theirs, program: plane.binaries.kubectl })
    await writeFile(theirs, 'nobody’s any more')
    expect(await givenPlanes(given)).toBeUndefined()
    await kubectl('label', 'namespace', 'kube-system', `${aloneLabel}=true`)
    const planes = await givenPlanes(given)
    const lent = await planes?.open(own)
    expect(planes?.most).toBe(1)
    expect(lent).toMatchObject({ url: plane.url, caPem: plane.caPem })
    const may = ['auth', 'can-i', '*', '*', '--kubeconfig', lent?.kubeconfigPath ?? '']
    expect(await kubectl(...may)).toBe('yes\n')
    await lent?.stop()
    await expect(kubectl(...may)).rejects.toThrow()
    await given.forget()
    await rm(own, { recursive: true })
  })

  it('deletes what an object owned, and ends namespaces', async () => {
    await kubectl('create', 'namespace', 'owner')
    await kubectl('create', 'configmap', 'parent', '-n', 'owner')
    await kubectl('create', 'secret', 'generic', 'child', '-n', 'owner')
    const uid = await kubectl('get', 'configmap', 'parent', '-n', 'owner', '-o', 'jsonpath={.metadata.uid}')
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'parent', uid }
    const patch = JSON.stringify({ metadata: { ownerReferences: [owner] } })
    await kubectl('patch', 'secret', 'child', '-n', 'owner', '--type=merge', '-p', patch)
    await kubectl('delete', 'configmap', 'parent', '-n', 'owner')
    await eventually(async () => (await kubectl('get', 'secrets', '-n', 'owner', '-o', 'name')) === '')
    await kubectl('delete', 'namespace', 'owner', '--wait=false')
    await eventually(async () => !(await kubectl('get', 'namespaces', '-o', 'name')).includes('owner'))
  })

  it('gives tokens to ServiceAccounts that exist', async () => {
    await kubectl('create', 'serviceaccount', 'operator', '-n', 'default')
    const token = await plane.serviceAccountToken({ namespace: 'default', name: 'operator' })
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object
    expect(claims).toMatchObject({ sub: 'system:serviceaccount:default:operator' })
    const missing = plane.serviceAccountToken({ namespace: 'default', name: 'nobody' })
    await expect(missing).rejects.toMatchObject({ code: 'requestRefused' })
  })

  it.each([1_000, 0])(
    'comes back with its data when its API server is restarted (grace %i ms)',
    async graceMs => {
      await kubectl('create', 'configmap', `kept-${graceMs}`)
      await plane.stopApiServer({ graceMs })
      await expect(kubectl('get', 'namespaces')).rejects.toThrow(/refused/)
      await plane.startApiServer()
      expect(await kubectl('get', 'configmap', `kept-${graceMs}`, '-o', 'name')).toBe(
        `configmap/kept-${graceMs}\n`,
      )
    },
  )

  it('stops without a trace but its folder, from which it starts again with data, address and login', async () => {
    await kubectl('create', 'configmap', 'kept')
    const { processIds, url, caPem } = plane
    expect(processIds.length).toBeGreaterThanOrEqual(2)
    await plane.stop()
    expect(processIds.filter(isRunning)).toEqual([])
    plane = await startControlPlane({ directory })
    expect(await kubectl('get', 'configmap', 'kept', '-o', 'name')).toBe('configmap/kept\n')
    expect({ url: plane.url, caPem: plane.caPem }).toEqual({ url, caPem })
  })
})

it('leaves no process and no temporary folder when its parent is killed', async () => {
  const program = fileURLToPath(new URL('../dev/fixtures/control-plane-parent.ts', import.meta.url))
  const parent = fork(program, [], { execArgv: [] })
  const [started] = (await once(parent, 'message')) as [{ directory: string; processIds: number[] }]
  expect(started.processIds.filter(isRunning)).toEqual(started.processIds)
  parent.kill('SIGKILL')
  await eventually(() => !started.processIds.some(isRunning), { what: 'all processes are gone' })
  await eventually(() => !existsSync(started.directory), { what: 'the folder is gone' })
})
