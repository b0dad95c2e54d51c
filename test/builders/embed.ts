import { generateKeyPairSync } from 'node:crypto'
import { encodeData, type Secret } from '../../src/api/core-objects.ts'
import { embedSigningUse, labels } from '../../src/api/labels.ts'
import { secureEmbed, type SecureEmbed } from '../../src/api/secure-embed.ts'
import { asRead, type Written } from './as-read.ts'

/** `tenants/lobby`: a chart with one signed parameter, signed with the key of `embed-key`; nobody has looked at it yet. */
export function builtEmbed({
  metadata,
  spec,
  status,
}: Written<SecureEmbed['spec'], SecureEmbed['status']> = {}): SecureEmbed {
  return asRead(secureEmbed, {
    metadata: {
      name: 'lobby',
      namespace: 'tenants',
      uid: 'embed-uid',
      resourceVersion: '10',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec: {
      platform: 'Yandex',
      kind: 'Chart',
      embedId: 'pgx4ekt5dj3u1',
      signingKeySecretRef: { name: 'embed-key' },
      params: [{ name: 'region', values: ['north', 'south'] }],
      ...spec,
    },
    status,
  }) as SecureEmbed
}

/** Private keys in PEM form. Each call gives another. */
export function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
}

let made = 0

/** `tenants/embed-key`, offered for signing. Each call gives another object. */
export function offeredKey(pem: string, name = 'embed-key'): Secret {
  return {
    metadata: {
      name,
      namespace: 'tenants',
      uid: `uid-${name}-${made++}`,
      resourceVersion: '1',
      labels: { [labels.use]: embedSigningUse },
    },
    data: encodeData({ 'private.pem': pem }),
  }
}
