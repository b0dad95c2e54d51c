import { describe, expect, test } from 'vitest'
import { encodeData, type Secret } from '../../src/api/core-objects.ts'
import { annotations, labels } from '../../src/api/labels.ts'
import { trimSecret } from '../../src/published-secret/trim.ts'

const small: Secret = {
  metadata: {
    name: 'a-datalens',
    namespace: 'tenants',
    uid: 'uid',
    resourceVersion: '7',
    labels: { [labels.tenant]: 'a', mine: 'x', asked: 'y' },
    annotations: {
      [annotations.seal]: 'seal',
      [annotations.givenMetadata]: JSON.stringify({ labels: ['asked'], annotations: [] }),
      theirs: 'z',
    },
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u' }],
  },
  type: 'lenskeeper.dev/connector-token',
  data: encodeData({ token: '1:1:a:b', extra: 'theirs' }),
}
const large = 'x'.repeat(100_000)

describe('a Secret in the cache', () => {
  test('is kept as it is, with what others put into it', () => {
    expect(trimSecret(small)).toBe(small)
  })

  const kept = { token: small.data?.['token'] }
  const notes = { [annotations.seal]: 'seal' }
  test.each<readonly [string, Secret, object, object]>([
    ['data', { ...small, data: { ...small.data, pad: large } }, kept, notes],
    ['many small data', { ...small, data: { ...small.data, ...many('key') } }, kept, notes],
    ['annotations', withNotes({ pad: large }), kept, notes],
    [
      'labels',
      { ...small, metadata: { ...small.metadata, labels: { ...small.metadata.labels, ...many('l') } } },
      kept,
      notes,
    ],
    ['our own note', withNotes({ [annotations.seal]: large }), kept, {}],
    ['the token', { ...small, data: { token: large } }, {}, notes],
    ['owners', { ...small, metadata: { ...small.metadata, ownerReferences: owners() } }, kept, notes],
  ])('that is filled with %s keeps what is ours and of a good size', (_, secret, data, own) => {
    const trimmed = trimSecret(secret)
    expect(trimmed.trimmed).toBe(true)
    expect(trimmed.data).toEqual(data)
    expect(trimmed.metadata.annotations).toMatchObject(own)
    expect(trimmed.metadata.annotations).not.toHaveProperty('theirs')
    expect(trimmed.metadata.labels).toEqual({ [labels.tenant]: 'a', asked: 'y' })
    expect(trimmed.metadata).toMatchObject({ uid: 'uid', resourceVersion: '7' })
    expect(JSON.stringify(trimmed).length).toBeLessThan(4_096)
  })
})

function many(prefix: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`${prefix}-${at}`, 'a small value']))
}

function withNotes(more: Readonly<Record<string, string>>): Secret {
  return {
    ...small,
    metadata: { ...small.metadata, annotations: { ...small.metadata.annotations, ...more } },
  }
}

function owners() {
  return Array.from({ length: 5_000 }, (_, at) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: `o${at}`,
    uid: `u${at}`,
  }))
}
