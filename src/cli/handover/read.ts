/** Reads what the operator has put together for DataLens: the ConfigMap `<key>-handover`. */
import { dataOf, type ConfigMap } from '../../api/core-objects.ts'
import { beside } from '../../api/object.ts'
import { connectionOf, handoverName, readerSecretName } from '../../api/names.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { Redacted } from '../../core/redaction/redacted.ts'
import { KeyMaterialError } from '../../token/errors.ts'
import { inspectPublicKey } from '../../token/keys.ts'
import type { HandoverKey } from '../../partner-key/handover/handover.ts'
import { readableObject, type Cluster } from '../cluster/cluster.ts'
import { CommandError } from '../frame/command-error.ts'
import type { Handover } from './document.ts'
import { readPartnerKey } from '../partner-key/read.ts'

/** @throws CommandError, KubeError */
export async function readHandover(cluster: Cluster, name: string, signal: AbortSignal): Promise<Handover> {
  const partnerKey = await readPartnerKey(cluster, name, signal)
  const namespace = partnerKey.metadata.namespace ?? ''
  const where = `ConfigMap ${namespace}/${handoverName(name)}`
  const map = await cluster.configMaps.get(`${namespace}/${handoverName(name)}`, signal)
  const key = keyIn(map?.data, partnerKey, where)
  const { hosts = '', user = '' } = map?.data ?? {}
  const port = Number(map?.data?.['port'])
  if (hosts === '' || user === '' || !(port > 0))
    throw new CommandError(
      `${where} was changed by hand: hosts, port or user is missing. Delete it, and the operator makes it anew`,
    )
  return { partnerKey, key, server: { hosts: hosts.split('\n').filter(host => host !== ''), port, user } }
}

/**
 * The key in the ConfigMap. It has to be the one that the PartnerKey's status names: anybody who may edit ConfigMaps
 * could put another key there, with its fingerprint, and DataLens would accept tokens of that key.
 */
function keyIn(data: ConfigMap['data'], { spec, status, metadata }: PartnerKey, where: string): HandoverKey {
  const version = Number(data?.['keyVersion'])
  const told = status?.keys?.find(key => key.side === 'Partner' && key.version === spec.keyVersion)
  if (data === undefined || version !== spec.keyVersion || told === undefined)
    throw new CommandError(
      `${where} ${data === undefined ? 'is not there' : 'is not of the spec’s key version'} yet: the operator makes it from the key and the connection (lenskeeper status key ${metadata.name} says what is missing)`,
    )
  const publicPem = data['public.pem'] ?? ''
  const fingerprint = fingerprintOf(publicPem)
  if (fingerprint === undefined || fingerprint !== told.fingerprint)
    throw new CommandError(
      `${where} was changed by hand: its key is not ${told.fingerprint}, which the status tells of. Delete it, and the operator makes it anew; and find out who changed it`,
    )
  return { version, fingerprint, publicPem }
}

function fingerprintOf(pem: string): string | undefined {
  try {
    return inspectPublicKey(pem).fingerprint
  } catch (error) {
    if (error instanceof KeyMaterialError) return undefined
    throw error
  }
}

/**
 * The password of the user that DataLens logs in as. Only the connection says where it is: a ConfigMap could name
 * any Secret.
 * @throws CommandError, KubeError
 */
export async function readPassword(
  cluster: Pick<Cluster, 'connections' | 'secrets'>,
  { partnerKey }: Pick<Handover, 'partnerKey'>,
  signal: AbortSignal,
): Promise<Redacted<string>> {
  const connectionKey = connectionOf(partnerKey)
  const connection = await readableObject(cluster.connections, connectionKey, signal)
  if (connection === undefined || connection === 'forbidden')
    throw new CommandError(
      `where the password is stands in ClickHouseConnection ${connectionKey}, which ${connection === undefined ? 'is not there' : 'you may not read'}`,
    )
  const key = beside(partnerKey, readerSecretName(connection))
  const secret = await cluster.secrets.get(key, signal)
  const password = secret === undefined ? undefined : dataOf(secret, 'password')
  if (password !== undefined && password !== '') return new Redacted(password)
  throw new CommandError(`there is no password in Secret ${key}`)
}
