import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ClickHouseConnection } from '../../../src/api/clickhouse-connection.ts'
import type { ConfigMap, Secret } from '../../../src/api/core-objects.ts'
import { encodeData } from '../../../src/api/core-objects.ts'
import type { Cluster } from '../../../src/cli/cluster/cluster.ts'
import { readHandover, readPassword } from '../../../src/cli/handover/read.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import { handoverData } from '../../../src/partner-key/handover/handover.ts'
import { inspectPublicKey, type DataLensPublicKey } from '../../../src/token/keys.ts'
import { rotatingPartnerKey, keysInRotation } from '../../builders/partner-key-rotating.ts'

const forever = new AbortController().signal
const newKey = (): DataLensPublicKey =>
  inspectPublicKey(
    generateKeyPairSync('rsa', { modulusLength: 2048 })
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString(),
  )
const ours = newKey()
const server = { hosts: ['ch.acme.example'], port: 8443, user: 'datalens', passwordSecret: 'default-reader' }
const keys = keysInRotation.map(key =>
  key.side === 'Partner' && key.version === 2 ? { ...key, fingerprint: ours.fingerprint } : key,
)
const partnerKey = rotatingPartnerKey({ status: { keys } })
const mapOf = (key: DataLensPublicKey): ConfigMap => ({
  metadata: { name: 'acme-handover', namespace: 'datalens' },
  data: handoverData({ version: 2, ...key }, server),
})

/** What the person may read. */
function cluster(readable: {
  readonly map?: ConfigMap
  readonly connection?: ClickHouseConnection | 'forbidden'
  readonly secrets?: Readonly<Record<string, Secret>>
}): Cluster {
  const connection = async (): Promise<ClickHouseConnection | undefined> => {
    if (readable.connection === 'forbidden') throw new KubeError('forbidden', 'no')
    return readable.connection
  }
  return {
    namespace: async () => 'datalens',
    partnerKeys: { get: async () => partnerKey },
    configMaps: { get: async () => readable.map },
    connections: { get: connection },
    secrets: { get: async (key: string) => readable.secrets?.[key] },
  } as unknown as Cluster
}

test('the hand-over is what the operator has made', async () => {
  const found = await readHandover(cluster({ map: mapOf(ours) }), 'acme', forever)
  const { passwordSecret: _, ...told } = server
  expect(found).toMatchObject({ key: { version: 2, fingerprint: ours.fingerprint } })
  expect(found.server).toEqual(told)
})

test('a key that somebody put into the ConfigMap, with its own fingerprint, goes to nobody', async () => {
  const forged = readHandover(cluster({ map: mapOf(newKey()) }), 'acme', forever)
  const damaged = `was changed by hand: its key is not ${ours.fingerprint}`
  await expect(forged).rejects.toThrow(damaged)
  const other = { ...mapOf(newKey()).data, fingerprint: ours.fingerprint }
  const half = readHandover(cluster({ map: { ...mapOf(ours), data: other } }), 'acme', forever)
  await expect(half).rejects.toThrow(damaged)
})

test.each([
  ['hosts', { hosts: '' }],
  ['a port', { port: 'many' }],
  ['a user', { user: '' }],
])('without %s it is damaged', async (_, over) => {
  const map = { ...mapOf(ours), data: { ...mapOf(ours).data, ...over } }
  const read = readHandover(cluster({ map }), 'acme', forever)
  await expect(read).rejects.toThrow(/was changed by hand: .* is missing\. Delete it/)
})

test('of an older version, or not there, it is not ready', async () => {
  await expect(readHandover(cluster({}), 'acme', forever)).rejects.toThrow(/ yet: the operator makes it/)
  const older = { ...mapOf(ours).data, keyVersion: '1' }
  const map = { ...mapOf(ours), data: older }
  await expect(readHandover(cluster({ map }), 'acme', forever)).rejects.toThrow(/ yet: the operator makes it/)
})

test('the password’s Secret is the connection’s, whatever the ConfigMap names', async () => {
  const connection = {
    metadata: { name: 'default', namespace: 'datalens' },
    spec: { reader: { user: 'datalens' } },
  } as unknown as ClickHouseConnection
  const secret = (password: string): Secret => ({
    metadata: { name: 's', namespace: 'datalens' },
    data: encodeData({ password }),
  })
  const secrets = {
    'datalens/default-reader': secret('right'),
    'datalens/clickhouse-operator': secret('wrong'),
  }
  const map = { ...mapOf(ours), data: { ...mapOf(ours).data, passwordSecret: 'clickhouse-operator' } }
  const found = await readHandover(cluster({ map }), 'acme', forever)
  const password = await readPassword(cluster({ connection, secrets }), found, forever)
  expect(password.reveal()).toBe('right')
  const unreadable = readPassword(cluster({ connection: 'forbidden', secrets }), found, forever)
  await expect(unreadable).rejects.toThrow(/where the password is .* you may not read/)
})
