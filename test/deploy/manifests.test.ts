import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { group } from '../../src/api/definition/resource.ts'
import { kinds } from '../../src/api/kinds.ts'
import { annotations, labels, managedByValue, prefix } from '../../src/api/labels.ts'
import { readOperatorConfig } from '../../src/config/operator-config.ts'
import { leaseNameOf } from '../../src/operator/election.ts'
import { vectorKey } from '../vectors/token-vectors.ts'
import { manifestOf, manifestsOf, referencesOf, root, yamlFiles, type Rule } from './manifests.ts'

/** The chart is made from these, and its templates are no YAML: chart.test.ts has it. */
const files = yamlFiles('deploy').filter(file => !file.startsWith('deploy/helm/'))
const kustomizations = files.filter(file => basename(file) === 'kustomization.yaml')

/** What `kubectl apply -k` is run on; nothing else refers to them. */
const entrances = [
  'deploy',
  'deploy/crds',
  'deploy/monitoring',
  'deploy/monitoring/kube-state-metrics',
  'deploy/namespaced',
  'deploy/samples',
  'deploy/trial',
]

describe('deploy/', () => {
  test.each(files)('%s parses, and says what it is', file => {
    for (const { apiVersion, kind } of manifestsOf(file)) expect([apiVersion, kind]).not.toContain(undefined)
  })

  test('refers to every file, and only to files that exist', () => {
    const reached = new Set(entrances.map(folder => join(folder, 'kustomization.yaml')))
    for (const file of reached) {
      expect([...files, ...yamlFiles('crds')]).toContain(file)
      if (basename(file) === 'kustomization.yaml') for (const next of referencesOf(file)) reached.add(next)
    }
    expect(files.filter(file => !reached.has(file))).toEqual([])
    expect([...reached].filter(file => file.startsWith('crds/')).length).toBeGreaterThan(3)
  })

  test('keeps the CRDs out of what is removed with the operator', () => {
    const reached = new Set(['deploy/kustomization.yaml'])
    for (const file of reached)
      if (basename(file) === 'kustomization.yaml') for (const next of referencesOf(file)) reached.add(next)
    expect([...reached].filter(file => file.includes('crds'))).toEqual([])
  })

  test.each(kustomizations)('%s has no field that kustomize has deprecated', file => {
    const known = new Set([
      'apiVersion',
      'kind',
      'resources',
      'labels',
      'namespace',
      'patches',
      'configMapGenerator',
    ])
    expect(Object.keys(manifestOf(file)).filter(field => !known.has(field))).toEqual([])
  })

  test('holds no private key and no Secret', () => {
    for (const file of files) {
      expect(readFileSync(join(root, file), 'utf8'), file).not.toContain('PRIVATE KEY')
      expect(
        manifestsOf(file).map(({ kind }) => kind),
        file,
      ).not.toContain('Secret')
    }
  })
})

describe('the operator’s rights', () => {
  const clusterRole = manifestOf('deploy/operator/cluster-role.yaml').rules ?? []

  test('are the same in one namespace as in all, but for namespaces themselves', () => {
    const role = manifestOf('deploy/namespaced/watched/role.yaml').rules
    expect(role).toEqual(clusterRole.filter(({ resources }) => !resources.includes('namespaces')))
  })

  test('reach every kind: it is watched, and its status is written', () => {
    const onKinds = clusterRole.filter(({ apiGroups }) => apiGroups.includes(group))
    const may = (verb: string): string[] =>
      onKinds.filter(({ verbs }) => verbs.includes(verb)).flatMap(({ resources }) => resources)
    const plurals = kinds.map(({ plural }) => plural)
    expect(may('watch')).toEqual(plurals)
    expect(may('patch')).toEqual(plurals.map(plural => `${plural}/status`))
  })

  test('hold no wildcard, no way to more rights, and no write to what people declare', () => {
    for (const { apiGroups, resources, verbs } of clusterRole) {
      expect([...apiGroups, ...resources, ...verbs]).not.toContain('*')
      expect(verbs).not.toEqual(expect.arrayContaining(['escalate', 'bind', 'impersonate']))
      if (apiGroups.includes('lenskeeper.dev') && verbs.includes('patch'))
        expect(resources.every(resource => resource.endsWith('/status'))).toBe(true)
    }
  })

  test('in some namespaces only: the operator asks for an installation id before it starts', () => {
    const { patches } = manifestOf('deploy/namespaced/kustomization.yaml') as unknown as {
      readonly patches: readonly { readonly patch: string }[]
    }
    const args = [...(patches[0]?.patch ?? '').matchAll(/- (--\S+)/g)].map(([, flag = '']) => flag)
    expect(() => readOperatorConfig(args, {})).toThrow(/installation-id/)
    const filled = args.map(flag => flag.replace(/^--installation-id=$/, '$&somewhere'))
    expect(readOperatorConfig(filled, {}).watchNamespaces).toEqual(['datalens', 'tenants'])
  })
})

