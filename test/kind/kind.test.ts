/** `npm run kind`, as far as a machine without a container engine can tell. */
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { oldestSupported } from '../../src/clickhouse/catalog/version.ts'
import { manifestOf, manifestsOf, root } from '../deploy/manifests.ts'
import manifest from '../../package.json' with { type: 'json' }
import { nodePorts } from './clickhouse.ts'
import { clusterConfig, clusterName } from './cluster.ts'
import { playCourse } from './course.ts'
import type { Programs, Run } from './programs.ts'
import { suite } from './suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'lenskeeper-kind-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('without a container engine it says so in one line', () => {
  function start(docker: string | undefined): Promise<{ readonly code: unknown; readonly said: string }> {
    const path = mkdtempSync(join(folder, 'path-'))
    if (docker !== undefined) writeFileSync(join(path, 'docker'), `#!/bin/sh\n${docker}\n`)
    if (docker !== undefined) chmodSync(join(path, 'docker'), 0o755)
    return new Promise(resolve => {
      const program = join(import.meta.dirname, 'main.ts')
      execFile(process.execPath, [program], { env: { PATH: path } }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.code, said: stdout + stderr }),
      )
    })
  }
  const begins = 'npm run kind needs Docker, which does not answer: '

  test.each([
    ['no docker', undefined, 'there is no docker on the PATH'],
    ['a client alone', 'echo "Client: x"; echo "Cannot connect" >&2; exit 1', 'Cannot connect'],
    ['one that says nothing', 'exit 7', 'docker info failed with 7'],
  ])('%s', async (_, docker, problem) => {
    expect(await start(docker)).toEqual({ code: 3, said: `${begins}${problem}\n` })
  })
})

describe('the course', () => {
  interface Played {
    readonly calls: readonly string[]
    readonly failure: unknown
  }
  const password = 'a-password-of-nobody'

  /** @param failsAt which call fails, and with it all the steps after it */
  async function play(
    failsAt?: number,
    { keep = false, clusters = '', clustersLater = '' } = {},
  ): Promise<Played> {
    const calls: string[] = []
    const isBuilt = (): boolean => calls.some(call => call.startsWith('docker build'))
    const answers: readonly (readonly [RegExp, () => string])[] = [
      [/^kind get clusters/, () => (isBuilt() ? clustersLater : clusters)],
      [/lenskeeper version -o json/, () => JSON.stringify({ version: manifest.version })],
      [/SELECT /, () => '1'],
    ]
    const of =
      (program: string): Run =>
      async args => {
        const call = [program, ...args].join(' ')
        calls.push(call)
        if (calls.length - 1 === failsAt) throw new Error(`${program} failed`)
        return answers.find(([pattern]) => pattern.test(call))?.[1]() ?? ''
      }
    const programs: Programs = {
      docker: of('docker'),
      helm: of('helm'),
      kind: of('kind'),
      kubectl: of('kubectl'),
      node: of('node'),
    }
    const options = {
      kubeconfig: '/k',
      ports: [1, 2],
      password,
      dataLensKey: '',
      tests: suite,
      onStep: () => undefined,
    }
    const failure = await playCourse(programs, { ...options, keep, atEnd: programs }).catch(
      (error: unknown) => error,
    )
    return { calls, failure }
  }
  const removal = `kind delete cluster --name ${clusterName} --kubeconfig /k`
  const named = (calls: readonly string[], pattern: RegExp): number =>
    calls.findIndex(call => pattern.test(call))

  test('goes from the image to the suite, and removes the cluster', async () => {
    const { calls, failure } = await play()
    expect(failure).toBeUndefined()
    const order = [
      /^docker build/,
      /^kind create cluster/,
      /^kind load docker-image lenskeeper:kind/,
      /rollout status statefulset\/clickhouse/,
      /^helm install/,
      /wait .*connectortenant\/one/,
      /^helm uninstall/,
      /^node .*vitest.* run --project integration test\/integration\/crds/,
      /^kind delete cluster/,
    ].map(pattern => named(calls, pattern))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order).not.toContain(-1)
    expect(calls.at(-1)).toBe(removal)
  })

  test('whatever fails, the cluster goes, and nothing comes after that', async () => {
    const { calls: all } = await play()
    for (const at of all.keys()) {
      const { calls, failure } = await play(at)
      expect(failure, all[at]).toBeInstanceOf(Error)
      expect(calls.length).toBeLessThanOrEqual(at + 2)
      expect(calls.includes(removal), all[at]).toBe(at >= named(all, /^kind create/))
    }
  })

  test('one that a person keeps, or that was there before, stays', async () => {
    expect((await play(undefined, { keep: true })).calls).not.toContain(removal)
    const { calls, failure } = await play(undefined, { clusters: `other\n${clusterName}\n` })
    expect(calls).toEqual(['kind get clusters'])
    expect(String(failure)).toContain(`kind delete cluster --name ${clusterName}`)
  })

  test('one that another run made while the image was built stays', async () => {
    const { calls, failure } = await play(undefined, { clustersLater: clusterName })
    expect(String(failure)).toContain(`the cluster ${clusterName} is there already`)
    expect(calls.filter(call => call.startsWith('kind'))).toEqual(['kind get clusters', 'kind get clusters'])
  })

  test('what went with its namespace before its turn came is not missed', async () => {
    const removals = (await play()).calls.filter(call => /^kubectl delete -[fk]/.test(call))
    expect(removals).toHaveLength(1)
    for (const call of removals) expect(call).toContain('--ignore-not-found')
  })

  test('the password stands in no command, which any process of the machine can read', async () => {
    expect((await play()).calls.join('\n')).not.toContain(password)
  })
})

test('each replica has its port, of the cluster and of the node', () => {
  const services = manifestsOf('test/kind/manifests/services.yaml').flatMap(({ spec }) => {
    const { ports } = spec as { readonly ports: readonly { readonly nodePort?: number }[] }
    return ports.flatMap(({ nodePort }) => nodePort ?? [])
  })
  expect(services).toEqual(nodePorts)
  const { nodes } = JSON.parse(clusterConfig([7, 8])) as { readonly nodes: readonly object[] }
  expect(nodes[0]).toMatchObject({
    extraPortMappings: nodePorts.map((containerPort, at) => ({ containerPort, hostPort: 7 + at })),
  })
})

test('ClickHouse is a pinned one of the oldest release line that is supported', () => {
  const { images } = manifestOf('test/kind/manifests/kustomization.yaml') as unknown as {
    readonly images: readonly { readonly newTag: string }[]
  }
  for (const { newTag } of images)
    expect(newTag).toMatch(
      new RegExp(String.raw`^${oldestSupported.replace('.', String.raw`\.`)}\.\d+\.\d+$`),
    )
})

/** The files of a test, or of all in a folder. */
function filesOf(path: string): readonly string[] {
  const found = join(root, 'test/integration', path)
  if (!statSync(found).isDirectory()) return [found]
  const names = readdirSync(found, { recursive: true, encoding: 'utf8' })
  return names.filter(name => name.endsWith('.ts')).map(name => join(found, name))
}

test.each(suite)('%s takes any cluster and any ClickHouse', path => {
  const files = filesOf(path)
  expect(files.some(file => file.endsWith('.test.ts'))).toBe(true)
  for (const file of files)
    expect(readFileSync(file, 'utf8'), file).not.toMatch(
      /\bown: true|world\.clickhouse\b|\.embeddedClickHouse/,
    )
})
