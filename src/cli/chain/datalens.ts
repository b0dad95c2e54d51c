/** DataLens, played by a sandbox beside the cluster: how it meets the partner. */
import { generateKeyPair } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { keyOf, type KubeObject } from '../../api/object.ts'
import { systemClock } from '../../core/clock.ts'
import { Redacted } from '../../core/redacted.ts'
import type { ClickHouseAccess } from '../../dev/administrator.ts'
import { Connector } from '../../sandbox/connector/connector.ts'
import { defaultContentFile, readContent } from '../../sandbox/content/read.ts'
import { startSandbox, type Sandbox } from '../../sandbox/http/server.ts'
import { inspectPrivateKey } from '../../token/keys.ts'
import { readPrivateFile, writePrivateFile } from '../frame/private-file.ts'
import type { ChainCluster } from './chain-cluster.ts'
import { withAnswer, type Samples } from './samples.ts'

export interface Parts {
  readonly clickhouse: ClickHouseAccess
  readonly cluster: ChainCluster
  readonly samples: Samples
  /** As `kubectl apply` does. */
  readonly apply: (objects: readonly KubeObject[]) => Promise<void>
}

/** The version of DataLens's own key. */
const keyVersion = 1

/**
 * The partner sends its public keys and the reader's login; DataLens answers with a public key of its own, unless it
 * has answered before.
 *
 * @param keyFile keeps the private half for the next start
 */
export async function meetDataLens(
  { clickhouse, cluster, samples, apply }: Parts,
  keyFile: string,
  signal: AbortSignal,
): Promise<Connector> {
  const handover = await cluster.handover(keyOf(samples.partnerKey), signal)
  const { publicKeys, isAnswered, user: username, password } = handover
  const server = { url: clickhouse.url, username, password }
  const connector = new Connector({ server, clock: systemClock })
  for (const [version, publicPem] of publicKeys) connector.learnPartnerKey(version, publicPem)
  const { privatePem, publicPem: publicKey } = await ownKey(keyFile)
  connector.takeKey(keyVersion, privatePem)
  if (!isAnswered) await apply([withAnswer(samples.partnerKey, { keyVersion, publicKey })])
  return connector
}

async function ownKey(file: string) {
  if (!existsSync(file)) {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
    writePrivateFile(file, new Redacted(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()))
  }
  return inspectPrivateKey(readPrivateFile(file).text.reveal())
}

/** With the content that is shipped, on a free port. */
export async function openSandbox(connector: Connector): Promise<Sandbox> {
  const content = readContent(readFileSync(defaultContentFile, 'utf8'), 'default.yaml')
  return await startSandbox({ content, connectors: new Map([['acme', connector]]), port: 0 })
}
