import { CodedError } from '../core/errors.ts'
import type { KubeObject } from '../api/object.ts'
import type { ResourceClient } from './objects/resource-client.ts'

/**
 * Our id in marks, unless somebody sets another: the uid of kube-system, which lives exactly as long as the cluster.
 * @throws KubeError, CodedError `noInstallation`
 */
export async function readInstallation(
  namespaces: Pick<ResourceClient<KubeObject>, 'get'>,
  signal: AbortSignal,
): Promise<string> {
  const uid = (await namespaces.get('/kube-system', signal))?.metadata.uid
  if (uid !== undefined) return uid
  throw new CodedError('noInstallation', 'there is no namespace kube-system: set --installation-id')
}
