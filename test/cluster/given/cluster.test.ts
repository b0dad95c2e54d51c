/** Which cluster the one of KUBECONFIG_TEST is while tests have it, and until when; by a kubectl that notes whom it asks. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aloneLabel, givenPlanes } from './cluster.ts'
import { pinCluster, type GivenCluster } from './pinned.ts'

let folder: string
let given: GivenCluster

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenskeeper-given-test-'))
  given = { kubeconfig: join(folder, 'theirs'), program: join(folder, 'kubectl') }
  const script = `#!/bin/sh
    config=$2
    shift 4
    case $(cat "$config") in *https://tests*) cluster=tests ;; *) cluster=production ;; esac
    echo "$cluster: $*" >> '${folder}/asked'
    case "$1 $2" in
      'config view') cat "$config" ;;
      'get namespace') cat "${folder}/$cluster" ;;
      'create token') echo a-token ;;
    esac`
  await writeFile(given.program, script, { mode: 0o755 })
  await switchTo('tests')
  for (const cluster of ['tests', 'production']) await label(cluster, { [aloneLabel]: 'true' })
})
afterEach(() => rm(folder, { recursive: true }))

function switchTo(cluster: string): Promise<void> {
  const view = { clusters: [{ cluster: { server: `https://${cluster}` } }] }
  return writeFile(given.kubeconfig, JSON.stringify(view))
}

function label(cluster: string, labels: Readonly<Record<string, string>>): Promise<void> {
  return writeFile(join(folder, cluster), JSON.stringify({ metadata: { labels } }))
}

const asked = async (): Promise<readonly string[]> =>
  (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n')

test('it stays the one of the beginning, whatever the kubeconfig’s owner switches to', async () => {
  const pinned = await pinCluster(given)
  await switchTo('production')
  const planes = await givenPlanes(pinned)
  const plane = await planes?.open(folder)
  expect(plane?.url).toBe('https://tests')
  await plane?.quiet()
  await plane?.stop()
  const clusters = (await asked()).map(line => line.split(':')[0])
  expect(clusters).toEqual(clusters.map(() => 'tests'))
  expect(clusters.length).toBeGreaterThan(6)
  await pinned.forget()
})

test('its kubeconfig is for this user alone, and goes', async () => {
  const pinned = await pinCluster(given)
  expect((await stat(pinned.kubeconfig)).mode & 0o077).toBe(0)
  await pinned.forget()
  await expect(stat(pinned.kubeconfig)).rejects.toThrow()
})

test('it is not lent when it says no more that it is for tests alone, and nothing is made there', async () => {
  const planes = await givenPlanes(given)
  await label('tests', {})
  await expect(planes?.open(folder)).rejects.toThrow(aloneLabel)
  const question = 'tests: get namespace kube-system -o json'
  expect(await asked()).toEqual([question, question])
})

test('it is not lent at all when it does not say so', async () => {
  await label('tests', { [aloneLabel]: 'false' })
  expect(await givenPlanes(given)).toBeUndefined()
})
