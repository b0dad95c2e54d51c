/** Server-side apply as kubectl makes it, of the kinds that tests apply most: a program started for each takes longer. */
import { kinds } from '../../src/api/kinds.ts'
import type { Kubectl } from '../../src/dev/kubectl.ts'
import type { KubeObject } from '../../src/api/object.ts'
import type { Transport } from '../../src/kube/call/transport.ts'
import {
  configMaps,
  namespaces,
  pathOf,
  secrets,
  type ResourceType,
} from '../../src/kube/objects/resources.ts'

const quotas: ResourceType = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  namespaced: true,
}
const roleBindings: ResourceType = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
}
const known: readonly ResourceType[] = [secrets, configMaps, namespaces, quotas, roleBindings, ...kinds]

/** Applies them in their order. By kubectl if it alone finds one of their kinds. @throws KubeError or CodedError */
export async function applyObjects(
  objects: readonly KubeObject[],
  { transport, kubectl }: { readonly transport: Transport; readonly kubectl: Kubectl },
): Promise<void> {
  const typed = objects.flatMap(object => {
    const type = typeOf(object)
    return type === undefined ? [] : [{ object, type }]
  })
  if (typed.length === objects.length) {
    for (const { object, type } of typed) await serverSideApply(transport, type, object)
    return
  }
  const flags = ['--server-side', '--force-conflicts', '--field-manager=test']
  await kubectl(['apply', ...flags, '-f', '-'], { input: oneList(objects) })
}

/**
 * What `kubectl -f -` is given. A List, and not one after the other: kubectl 1.32 takes what begins as JSON for nothing
 * but JSON, and stumbles over the line between two documents.
 */
export function oneList(objects: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
}

/** Undefined for a kind that only kubectl finds. */
function typeOf({ apiVersion, kind }: KubeObject): ResourceType | undefined {
  return known.find(type => type.apiVersion === apiVersion && type.kind === kind)
}

/** Takes fields over from others, and refuses such as the type does not have. @throws KubeError */
async function serverSideApply(transport: Transport, type: ResourceType, object: KubeObject): Promise<void> {
  const { namespace = 'default', name } = object.metadata
  await transport.request(
    {
      method: 'PATCH',
      path: pathOf(type, { namespace, name }),
      verb: 'apply',
      resource: type.plural,
      query: { fieldManager: 'test', force: 'true', fieldValidation: 'Strict' },
      body: object,
      contentType: 'application/apply-patch+yaml',
    },
    new AbortController().signal,
  )
}
