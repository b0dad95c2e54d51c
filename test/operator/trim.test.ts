import { expect, test } from 'vitest'
import type { ConfigMap, Secret } from '../../src/api/core-objects.ts'
import { trimConfigMap, trimOffered, trimReferred } from '../../src/operator/trim.ts'

const metadata = { name: 'a', namespace: 'tenants' }
const text = (kilobytes: number): string => 'x'.repeat(kilobytes * 1024)
const secret = (data: Record<string, string>): Secret => ({ metadata, data })
const mates = (count: number, kilobytes: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`mate-${at}`, text(kilobytes)]))

const key = { 'private.pem': text(3) }

test.each<[string, typeof trimOffered, Record<string, string>, readonly string[], boolean]>([
  ['a key', trimOffered, key, ['private.pem'], false],
  ['the longest text that is read for a key', trimOffered, { k: text(87) }, ['k'], false],
  ['a key beside a megabyte', trimOffered, { pad: text(1_300), ...key }, ['private.pem'], true],
  ['a key beside much', trimOffered, { ...mates(20, 64), ...key }, ['mate-0', 'private.pem'], true],
  ['a megabyte', trimOffered, { 'private.pem': text(1_300) }, [], true],
  [
    'a bundle of authorities',
    trimReferred,
    { 'ca.crt': text(300), ...key },
    ['ca.crt', 'private.pem'],
    false,
  ],
  ['a bundle beside a megabyte', trimReferred, { 'ca.crt': text(300), pad: text(900) }, ['ca.crt'], true],
  ['a megabyte that is referred to', trimReferred, { 'ca.crt': text(1_300) }, [], true],
])('of a Secret with %s', (_, trim, data, kept, isTrimmed) => {
  const trimmed = trim(secret(data))
  expect(Object.keys(trimmed.data ?? {}).sort()).toEqual(kept.toSorted())
  expect(trimmed.trimmed).toBe(isTrimmed ? true : undefined)
})

test.each([trimOffered, trimReferred, trimConfigMap])('no metadata that nobody reads is kept', trim => {
  const much = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`a.example/l-${at}`, text(0.1)]))
  const owner = { apiVersion: 'v1', kind: 'Pod', name: text(500), uid: 'u' }
  const kept = trim({
    metadata: {
      ...metadata,
      labels: much,
      annotations: { ...much, 'lenskeeper.dev/resync': text(500) },
      ownerReferences: Array.from({ length: 500 }, (_, at) => ({ ...owner, uid: `u${at}` })),
      finalizers: Object.keys(much),
    },
  })
  expect(JSON.stringify(kept).length).toBeLessThan(64 * 1024)
  expect(kept.metadata.ownerReferences).not.toEqual([])
})

test('of a ConfigMap that is too large nothing is kept, so that it is read', () => {
  const small: ConfigMap = { metadata, data: { 'partner.v1': text(1) } }
  expect(trimConfigMap(small)).toEqual(small)
  expect(trimConfigMap({ metadata, data: { pad: text(900) } })).toEqual({ metadata, data: {}, trimmed: true })
})
