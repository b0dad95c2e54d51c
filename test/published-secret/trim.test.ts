import { describe, expect, test } from 'vitest'
import { encodeData, type Secret } from '../../src/api/core-objects.ts'
import { annotations, labels, managedByValue } from '../../src/api/labels.ts'
import { trimSecret } from '../../src/published-secret/trim.ts'

const ours = { [labels.managedBy]: managedByValue, [labels.tenant]: 'a' }
const small: Secret = {
  metadata: {
    name: 'a-datalens',
    namespace: 'tenants',
    uid: 'uid',
    resourceVersion: '7',
    labels: { ...ours, mine: 'x', asked: 'y' },
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
const onlyOurs: Secret = {
  ...small,
  metadata: { name: 'a-datalens', namespace: 'tenants', labels: ours },
  data: encodeData({ token: '1:1:a:b' }),
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
    ['many small data', { ...small, data: { ...small.data, ...smallValues('key') } }, kept, notes],
    ['annotations', withNotes({ pad: large }), kept, notes],
    [
      'labels',
      {
        ...small,
        metadata: { ...small.metadata, labels: { ...small.metadata.labels, ...smallValues('l') } },
      },
      kept,
      notes,
    ],
    ['our own note', withNotes({ [annotations.seal]: large }), kept, {}],
    ['the token', { ...small, data: { token: large } }, {}, notes],
    ['owners', withOwners(many(5_000, 'o')), kept, notes],
    ['owners after a small one', withOwners(['o', large]), kept, notes],
    ['the name of an owner', withOwners([large]), kept, notes],
    ['finalizers', withFinalizers(many(5_000, 'a.example/').map(name => name.padEnd(60, 'f'))), kept, notes],
    ['its type', { ...small, type: large }, kept, notes],
  ])('that is filled with %s keeps what is ours and of a good size', (_, secret, data, own) => {
    const trimmed = trimSecret(secret)
    expect(trimmed.trimmed).toBe(true)
    expect(trimmed.data).toEqual(data)
    expect(trimmed.metadata.annotations).toMatchObject(own)
    expect(trimmed.metadata.annotations).not.toHaveProperty('theirs')
    expect(trimmed.metadata.labels).toEqual({ ...ours, asked: 'y' })
    expect(trimmed.metadata).toMatchObject({ uid: 'uid', resourceVersion: '7' })
    expect(JSON.stringify(trimmed).length).toBeLessThan(4_096)
  })

  test('is never larger than what we write at most, whatever names of ours are filled', () => {
    const ours = 'token database url expiresAt private.pem public.pem username password'.split(' ')
    const data = Object.fromEntries(ours.map(name => [name, 'x'.repeat(90_000)]))
    const named = many(3_000, 'asked')
    const asked = Object.fromEntries(named.map(name => [name, 'x'.repeat(100)]))
    const given = JSON.stringify({ labels: [], annotations: named.slice(0, 1_000) })
    const trimmed = trimSecret({
      ...small,
      data,
      metadata: { ...small.metadata, annotations: { ...asked, [annotations.givenMetadata]: given } },
    })
    expect(JSON.stringify(trimmed).length).toBeLessThan(400_000)
  })

  test.each<[string, Secret]>([
    ['the longest link', { ...onlyOurs, data: { token: 'x'.repeat(40_960), url: 'x'.repeat(90_112) } }],
    [
      'all that an author may ask for',
      { ...onlyOurs, metadata: { ...onlyOurs.metadata, annotations: asked() } },
    ],
  ])('is whole with %s', (_, secret) => {
    expect(trimSecret(secret)).toBe(secret)
  })
})

function many(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}-${at}`)
}

function smallValues(prefix: string): Record<string, string> {
  return Object.fromEntries(many(5_000, prefix).map(name => [name, 'a small value']))
}

/** The list of names, and what they name. */
function asked(): Record<string, string> {
  const names = many(32, 'acme.example/a').map(name => name.padEnd(300, 'a'))
  const values = Object.fromEntries(names.map(name => [name, 'x'.repeat(200)]))
  return { [annotations.givenMetadata]: JSON.stringify({ labels: [], annotations: names }), ...values }
}

function withNotes(more: Readonly<Record<string, string>>): Secret {
  return {
    ...small,
    metadata: { ...small.metadata, annotations: { ...small.metadata.annotations, ...more } },
  }
}

function withOwners(names: readonly string[]): Secret {
  const ownerReferences = names.map((name, at) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    uid: `u${at}`,
  }))
  return { ...small, metadata: { ...small.metadata, ownerReferences } }
}

function withFinalizers(finalizers: readonly string[]): Secret {
  return { ...small, metadata: { ...small.metadata, finalizers } }
}
