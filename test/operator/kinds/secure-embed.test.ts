import { beforeEach, expect, test } from 'vitest'
import type { Secret } from '../../../src/api/core-objects.ts'
import type { SecureEmbed } from '../../../src/api/secure-embed.ts'
import type { Kind } from '../../../src/operator/kind.ts'
import type { KindEnvironment } from '../../../src/operator/kinds/environment.ts'
import { embedKind } from '../../../src/operator/kinds/secure-embed.ts'
import { watchShared } from '../../../src/operator/watches.ts'
import type { Store } from '../../../src/runtime/cache/store.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { Metrics } from '../../../src/telemetry/metrics.ts'
import { builtEmbed, offeredKey } from '../../builders/embed.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const key = offeredKey('a key')
let keys: Store<Secret>
let kind: Kind<SecureEmbed>

beforeEach(() => {
  const clock = new VirtualClock()
  const metrics = new Metrics(() => clock.monotonic())
  const log = createLogger({ level: 'silent' })
  const watching = { transport: {} as never, watchNamespaces: [], clock, random: () => 0, log, metrics }
  const shared = watchShared(watching)
  const config = { dryRun: false, secretMetadataPrefixes: [] }
  kind = embedKind({ ...watching, shared, config } as unknown as KindEnvironment)
  keys = shared.signingKeys.store
  ;(kind.watched.store as Store<SecureEmbed>).noteWrite(builtEmbed())
  kind.subscribe?.()
})

const version = (secret: Secret, resourceVersion: string): Secret => ({
  ...secret,
  metadata: { ...secret.metadata, resourceVersion },
})

test('a key that comes wakes its embed', () => {
  keys.noteWrite(key)
  expect(kind.queue.size).toBe(1)
})

test.each<[string, number, () => void]>([
  ['changes', 1, () => keys.noteWrite(version({ ...key, data: { 'private.pem': 'bmV3' } }, '2'))],
  ['goes', 1, () => keys.noteDelete('tenants/embed-key', key.metadata.uid ?? '')],
  [
    'gets a note, which some tools write all the time',
    0,
    () => keys.noteWrite(version({ ...key, metadata: { ...key.metadata, annotations: { at: 'now' } } }, '2')),
  ],
])('a key that %s wakes %i', async (_, woken, happen) => {
  keys.noteWrite(key)
  kind.queue.done((await kind.queue.take(AbortSignal.timeout(1_000)))?.key ?? '', 'forget')
  happen()
  expect(kind.queue.size).toBe(woken)
})
