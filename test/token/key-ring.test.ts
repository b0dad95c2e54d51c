import { describe, expect, it } from 'vitest'
import { KeyRing, type KeyRingEntry } from '../../src/token/key-ring.ts'
import { inspectPrivateKey, inspectPublicKey } from '../../src/token/keys.ts'
import { vectorKey } from '../vectors/token-vectors.ts'

function entry(partnerVersions: Readonly<Record<number, number>>): KeyRingEntry {
  const versions = Object.entries(partnerVersions).map(
    ([version, vector]) =>
      [Number(version), inspectPrivateKey(vectorKey('partnerKeys', vector).privatePem)] as const,
  )
  return {
    partner: new Map(versions),
    dataLens: new Map([[1, inspectPublicKey(vectorKey('dataLensKeys', 1).publicPem)]]),
  }
}

describe('the key ring', () => {
  it('tells of changes, and only of changes', () => {
    const ring = new KeyRing()
    const heard: string[] = []
    const stop = ring.subscribe(key => heard.push(key))
    ring.put('datalens/acme', entry({ 1: 1 }))
    ring.put('datalens/acme', entry({ 1: 1 }))
    expect(heard).toEqual(['datalens/acme'])
    ring.put('datalens/acme', entry({ 1: 1, 2: 2 }))
    ring.put('datalens/acme', entry({ 1: 2, 2: 2 }))
    ring.remove('datalens/other')
    expect(heard).toHaveLength(3)
    ring.remove('datalens/acme')
    expect(heard).toHaveLength(4)
    stop()
    ring.put('datalens/acme', entry({ 1: 1 }))
    expect(heard).toHaveLength(4)
    expect(ring.get('datalens/acme')?.partner.get(1)?.publicPem).toBe(vectorKey('partnerKeys', 1).publicPem)
  })

  it('has the new keys by the time it tells', () => {
    const ring = new KeyRing()
    const sizes: (number | undefined)[] = []
    ring.subscribe(key => sizes.push(ring.get(key)?.partner.size))
    ring.put('a/b', entry({ 1: 1 }))
    ring.remove('a/b')
    expect(sizes).toEqual([1, undefined])
  })

  it('says which versions have come, unless something else has changed too', () => {
    const ring = new KeyRing()
    const heard: unknown[] = []
    ring.subscribe((_, added) => heard.push(added && [...added.partner, ...added.dataLens]))
    ring.put('a/b', entry({ 1: 1 }))
    ring.put('a/b', entry({ 1: 1, 2: 2 }))
    ring.put('a/b', entry({ 1: 2, 2: 2, 3: 1 }))
    ring.put('a/b', entry({ 1: 2 }))
    ring.remove('a/b')
    expect(heard).toEqual([undefined, [2], undefined, undefined, undefined])
  })
})
