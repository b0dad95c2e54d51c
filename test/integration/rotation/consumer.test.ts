/**
 * The example's consumer reads its mounted Secret again and again while keys are rotated: with the very script of
 * examples/, and a mount that is replaced as the kubelet replaces it. There is no kubelet here.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Secret } from '../../../src/api/core-objects.ts'
import { eventually } from '../../time/eventually.ts'
import { Rotation } from '../../scenarios/rotation.ts'
import { follow, type ObjectEvent } from '../../watchers/follow.ts'
import { TokenWatch } from '../../watchers/token-watch.ts'
import { startWorld, type World } from '../../cluster/world.ts'

const forever = new AbortController().signal
let world: World
let watch: TokenWatch
let rotation: Rotation
let mount: string

beforeAll(async () => {
  world = await startWorld()
  watch = await TokenWatch.start(world)
  await world.startOperator()
  await world.connect()
  rotation = await Rotation.open(world, watch, { name: 'consumer', tenants: 1 })
  mount = mkdtempSync(join(tmpdir(), 'lenskeeper-mount-'))
})
afterAll(async () => {
  await watch.close()
  await world.close()
  rmSync(mount, { recursive: true, force: true })
})

/** As the kubelet's AtomicWriter: makes a folder, renames a link to it over the old link, removes the old folder. */
function project({ metadata, data = {} }: Secret, former: string | undefined): string {
  const folder = `..${metadata.resourceVersion}`
  mkdirSync(join(mount, folder))
  for (const [name, value] of Object.entries(data))
    writeFileSync(join(mount, folder, name), Buffer.from(value, 'base64'))
  symlinkSync(folder, join(mount, '..data_tmp'))
  renameSync(join(mount, '..data_tmp'), join(mount, '..data'))
  if (former !== undefined) rmSync(join(mount, former), { recursive: true })
  return folder
}

/** Mounts every version of the tenant's Secret, from the one that is there on. */
async function projectAll(signal: AbortSignal): Promise<{ readonly ended: Promise<void> }> {
  const source = world.secrets.listWatch({
    namespace: 'consumer',
    fieldSelector: 'metadata.name=t0-datalens',
  })
  let folder: string | undefined
  const note = ({ type, object }: ObjectEvent<Secret>): void => {
    if (type !== 'deleted') folder = project(object, folder)
  }
  return await follow(source, { note, onGap: () => expect.fail('the watch has a gap') }, signal)
}

/** The container's script, with this mount and hardly a pause. */
function exampleScript(): string {
  const yaml = readFileSync(new URL('../../../examples/consumer/deployment.yaml', import.meta.url), 'utf8')
  const { spec } = parse(yaml) as {
    spec: { template: { spec: { containers: readonly { readonly args: readonly string[] }[] } } }
  }
  const [script = ''] = spec.template.spec.containers[0]?.args ?? []
  expect(script).toContain('/tenant/..data')
  return script.replaceAll('/tenant', mount).replace('sleep 60', 'sleep 0.01')
}

test('always reads a whole token that fits its versions, and goes on with each new one', async () => {
  const ending = new AbortController()
  const { ended } = await projectAll(ending.signal)
  const consumer = spawn('sh', ['-c', exampleScript()], { stdio: ['ignore', 'pipe', 'inherit'] })
  const read: string[] = []
  createInterface({ input: consumer.stdout }).on('line', line => read.push(line))
  const reads = (pair: string) =>
    eventually(() => read.some(line => line.includes(` ${pair},`)), { what: `it reads ${pair}` })
  try {
    await reads('1:1')
    for (const version of [2, 3, 4, 5, 6]) {
      await rotation.set({ keyVersion: version })
      await reads(`1:${version}`)
    }
    await rotation.set({ keyVersion: 7, dataLens: rotation.dataLens(2) })
    await reads('2:7')
  } finally {
    consumer.kill()
    await once(consumer, 'exit')
    ending.abort()
    await ended
  }
  const secret = await world.secrets.get('consumer/t0-datalens', forever)
  const { length } = Buffer.from(secret?.data?.['token'] ?? '', 'base64').toString()
  const told = new Set(read.filter(line => line !== 'no token yet'))
  const pairs = ['1:1', '1:2', '1:3', '1:4', '1:5', '1:6', '2:7']
  expect([...told]).toEqual(pairs.map(pair => `consumer_t0: a token of ${pair}, ${length} characters`))
  expect(watch.problems()).toEqual([])
})