describe('the rights of an election', () => {
  const { rules = [] } = manifestOf('deploy/workload/election-role.yaml')
  const onLeases = rules.filter(({ resources }) => resources.includes('leases'))

  test('reach one Lease, which may be made', () => {
    expect(onLeases.map(({ verbs, resourceNames }) => [verbs, resourceNames])).toEqual([
      [['get', 'update'], [leaseNameOf([])]],
      [['create'], undefined],
    ])
  })

  test('reach that of the scope where only some namespaces are watched', () => {
    const { patches } = manifestOf('deploy/namespaced/kustomization.yaml') as unknown as {
      readonly patches: readonly { readonly target: { readonly kind: string }; readonly patch: string }[]
    }
    const [deployment, role] = ['Deployment', 'Role'].map(
      kind => patches.find(({ target }) => target.kind === kind)?.patch ?? '',
    )
    const watched = /--watch-namespaces=(\S+)/.exec(deployment ?? '')?.[1]?.split(',') ?? []
    expect(role).toContain(`path: /rules/${rules.indexOf(onLeases[0] as Rule)}/resourceNames`)
    expect(role).toContain(`value: [${leaseNameOf(watched)}]`)
    expect(deployment).toContain('- --leader-elect\n')
  })
})

test('the priority of an election is of exactly the requests that its rights allow, by whoever has these', () => {
  const { rules = [] } = manifestOf('deploy/workload/election-role.yaml')
  const onLeases = rules.filter(({ resources }) => resources.includes('leases'))
  const account = manifestOf('deploy/workload/service-account.yaml').metadata
  const { name, namespace } = account ?? {}
  expect(manifestOf('deploy/operator/flow-schema.yaml').spec).toMatchObject({
    priorityLevelConfiguration: { name: 'leader-election' },
    rules: [
      {
        subjects: [{ kind: 'ServiceAccount', serviceAccount: { name, namespace } }],
        resourceRules: [
          {
            apiGroups: onLeases[0]?.apiGroups,
            resources: ['leases'],
            verbs: onLeases.flatMap(({ verbs }) => verbs),
            namespaces: [namespace],
          },
        ],
      },
    ],
  })
})

describe('people’s roles', () => {
  const roles = ['viewer', 'tenant-editor', 'embed-editor', 'admin', 'key-restorer']
  const rulesOf = (role: string) => manifestOf(`deploy/people/${role}.yaml`).rules ?? []

  test('concern Lenskeeper’s own kinds only', () => {
    for (const role of roles)
      for (const { apiGroups } of rulesOf(role)) expect(apiGroups).toEqual(['lenskeeper.dev'])
  })

  test('let viewers and admins see every kind', () => {
    const plurals = kinds.map(({ plural }) => plural)
    for (const role of ['viewer', 'admin']) {
      const seen = rulesOf(role).filter(({ verbs }) => verbs.includes('list'))
      expect(
        seen.flatMap(({ resources }) => resources).filter(resource => !resource.includes('/')),
        role,
      ).toEqual(plurals)
    }
  })

  test.each([
    ['tenant-editor', 'connectortenants'],
    ['embed-editor', 'secureembeds'],
  ])('let a %s write %s and nothing else', (role, plural) => {
    expect(rulesOf(role).flatMap(({ resources }) => resources)).toEqual([plural, `${plural}/status`])
  })

  test('let nobody write a status', () => {
    for (const { resources, verbs } of roles.flatMap(rulesOf))
      if (resources.some(resource => resource.endsWith('/status'))) expect(verbs).toEqual(['get'])
  })

  test('are added to view, edit and admin', () => {
    const aggregation = Object.fromEntries(
      roles.map(role => [
        role,
        Object.keys(manifestOf(`deploy/people/${role}.yaml`).metadata?.labels ?? {}).map(
          label => /aggregate-to-(\w+)$/.exec(label)?.[1],
        ),
      ]),
    )
    expect(aggregation).toEqual({
      viewer: ['view', 'edit', 'admin'],
      'tenant-editor': ['edit', 'admin'],
      'embed-editor': ['edit', 'admin'],
      admin: ['admin'],
      'key-restorer': [],
    })
  })
})

