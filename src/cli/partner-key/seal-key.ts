import { partnerKeySecretName } from '../../api/names.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import { viewKeySecret } from '../../partner-key/keys/key-secret.ts'
import type { PartnerPrivateKey } from '../../token/keys.ts'
import { readableObject, type Cluster, type Readable } from '../cluster/cluster.ts'

/** The private key of this version, which makes and checks seals; undefined where there is none. @throws KubeError */
export async function readSealKey(
  partnerKey: ObjectKey,
  version: number,
  { secrets }: Pick<Cluster, 'secrets'>,
  signal: AbortSignal,
): Promise<Readable<PartnerPrivateKey>> {
  const { namespace, name } = splitKey(partnerKey)
  const secretKey = `${namespace}/${partnerKeySecretName(name, version)}`
  const secret = await readableObject(secrets, secretKey, signal)
  if (secret === undefined || secret === 'forbidden') return secret
  const view = viewKeySecret(secret, name)
  return view.kind === 'usable' ? view.key : undefined
}
