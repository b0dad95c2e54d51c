import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { changedFields, changedManifest, specPart } from '../../../src/cli/partner-key/manifest.ts'
import { rotatingPartnerKey } from '../../builders/partner-key-rotating.ts'

const partnerKey = rotatingPartnerKey({ pace: { promoted: '1:2' } })

test('is the whole object, with the change, and without what the server keeps in it', () => {
  const { metadata, spec } = partnerKey
  const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'
  const kept = {
    ...partnerKey,
    metadata: {
      ...metadata,
      resourceVersion: '7',
      labels: { team: 'a' },
      annotations: { [lastApplied]: '{}', note: 'no' },
    },
  }
  const change = { keyVersion: 1, dataLens: { keyVersion: 2 }, rollout: { promoted: null } }
  const { promoted: _, ...rollout } = spec.rollout
  expect(parse(changedManifest(kept, change))).toEqual({
    apiVersion: 'lenskeeper.dev/v1alpha1',
    kind: 'PartnerKey',
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      labels: { team: 'a' },
      annotations: { note: 'no' },
    },
    spec: { ...spec, keyVersion: 1, dataLens: { ...spec.dataLens, keyVersion: 2 }, rollout },
  })
  expect(parse(changedManifest(partnerKey, {}))).toMatchObject({ spec })
})

test('has no null, and a list is replaced whole', () => {
  const accepts = [{ keyVersion: 2, fingerprint: 'SHA256:b' }]
  const text = changedManifest(partnerKey, { rollout: { promoted: null }, dataLens: { accepts } })
  expect(text).not.toContain('null')
  expect(parse(text)).toMatchObject({ spec: { dataLens: { keyVersion: 1, publicKey: 'PEM', accepts } } })
})

test('quotes what readers of YAML 1.1 take for something else: a pair for minutes', () => {
  const text = changedManifest(partnerKey, { rollout: { promoted: '1:2' } })
  expect(text).toContain('promoted: "1:2"\n')
  expect(parse(text, { version: '1.1' })).toEqual(parse(text))
})

test('a part for people has no kind, so it cannot be applied by mistake', () => {
  expect(parse(specPart({ rollout: { paused: true } }))).toEqual({ spec: { rollout: { paused: true } } })
})

test('keeps a key in lines', () => {
  const publicKey = '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n'
  expect(changedManifest(partnerKey, { dataLens: { publicKey } })).toContain(
    '    publicKey: |\n      -----BEGIN PUBLIC KEY-----\n      MIIB\n',
  )
})

const pem = (letter: string): string => `-----BEGIN PUBLIC KEY-----\n${letter.repeat(64)}\n`

test.each([
  [{ keyVersion: 2 }, { keyVersion: 1 }, ['spec.keyVersion: 1; it was 2']],
  [{ keyVersion: 2 }, { keyVersion: 2 }, []],
  [{}, { rollout: { paused: true } }, ['spec.rollout.paused: true; it was not set']],
  [
    { rollout: { promoted: '1:2' } },
    { rollout: { promoted: null } },
    ['spec.rollout.promoted: taken out; it was "1:2"'],
  ],
  [{}, { rollout: { promoted: null } }, []],
  [
    { dataLens: { publicKey: pem('A') } },
    { dataLens: { publicKey: pem('B') } },
    ['spec.dataLens.publicKey: another value'],
  ],
])('%j changed by %j is told as %j', (spec, change, told) => {
  expect(changedFields(spec, change)).toEqual(told)
})
