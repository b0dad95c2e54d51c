// The admission policies of deploy/policies/reserved-metadata, carried out by a real API server.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  eventually,
  kubectl,
  serviceAccountKubeconfig,
  uniqueNamespace,
  useLentCluster,
} from '../../cluster/cluster.ts'
import { applyDeploy, refusal } from '../../cluster/deploy.ts'

useLentCluster()
beforeAll(applyDeploy)

const rejected = 'lenskeeper.dev/rejected'

describe('what marks an object as Lenskeeper’s', () => {
  let namespace = ''
  /** Somebody who may do anything with Secrets and ConfigMaps of the namespace. */
  let author = ''
  let operator = ''

  beforeEach(async () => {
    namespace = await uniqueNamespace('marks')
    const create = (...args: readonly string[]) => kubectl(['create', ...args, '-n', namespace])
    await create('serviceaccount', 'author')
    await create('role', 'author', '--verb=*', '--resource=secrets,configmaps')
    await create('rolebinding', 'author', '--role=author', `--serviceaccount=${namespace}:author`)
    const editor = ['rolebinding', 'editor', '--clusterrole=lenskeeper-tenant-editor']
    await create(...editor, `--serviceaccount=${namespace}:author`)
    author = await serviceAccountKubeconfig({ namespace, name: 'author' })
    operator = await serviceAccountKubeconfig({ namespace: 'lenskeeper-system', name: 'lenskeeper' })
    const marked = ['create', 'configmap', 'probe', '--from-literal=a=b', '-n', namespace]
    await eventually(() => kubectl(marked, { kubeconfig: author }))
    const claim = label('configmap/probe', 'lenskeeper.dev/tenant=x', '--dry-run=server')
    await eventually(async () => (await refusal(claim, { kubeconfig: author })) !== undefined)
  })

  const label = (object: string, ...changes: readonly string[]) => [
    'label',
    '--overwrite',
    object,
    ...changes,
    '-n',
    namespace,
  ]
  const annotate = (object: string, ...changes: readonly string[]) => [
    'annotate',
    '--overwrite',
    object,
    ...changes,
    '-n',
    namespace,
  ]

  const tokenSecret = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'token',
      labels: { 'app.kubernetes.io/managed-by': 'lenskeeper', 'lenskeeper.dev/tenant': 'a' },
      annotations: { 'lenskeeper.dev/seal': 's' },
    },
  })
  const createToken = ['create', '--validate=false', '-f', '-']

  test('is the operator’s to write on a Secret, and nobody else’s', async () => {
    const create = [...createToken, '-n', namespace]
    const said = await refusal(create, { kubeconfig: author, input: tokenSecret })
    expect(said).toMatch(
      /^only Lenskeeper sets, changes or removes app.kubernetes.io\/managed-by, lenskeeper.dev\/tenant, lenskeeper.dev\/seal on a Secret\. Leave them as found/,
    )
    expect(said).toContain('spec.secret of its ConnectorTenant or SecureEmbed')
    expect(await refusal(create, { kubeconfig: operator, input: tokenSecret })).toBeUndefined()
  })

  test('cannot be changed or removed, while the rest of the Secret can', async () => {
    await kubectl([...createToken, '-n', namespace], { kubeconfig: operator, input: tokenSecret })
    const as = { kubeconfig: author }
    expect(await refusal(label('secret/token', 'app.kubernetes.io/managed-by=helm'), as)).toContain(
      'managed-by',
    )
    expect(await refusal(label('secret/token', 'lenskeeper.dev/tenant-'), as)).toContain(
      'lenskeeper.dev/tenant',
    )
    expect(await refusal(annotate('secret/token', 'lenskeeper.dev/seal=t'), as)).toContain(
      'lenskeeper.dev/seal',
    )
    expect(await refusal(annotate('secret/token', 'lenskeeper.dev/owner=t'), as)).toContain(
      'lenskeeper.dev/owner',
    )
    const bare = '{"metadata":{"labels":null,"annotations":null}}'
    expect(
      await refusal(['patch', 'secret', 'token', '--type=merge', '-n', namespace, '-p', bare], as),
    ).toMatch(/removes app.kubernetes.io\/managed-by, lenskeeper.dev\/tenant, lenskeeper.dev\/seal on/)
    expect(await refusal(label('secret/token', 'team=a'), as)).toBeUndefined()
    expect(await refusal(annotate('secret/token', 'note=a'), as)).toBeUndefined()
    const patch = ['patch', 'secret', 'token', '-n', namespace, '-p', '{"stringData":{"token":"x"}}']
    expect(await refusal(patch, as)).toBeUndefined()
    expect(await refusal(['delete', 'secret', 'token', '-n', namespace], as)).toBeUndefined()
  })

  test('is so on the Secret with an embed’s link, too', async () => {
    const as = { kubeconfig: author }
    const link = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'link',
        labels: { 'app.kubernetes.io/managed-by': 'lenskeeper', 'lenskeeper.dev/embed': 'lobby' },
        annotations: { 'lenskeeper.dev/signed-by': 'SHA256:a', 'lenskeeper.dev/previous': '{}' },
      },
    }
    const create = [...createToken, '-n', namespace]
    await kubectl(create, { kubeconfig: operator, input: JSON.stringify(link) })
    expect(await refusal(label('secret/link', 'lenskeeper.dev/embed=mine'), as)).toContain(
      'lenskeeper.dev/embed',
    )
    for (const name of ['lenskeeper.dev/signed-by', 'lenskeeper.dev/previous'])
      expect(await refusal(annotate('secret/link', `${name}-`), as)).toContain(name)
    expect(await refusal(annotate('secret/link', 'reloader.stakater.com/ignore=false'), as)).toBeUndefined()
  })

  test('leaves people their own words: another manager, and labels of theirs', async () => {
    const as = { kubeconfig: author }
    await kubectl(['create', 'secret', 'generic', 'mine', '--from-literal=a=b', '-n', namespace], as)
    expect(await refusal(label('secret/mine', 'team=a'), as)).toBeUndefined()
    expect(await refusal(label('secret/mine', 'app.kubernetes.io/managed-by=helm'), as)).toBeUndefined()
    const claim = label('secret/mine', 'app.kubernetes.io/managed-by=lenskeeper')
    expect(await refusal(claim, as)).toContain('app.kubernetes.io/managed-by')
    expect(await refusal(claim)).toBeUndefined()
  })

  test('is a label: none is put there or taken away, also by one who wrote the annotations before', async () => {
    const as = { kubeconfig: author }
    const bare = (object: string) => {
      const patch = '{"metadata":{"labels":null,"annotations":null}}'
      return ['patch', object, '--type=merge', '-n', namespace, '-p', patch]
    }
    await kubectl(['create', 'secret', 'generic', 'plain', '--from-literal=a=b', '-n', namespace], as)
    // It marks nothing alone.
    expect(await refusal(annotate('secret/plain', 'lenskeeper.dev/owner=t'), as)).toBeUndefined()
    const managed = 'app.kubernetes.io/managed-by=lenskeeper'
    const own = ['tenant', 'partner-key', 'embed'].map(name => `lenskeeper.dev/${name}=x`)
    for (const one of [managed, ...own]) {
      const [key = ''] = one.split('=')
      expect(await refusal(label('secret/plain', one), as)).toContain(key)
      await kubectl(label('secret/plain', one))
      expect(await refusal(bare('secret/plain'), as)).toContain(`${key}, lenskeeper.dev/owner`)
      // From now on its annotations are marks, too.
      expect(await refusal(annotate('secret/plain', 'lenskeeper.dev/owner=u'), as)).toContain('owner')
      await kubectl(label('secret/plain', `${key}-`))
    }
    await kubectl(label('configmap/probe', 'lenskeeper.dev/partner-key=x'))
    expect(await refusal(bare('configmap/probe'), as)).toContain('lenskeeper.dev/partner-key')
  })

  test('is the word of the key’s administrator on a tenant where it concerns more than the tenant', async () => {
    const as = { kubeconfig: author }
    const platform = await uniqueNamespace('platform')
    const bind = (where: string, role: string) =>
      kubectl(
        ['create', 'rolebinding', role, `--clusterrole=${role}`, '-n', where].concat(
          `--serviceaccount=${namespace}:author`,
        ),
      )
    const tenant = {
      apiVersion: 'lenskeeper.dev/v1alpha1',
      kind: 'ConnectorTenant',
      metadata: { name: 'a', namespace },
      spec: { partnerKeyRef: { name: 'acme', namespace: platform }, database: 'client_a' },
    }
    await kubectl(createToken, { ...as, input: JSON.stringify(tenant) })
    for (const key of ['rejected', 'recreate'])
      expect(await refusal(annotate('connectortenant/a', `lenskeeper.dev/${key}=1:1`), as)).toBe(
        `lenskeeper.dev/${key} is for administrators of the PartnerKey: ask somebody with the role ` +
          `lenskeeper-admin in namespace ${platform} (the verb "approve" on partnerkeys.lenskeeper.dev) to set or remove it.`,
      )
    const born = { ...tenant, metadata: { name: 'b', namespace, annotations: { [rejected]: '1:1' } } }
    expect(await refusal(createToken, { ...as, input: JSON.stringify(born) })).toContain(rejected)
    for (const free of ['lenskeeper.dev/mode=Observe', 'lenskeeper.dev/resync=1', 'note=a'])
      expect(await refusal(annotate('connectortenant/a', free), as)).toBeUndefined()

    // As whoever has Kubernetes' own admin there, by aggregation.
    await bind(namespace, 'lenskeeper-admin')
    const inNamespace = ['auth', 'can-i', 'approve', 'partnerkeys.lenskeeper.dev', '-n', namespace]
    await eventually(async () => (await kubectl(inNamespace, as)).startsWith('yes'))
    const reject = annotate('connectortenant/a', `${rejected}=1:1`)
    expect(await refusal(reject, as)).toContain(`in namespace ${platform}`)

    await bind(platform, 'lenskeeper-admin')
    await eventually(async () => (await refusal(reject, as)) === undefined)
    await kubectl(reject)
    await kubectl(['delete', 'rolebinding', 'lenskeeper-admin', '-n', platform])
    const accept = annotate('connectortenant/a', `${rejected}-`)
    await eventually(async () => (await refusal(accept, as))?.startsWith(rejected) === true)
  })
})
