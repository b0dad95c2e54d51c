// What deploy/ gives, and to whom, as a real API server sees it.
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  type AnyObject,
  eventually,
  kubectl,
  list,
  read,
  remove,
  serviceAccountKubeconfig,
  uniqueNamespace,
  useLentCluster,
} from '../../cluster/cluster.ts'
import { crdNames } from '../../../src/api/kinds.ts'
import { deployFolder } from '../../../src/dev/environment-files.ts'
import { accessSource } from '../../../src/kube/access/access-source.ts'
import { applyCrds, applyDeploy } from '../../cluster/deploy.ts'
import { manifests } from '../../kind/clickhouse.ts'

useLentCluster()
beforeAll(applyDeploy)

describe('kubectl apply -k', () => {
  test('a second time changes nothing', async () => {
    const generations = async () =>
      (await list<AnyObject & { readonly metadata: { readonly generation: number } }>({ kind: 'crd' })).map(
        ({ metadata: { name, generation } }) => [name, generation],
      )
    await applyCrds()
    const before = await generations()
    await applyCrds()
    expect(await generations()).toEqual(before)
    const said = (await kubectl(['apply', '-k', deployFolder()])).trim().split('\n')
    expect(said.length).toBeGreaterThan(10)
    // Kubernetes has the selector of a PodDisruptionBudget replaced as a whole, so kubectl sends it each time.
    const always = 'poddisruptionbudget.policy/lenskeeper configured'
    expect(said.filter(line => !line.endsWith(' unchanged') && line !== always)).toEqual([])
  })

  test('takes the samples, to the letter of the schema, twice', async () => {
    const [, suffix = ''] = (await uniqueNamespace('samples')).split('-')
    const namespaces = ['datalens', 'tenants', 'acme-shop', 'portal', 'stranger']
    // Under names of this test: others of this file use the same cluster.
    const names = new RegExp(`^( *(?:name|namespace): (?:${namespaces.join('|')}))$`, 'gm')
    const input = (await kubectl(['kustomize', deployFolder('samples')])).replaceAll(names, `$1-${suffix}`)
    onTestFinished(async () => {
      await Promise.all(namespaces.map(name => remove({ kind: 'namespace', name: `${name}-${suffix}` })))
    })
    const apply = async () =>
      (await kubectl(['apply', '--validate=strict', '-f', '-'], { input })).trim().split('\n')
    const first = await apply()
    expect(first.filter(line => !line.endsWith(' created'))).toEqual([])
    expect(await apply()).toEqual(first.map(line => line.replace(/created$/, 'unchanged')))
    for (const [kind, expected] of Object.entries(samples))
      expect(
        (await list({ kind })).filter(({ metadata }) => metadata.namespace?.endsWith(suffix)),
        kind,
      ).toHaveLength(expected)
  })
})

test('takes the ClickHouse of `npm run kind`, to the letter of the schema', async () => {
  const namespace = await uniqueNamespace('kind')
  const built = await kubectl(['kustomize', manifests])
  const input = built.replaceAll(/^ {2}namespace: clickhouse$/gm, `  namespace: ${namespace}`)
  const apply = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-']
  const said = (await kubectl(apply, { input })).trim().split('\n')
  expect(said).toHaveLength(9)
  const wrong = input.replace('podManagementPolicy', 'podManagementPolcy')
  await expect(kubectl(apply, { input: wrong })).rejects.toThrow(/podManagementPolcy/)
})

const samples = {
  'clickhouseconnections.lenskeeper.dev': 1,
  'partnerkeys.lenskeeper.dev': 1,
  'connectortenants.lenskeeper.dev': 4,
  'secureembeds.lenskeeper.dev': 1,
}

type Resources = Readonly<Record<string, readonly string[]>>

/** Every right of that account in a namespace, by resource; without what every account may ask about itself. */
async function rightsOf(kubeconfig: string, namespace: string): Promise<Resources> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  }
  const answer = await kubectl(['create', '--validate=false', '-f', '-', '-o', 'json'], {
    kubeconfig,
    input: JSON.stringify(review),
  })
  const { status } = JSON.parse(answer) as {
    readonly status: {
      readonly incomplete: boolean
      readonly resourceRules: readonly {
        readonly apiGroups?: readonly string[]
        readonly resources?: readonly string[]
        readonly verbs: readonly string[]
      }[]
    }
  }
  expect(status.incomplete).toBe(false)
  const rights = new Map<string, Set<string>>()
  for (const { apiGroups = [], resources = [], verbs } of status.resourceRules)
    for (const group of apiGroups)
      for (const resource of resources) {
        const name = group ? `${resource}.${group}` : resource
        if (/^self.*review.*\.(authentication|authorization)\.k8s\.io$/.test(name)) continue
        rights.set(name, new Set([...(rights.get(name) ?? []), ...verbs]))
      }
  return Object.fromEntries([...rights].map(([name, verbs]) => [name, [...verbs].sort()]))
}

const inNamespace: Resources = {
  'clickhouseconnections.lenskeeper.dev': ['get', 'list', 'watch'],
  'clickhouseconnections/status.lenskeeper.dev': ['patch'],
  'partnerkeys.lenskeeper.dev': ['get', 'list', 'mint', 'watch'],
  'partnerkeys/status.lenskeeper.dev': ['patch'],
  'connectortenants.lenskeeper.dev': ['get', 'list', 'watch'],
  'connectortenants/status.lenskeeper.dev': ['patch'],
  'secureembeds.lenskeeper.dev': ['get', 'list', 'watch'],
  'secureembeds/status.lenskeeper.dev': ['patch'],
  secrets: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  configmaps: ['create', 'get', 'list', 'patch', 'watch'],
  'events.events.k8s.io': ['create', 'patch'],
}

