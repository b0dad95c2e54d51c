/** Makes the reader and the Secret with its password. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { encodeData, type Secret } from '../../api/core-objects.ts'
import { labels, managedByValue } from '../../api/labels.ts'
import { readerSecretName } from '../../api/names.ts'
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { Server } from '../../clickhouse/server.ts'
import { KubeError } from '../../kube/errors.ts'
import type { ResourceClient } from '../../kube/objects/resource-client.ts'
import { StaleView } from '../../runtime/stale-view.ts'
import type { ReaderSecret } from './observed.ts'
import type { ReaderStep } from './steps.ts'

export interface ReaderContext {
  readonly connection: ClickHouseConnection
  readonly server: Server
  readonly secrets: ResourceClient<Secret>
  readonly ownSecrets: { noteWrite(secret: Secret): void }
  /** The reader's Secret as it is known now. */
  readonly readerSecret: () => ReaderSecret
  /** Unpredictable. */
  readonly randomBytes: (count: number) => Uint8Array
}

/** Safe to repeat after any stop or lost answer. @throws StaleView, KubeError, ClickHouseError, or the signal's reason */
export async function applyReader(
  step: ReaderStep,
  context: ReaderContext,
  signal: AbortSignal,
): Promise<void> {
  switch (step.kind) {
    case 'writeReaderSecret':
      return writeReaderSecret(context, signal)
    case 'createReader':
      return createReader(step.url, context, signal)
    default:
      step satisfies never
  }
}

/** No owner: the password is needed for as long as the user exists, and nobody can read it off the server. */
async function writeReaderSecret(context: ReaderContext, signal: AbortSignal): Promise<void> {
  const { connection, secrets, ownSecrets, randomBytes } = context
  // 192 bits, in characters that need no escaping in a URL, a shell or YAML.
  const password = Buffer.from(randomBytes(24)).toString('base64url')
  const secret: Secret = {
    metadata: {
      name: readerSecretName(connection),
      namespace: connection.metadata.namespace ?? '',
      labels: { [labels.managedBy]: managedByValue },
    },
    type: 'Opaque',
    data: encodeData({ username: connection.spec.reader.user, password }),
  }
  try {
    ownSecrets.noteWrite(await secrets.create(secret, signal))
  } catch (error) {
    const mayExist = error instanceof KubeError && (error.code === 'alreadyExists' || error.uncertain)
    if (mayExist) throw new StaleView('the reader’s Secret is there, or may be', { cause: error })
    throw error
  }
}

async function createReader(url: string, context: ReaderContext, signal: AbortSignal): Promise<void> {
  const secret = context.readerSecret()
  if (secret.kind !== 'ok') throw new StaleView('the reader’s Secret is not there')
  try {
    await context.server.createReader(url, secret.password, signal)
  } catch (error) {
    if (error instanceof ClickHouseError && error.code === 'readerExists') {
      throw new StaleView('the reader exists already', { cause: error })
    }
    throw error
  }
}