describe('the admission policies', () => {
  const policies = yamlFiles('deploy/policies').filter(file => basename(file) !== 'kustomization.yaml')

  test.each(policies)('%s is bound, denies, and fails closed', file => {
    const [policy, ...bindings] = manifestsOf(file)
    expect(policy?.spec).toMatchObject({ failurePolicy: 'Fail' })
    expect(bindings).not.toEqual([])
    for (const { spec } of bindings)
      expect(spec).toMatchObject({ policyName: policy?.metadata?.name, validationActions: ['Deny'] })
  })

  test('look only at Secrets with a label of ours, and once at each of those', () => {
    const [, ...bindings] = manifestsOf('deploy/policies/reserved-metadata/secrets.yaml')
    const select = (...matchExpressions: readonly object[]) =>
      expect.objectContaining({ matchResources: { objectSelector: { matchExpressions } } }) as unknown
    const managed = (operator: string) => ({ key: labels.managedBy, operator, values: [managedByValue] })
    // Not by the one that people set: it says nothing of who made the Secret.
    const marking = Object.values(labels).filter(label => label !== labels.managedBy && label !== labels.use)
    expect(bindings.map(({ spec }) => spec)).toEqual([
      select(managed('In')),
      ...marking.map(key => select(managed('NotIn'), { key, operator: 'Exists' })),
    ])
  })

  test.each(policies)('%s is asked only for what changes, or by people', file => {
    const [policy] = manifestsOf(file)
    expect(policy?.spec).toHaveProperty('matchConditions.0.expression')
  })

  test('speak of the labels and annotations that the operator knows', () => {
    const known = new Set<string>([...Object.values(labels), ...Object.values(annotations), prefix])
    for (const file of policies) {
      const text = readFileSync(join(root, file), 'utf8')
      const said = [...text.matchAll(/'(lenskeeper\.dev\/[\w-]*)'/g)].map(([, key = '']) => key)
      expect(said.filter(key => !known.has(key))).toEqual([])
    }
    const secrets = readFileSync(join(root, 'deploy/policies/reserved-metadata/secrets.yaml'), 'utf8')
    expect(secrets).toContain(`'${labels.managedBy}'`)
    expect(secrets).toContain(`'${managedByValue}' in [`)
  })
})

describe('the samples', () => {
  /** Lines of the spec that say something: neither comments nor lines of a PEM. */
  const specLines = (file: string) => {
    const text = readFileSync(join(root, file), 'utf8')
    const lines = (text.split(/^spec:\n/m)[1] ?? '').split(/^---$/m)[0]?.split('\n') ?? []
    const isPem = (line: string) => /^\s+(-----|[A-Za-z0-9+/=]{8,}$)/.test(line)
    return lines.filter(line => line.trim() !== '' && !line.trim().startsWith('#') && !isPem(line))
  }

  test('are small', () => {
    expect(specLines('deploy/samples/connection.yaml').length).toBeLessThanOrEqual(5)
    expect(specLines('deploy/samples/partner-key.yaml').length).toBeLessThanOrEqual(7)
    expect(specLines('deploy/samples/tenants.yaml').length).toBeLessThanOrEqual(3)
    expect(specLines('deploy/samples/lobby.yaml').length).toBeLessThanOrEqual(6)
  })

  test('are applied with another address by a line that may be run again', () => {
    const readme = readFileSync(join(root, 'deploy/README.md'), 'utf8')
    const { spec } = manifestOf('deploy/samples/connection.yaml') as {
      spec: { endpoints: readonly string[] }
    }
    const [, section = ''] = readme.split('## The samples')
    expect(section).toContain(
      `kubectl kustomize deploy/samples | sed "s|${spec.endpoints[0]}|$CH|" | kubectl apply -f -`,
    )
    // What is patched afterwards is undone by whoever applies the samples again.
    expect(section.split('\n## ')[0]).not.toMatch(/kubectl .*patch/)
  })

  test('use the DataLens key whose private half the tests have', () => {
    const { spec } = manifestOf('deploy/samples/partner-key.yaml')
    const expected = { keyVersion: 1, publicKey: vectorKey('dataLensKeys', 1).publicPem }
    expect(spec).toMatchObject({ dataLens: expected })
  })
})

describe('the trial', () => {
  const [clickhouse, service] = manifestsOf('deploy/trial/clickhouse.yaml')
  const { spec } = clickhouse as unknown as {
    readonly spec: {
      readonly template: {
        readonly spec: { readonly containers: readonly { readonly image: string; readonly env: unknown }[] }
      }
    }
  }
  const [container] = spec.template.spec.containers

  test('runs the ClickHouse that is tried on kind, of the oldest release line that is supported', () => {
    const [newName = '', newTag = ''] = (container?.image ?? '').split(':')
    const { images } = manifestOf('test/kind/manifests/kustomization.yaml') as unknown as {
      readonly images?: readonly object[]
    }
    expect(images).toEqual([{ name: 'clickhouse', newName, newTag }])
    const line = newTag.split('.').slice(0, 2).join('.')
    expect(readFileSync(join(root, 'docs/versioning.md'), 'utf8')).toContain(`ClickHouse ${line} or newer`)
  })

  test('lets in whom the connection of the samples lets in, where that looks for it', () => {
    const { spec: connection } = manifestOf('deploy/samples/connection.yaml') as {
      readonly spec: { readonly credentialsSecretRef: { readonly name: string } }
    }
    expect(JSON.stringify(container?.env)).toContain(`"name":"${connection.credentialsSecretRef.name}"`)
    const { name, namespace } = service?.metadata ?? { name: '' }
    const patches = readFileSync(join(root, 'deploy/trial/kustomization.yaml'), 'utf8')
    expect(patches).toContain(`["http://${name}.${namespace}.svc:8123"]`)
  })
})
