/** Reads what the operator has put together for DataLens: the ConfigMap `<key>-handover`. */
import { dataOf } from '../api/core-objects.ts'
import { handoverName } from '../api/names.ts'
import { CodedError } from '../core/errors.ts'
import { Redacted } from '../core/redacted.ts'
import { KeyMaterialError } from '../token/errors.ts'
import { inspectPublicKey } from '../token/keys.ts'
import type { Cluster } from './cluster.ts'
import type { Handover } from './handover-document.ts'
import { readPartnerKey } from './partner-key-object.ts'

export class HandoverError extends CodedError<'notReady' | 'damaged' | 'passwordMissing'> {}

/** @throws HandoverError, KubeError */
export async function readHandover(cluster: Cluster, name: string, signal: AbortSignal): Promise<Handover> {
  const partnerKey = await readPartnerKey(cluster, name, signal)
  const namespace = partnerKey.metadata.namespace ?? ''
  const where = `ConfigMap ${namespace}/${handoverName(name)}`
  const map = await cluster.configMaps.get(`${namespace}/${handoverName(name)}`, signal)
  const { data } = map ?? {}
  const version = Number(data?.['keyVersion'])
  if (data === undefined || version !== partnerKey.spec.keyVersion)
    throw new HandoverError(
      'notReady',
      `${where} ${data === undefined ? 'is not there' : 'is not of the spec’s key version'} yet: the operator makes it from the key and the connection (lenskeeper status key ${name} says what is missing)`,
    )
  const publicPem = data['public.pem'] ?? ''
  const fingerprint = fingerprintOf(publicPem)
  const { hosts = '', user, passwordSecret } = data
  const port = Number(data['port'])
  // Somebody may have edited it by hand, and DataLens would then get a key that signs nothing.
  if (fingerprint === undefined || fingerprint !== data['fingerprint'])
    throw new HandoverError('damaged', `${where} was changed by hand: its key does not have its fingerprint`)
  if (hosts === '' || user === undefined || passwordSecret === undefined || !(port > 0))
    throw new HandoverError('damaged', `${where} was changed by hand: hosts, port or user is missing`)
  return {
    partnerKey,
    key: { version, fingerprint, publicPem },
    server: { hosts: hosts.split('\n').filter(host => host !== ''), port, user, passwordSecret },
  }
}

function fingerprintOf(pem: string): string | undefined {
  try {
    return inspectPublicKey(pem).fingerprint
  } catch (error) {
    if (error instanceof KeyMaterialError) return undefined
    throw error
  }
}

/** The password of the user that DataLens logs in as. @throws HandoverError, KubeError */
export async function readPassword(
  cluster: Cluster,
  { partnerKey, server }: Handover,
  signal: AbortSignal,
): Promise<Redacted<string>> {
  const key = `${partnerKey.metadata.namespace ?? ''}/${server.passwordSecret}`
  const secret = await cluster.secrets.get(key, signal)
  const password = secret === undefined ? undefined : dataOf(secret, 'password')
  if (password !== undefined && password !== '') return new Redacted(password)
  throw new HandoverError('passwordMissing', `there is no password in Secret ${key}`)
}
