/** DataLens, played by a sandbox beside the cluster: how it meets the partner. */
import { readFileSync } from 'node:fs'
import { keyOf, type KubeObject } from '../../api/object.ts'
import { systemClock } from '../../core/clock.ts'
import type { ClickHouseAccess } from '../../dev/administrator.ts'
import { filesOf } from '../../dev/environment-files.ts'
import { Connector } from '../../sandbox/connector/connector.ts'
import { defaultContentFile, readContent } from '../../sandbox/content/read.ts'
import { startSandbox, type Sandbox } from '../../sandbox/http/server.ts'
import { KeyMaterialError } from '../../token/errors.ts'
import { inspectPublicKey } from '../../token/keys.ts'
import { CommandError } from '../frame/command-error.ts'
import type { ChainCluster } from './chain-cluster.ts'
import { keepKey, keptKeys } from './datalens-keys.ts'
import { withAnswer, type DataLensAnswer, type Samples } from './samples.ts'

export interface Parts {
  readonly clickhouse: ClickHouseAccess
  readonly cluster: ChainCluster
  readonly samples: Samples
  /** As `kubectl apply` does. */
  readonly apply: (objects: readonly KubeObject[]) => Promise<void>
}

/** The version of DataLens's first key. */
const keyVersion = 1

/**
 * The partner sends its public keys and the reader's login; DataLens answers with a public key of its own, unless it
 * has answered before.
 *
 * @param directory the state folder, which keeps DataLens's keys for the next start
 * @throws CommandError when it has answered with a key that is not kept there
 */
export async function meetDataLens(
  { clickhouse, cluster, samples, apply }: Parts,
  directory: string,
  signal: AbortSignal,
): Promise<Connector> {
  const key = keyOf(samples.partnerKey)
  const { publicKeys, answer, user: username, password } = await cluster.handover(key, signal)
  const connector = new Connector({
    server: { url: clickhouse.url, username, password },
    clock: systemClock,
    keepKey: (version, privatePem) => keepKey(directory, version, privatePem),
  })
  for (const [version, publicPem] of publicKeys) connector.learnPartnerKey(version, publicPem)
  for (const [version, privatePem] of keptKeys(directory)) connector.takeKey(version, privatePem)
  if (answer === undefined) {
    const publicKey = await connector.issueKey(keyVersion)
    await apply([withAnswer(samples.partnerKey, { keyVersion, publicKey })])
  } else if (!hasGiven(connector, answer)) {
    throw new CommandError(
      `PartnerKey ${key} has a key of DataLens’s of version ${answer.keyVersion}, and its private half is not at ` +
        `${filesOf(directory).dataLensKey(answer.keyVersion)}: put it there, or start with another --state`,
    )
  }
  return connector
}

function hasGiven(connector: Connector, { keyVersion: version, publicKey }: DataLensAnswer): boolean {
  const own = connector.keys().dataLens.find(key => key.version === String(version))
  try {
    return own?.publicKey === inspectPublicKey(publicKey).publicPem
  } catch (error) {
    // The operator says what is wrong with it.
    if (error instanceof KeyMaterialError) return false
    throw error
  }
}

/** With the content that is shipped, on a free port. */
export async function openSandbox(connector: Connector): Promise<Sandbox> {
  const content = readContent(readFileSync(defaultContentFile, 'utf8'), 'default.yaml')
  return await startSandbox({ content, connectors: new Map([['acme', connector]]), port: 0 })
}