/** In its own namespace: to agree with its like on which one works. */
const ofElections: Resources = {
  'leases.coordination.k8s.io': ['create', 'get', 'update'],
  'events.events.k8s.io': ['create', 'patch'],
}

describe('the operator’s account', () => {
  test('has exactly these rights, in every namespace: no write to a spec, no Pod, no role, no other’s token', async () => {
    const as = await serviceAccountKubeconfig({ namespace: 'lenskeeper-system', name: 'lenskeeper' })
    const everywhere = { ...inNamespace, namespaces: ['get', 'list', 'watch'] }
    expect(await rightsOf(as, 'default')).toEqual(everywhere)
    expect(await rightsOf(as, 'kube-system')).toEqual(everywhere)
    expect(await rightsOf(as, 'lenskeeper-system')).toEqual({ ...everywhere, ...ofElections })
  })

  test('scoped to two namespaces, has nothing outside them', async () => {
    const [home, one, two] = [
      await uniqueNamespace('scoped'),
      await uniqueNamespace('one'),
      await uniqueNamespace('two'),
    ]
    const yaml = (await kubectl(['kustomize', deployFolder('namespaced')]))
      .replaceAll('lenskeeper-system', home)
      .replaceAll(/^( +namespace:) datalens$/gm, `$1 ${one}`)
      .replaceAll(/^( +namespace:) tenants$/gm, `$1 ${two}`)
    expect(yaml).not.toMatch(/^kind: (ClusterRole|FlowSchema)/m)
    await kubectl(['apply', '-f', '-'], { input: yaml })
    const as = await serviceAccountKubeconfig({ namespace: home, name: 'lenskeeper' })
    await eventually(async () => expect(await rightsOf(as, two)).toEqual(inNamespace))
    expect(await rightsOf(as, one)).toEqual(inNamespace)
    expect(await rightsOf(as, home)).toEqual(ofElections)
    expect(await rightsOf(as, 'kube-system')).toEqual({})
  })
})

/** The FlowSchema by which the API server serves a request: its uid. */
async function flowOf(path: string, kubeconfig: string): Promise<unknown> {
  const { server, headers, tls } = await accessSource({ kubeconfig, env: {} })(false)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const options = { ...tls.reveal(), headers: headers.reveal(), agent: false }
  get(new URL(path, server), options, resolve).once('error', reject)
  const answer = await promise
  answer.resume()
  return answer.headers['x-kubernetes-pf-flowschema-uid']
}

describe('the operator’s requests', () => {
  const leaseIn = (namespace: string): string =>
    `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/lenskeeper`

  test('for its Lease are served as those of Kubernetes’ own elections, and no others', async () => {
    const schema = await read({ kind: 'flowschema', name: 'lenskeeper-election' })
    const neighbour = { namespace: 'lenskeeper-system', name: 'neighbour' }
    await kubectl(['create', 'serviceaccount', neighbour.name, '-n', neighbour.namespace])
    onTestFinished(() => remove({ kind: 'serviceaccount', ...neighbour }))
    const as = await serviceAccountKubeconfig({ namespace: 'lenskeeper-system', name: 'lenskeeper' })
    const another = await serviceAccountKubeconfig(neighbour)
    const usual = await flowOf('/api/v1/secrets?limit=1', as)
    expect(usual).toEqual(expect.any(String))
    await eventually(async () =>
      expect(await flowOf(leaseIn('lenskeeper-system'), as)).toBe(schema?.metadata.uid),
    )
    expect(await flowOf('/api/v1/namespaces/lenskeeper-system/secrets?limit=1', as)).toBe(usual)
    expect(await flowOf(leaseIn('default'), as)).toBe(usual)
    expect(await flowOf(leaseIn('lenskeeper-system'), another)).toBe(usual)
  })
})

describe('people', () => {
  /** A kubeconfig of somebody who has that role in a new namespace, and that namespace. */
  async function somebodyWith(role: string) {
    const namespace = await uniqueNamespace('people')
    await kubectl(['create', 'serviceaccount', 'somebody', '-n', namespace])
    const binding = ['rolebinding', 'somebody', `--clusterrole=${role}`]
    await kubectl(['create', ...binding, `--serviceaccount=${namespace}:somebody`, '-n', namespace])
    return { namespace, as: await serviceAccountKubeconfig({ namespace, name: 'somebody' }) }
  }

  const look = ['get', 'list', 'watch']
  const write = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

  test.each<readonly [string, Resources]>([
    ['lenskeeper-viewer', Object.fromEntries(crdNames.map(name => [name, look]))],
    [
      'lenskeeper-tenant-editor',
      { 'connectortenants.lenskeeper.dev': write, 'connectortenants/status.lenskeeper.dev': ['get'] },
    ],
    [
      'lenskeeper-embed-editor',
      { 'secureembeds.lenskeeper.dev': write, 'secureembeds/status.lenskeeper.dev': ['get'] },
    ],
    [
      'lenskeeper-admin',
      {
        ...Object.fromEntries(crdNames.map(name => [name, write])),
        'partnerkeys.lenskeeper.dev': ['approve', ...write],
        'secureembeds.lenskeeper.dev': [...write, 'offer'].sort(),
        ...Object.fromEntries(crdNames.map(name => [name.replace('.', '/status.'), ['get']])),
      },
    ],
    ['lenskeeper-key-restorer', { 'partnerkeys.lenskeeper.dev': ['mint'] }],
  ])('%s gives exactly its rights, in its namespace, and none on Secrets', async (role, rights) => {
    const { as, namespace } = await somebodyWith(role)
    await eventually(async () => expect(await rightsOf(as, namespace)).toEqual(rights))
    expect(await rightsOf(as, 'default')).toEqual({})
  })
})
