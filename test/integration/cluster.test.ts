import { expect, it } from 'vitest'
import { applyYaml, eventually, kubectl, list, read, remove } from '../cluster/cluster.ts'
import { serviceAccountKubeconfig, uniqueNamespace } from '../cluster/cluster.ts'

it('applies, reads, lists and removes objects', async () => {
  const namespace = await uniqueNamespace('cluster')
  const yaml = (color: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: {name: one, labels: {color: ${color}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
`
  await applyYaml(yaml('red'), { namespace })
  await applyYaml(yaml('blue'), { namespace })
  const one = { kind: 'configmap', namespace, name: 'one' }
  expect((await read(one))?.metadata.labels).toEqual({ color: 'blue' })
  const names = (await list({ kind: 'configmap', namespace, selector: 'color' })).map(
    ({ metadata }) => metadata.name,
  )
  expect(names).toEqual(['one'])
  await remove(one)
  await remove(one)
  expect(await eventually(async () => (await read(one)) === undefined)).toBe(true)
})

it('is of the release that the run is about, where that is said', async () => {
  const { gitVersion } = JSON.parse(await kubectl(['get', '--raw', '/version'])) as {
    readonly gitVersion: string
  }
  expect(gitVersion).toMatch(/^v1\.\d+\.\d+/)
  expect(gitVersion.slice(1)).toBe(process.env['EXPECTED_KUBERNETES'] ?? gitVersion.slice(1))
})

it('logs in as a ServiceAccount, which may do what RBAC says and no more', async () => {
  const namespace = await uniqueNamespace('cluster')
  await kubectl(['create', 'serviceaccount', 'operator', '-n', namespace])
  const kubeconfig = await serviceAccountKubeconfig({ namespace, name: 'operator' })
  const get = () => kubectl(['get', 'secrets'], { kubeconfig })
  await expect(get()).rejects.toThrow(`system:serviceaccount:${namespace}:operator`)
  await kubectl(['create', 'role', 'reader', '-n', namespace, '--verb=list', '--resource=secrets'])
  const subject = `--serviceaccount=${namespace}:operator`
  await kubectl(['create', 'rolebinding', 'reader', '-n', namespace, '--role=reader', subject])
  expect(await eventually(async () => (await get()) === '')).toBe(true)
})

it('enforces CustomResourceDefinitions and ValidatingAdmissionPolicies', async () => {
  const namespace = await uniqueNamespace('cluster')
  const group = `${namespace}.example.com`
  await applyYaml(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            size: {type: integer, maximum: 3}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: ${namespace}}
spec:
  matchConstraints:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${namespace}}}
    resourceRules:
      - {apiGroups: [${group}], apiVersions: ['*'], operations: [CREATE], resources: [things]}
  validations: [{expression: 'object.size != 2', message: two is out of favour}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: ${namespace}}
spec: {policyName: ${namespace}, validationActions: [Deny]}
`)
  await kubectl(['wait', '--for=condition=Established', `crd/things.${group}`, '--timeout=60s'])
  const create = (size: number): Promise<string> => {
    const thing = {
      apiVersion: `${group}/v1`,
      kind: 'Thing',
      metadata: { generateName: 'a-', namespace },
      size,
    }
    return kubectl(['create', '-f', '-'], { input: JSON.stringify(thing) })
  }
  await eventually(() =>
    expect(create(2))
      .rejects.toThrow('two is out of favour')
      .then(() => true),
  )
  await expect(create(4)).rejects.toThrow('less than or equal to 3')
  await expect(create(1)).resolves.toContain('created')
  await remove({ kind: 'crd', name: `things.${group}` })
  await remove({ kind: 'validatingadmissionpolicybinding', name: namespace })
  await remove({ kind: 'validatingadmissionpolicy', name: namespace })
})
