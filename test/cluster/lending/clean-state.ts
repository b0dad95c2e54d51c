/** What makes a control plane again what it was with nothing but deploy/ on it, by few requests and no program. */
import { kinds } from '../../../src/api/kinds.ts'
import { keyOf, type KubeObject, type ObjectKey } from '../../../src/api/object.ts'
import { ResourceClient } from '../../../src/kube/objects/resource-client.ts'
import { namespaces, secrets, type ResourceType } from '../../../src/kube/objects/resources.ts'
import type { Transport } from '../../../src/kube/call/transport.ts'
import { eventually } from '../../time/eventually.ts'

const forever = new AbortController().signal
const goneWithinMs = 120_000

const admission = 'admissionregistration.k8s.io/v1'
const rbac = 'rbac.authorization.k8s.io/v1'

/** Namespaces come first: the admission policies ask nobody where a whole one goes. */
const kindsThatTestsMake: readonly ResourceType[] = [
  namespaces,
  ofCluster(rbac, 'ClusterRole'),
  ofCluster(rbac, 'ClusterRoleBinding'),
  ofCluster(admission, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
  ofCluster(admission, 'ValidatingAdmissionPolicyBinding'),
  // In namespaces that stay, such as `default`.
  ...kinds,
  secrets,
  inNamespaces('v1', 'ServiceAccount'),
  inNamespaces(rbac, 'Role'),
  inNamespaces(rbac, 'RoleBinding'),
  inNamespaces('v1', 'ResourceQuota'),
]

/** The rest of what deploy/ has, which a test may change. */
const kindsOfDeploy: readonly ResourceType[] = [
  ofCluster('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
  inNamespaces('v1', 'Service'),
  inNamespaces('apps/v1', 'Deployment'),
  inNamespaces('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  inNamespaces('policy/v1', 'PodDisruptionBudget'),
]

/** Versions by key, by plural. */
type Picture = ReadonlyMap<string, ReadonlyMap<ObjectKey, string>>

/** What is there without any test. */
export class CleanState {
  readonly #transport: Transport
  readonly #before: Picture

  private constructor(transport: Transport, before: Picture) {
    this.#transport = transport
    this.#before = before
  }

  static async of(transport: Transport): Promise<CleanState> {
    return new CleanState(transport, await pictureOf(transport, [...kindsThatTestsMake, ...kindsOfDeploy]))
  }

  /** Removes what was not there, and waits until it is gone. */
  async removeOthers(): Promise<void> {
    for (const kind of kindsThatTestsMake) await this.#removeOthersOf(kind)
  }

  /** Whether all is there that was, and nobody wrote to it. Not of Secrets and the like: only tests make those. */
  async isUntouched(): Promise<boolean> {
    const now = await pictureOf(this.#transport, [...kindsThatTestsMake, ...kindsOfDeploy])
    return [...this.#before].every(([plural, before]) =>
      [...before].every(([key, version]) => now.get(plural)?.get(key) === version),
    )
  }

  async #removeOthersOf(kind: ResourceType): Promise<void> {
    const client = new ResourceClient(this.#transport, kind)
    const before = this.#before.get(kind.plural)
    const others = async (): Promise<readonly KubeObject[]> =>
      (await client.list({}, forever)).filter(object => before?.has(keyOf(object)) !== true)
    const found = await others()
    const staying = found.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    await Promise.all(staying.map(object => client.delete(keyOf(object), {}, forever)))
    if (found.length === 0) return
    const areGone = async (): Promise<boolean> => (await others()).length === 0
    const what = `what tests left of ${kind.plural} is gone`
    await eventually(areGone, { what, deadlineMs: goneWithinMs, everyMs: 250 })
  }
}

async function pictureOf(transport: Transport, of: readonly ResourceType[]): Promise<Picture> {
  const all = of.map(async kind => {
    const objects = await new ResourceClient(transport, kind).list({}, forever)
    const versions = objects.map(object => [keyOf(object), object.metadata.resourceVersion ?? ''] as const)
    return [kind.plural, new Map(versions)] as const
  })
  return new Map(await Promise.all(all))
}

function ofCluster(apiVersion: string, kind: string, plural = `${kind.toLowerCase()}s`): ResourceType {
  return { apiVersion, kind, plural, namespaced: false }
}

function inNamespaces(apiVersion: string, kind: string, plural = `${kind.toLowerCase()}s`): ResourceType {
  return { apiVersion, kind, plural, namespaced: true }
}
