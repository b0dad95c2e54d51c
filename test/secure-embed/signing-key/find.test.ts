import { expect, test } from 'vitest'
import type { Secret } from '../../../src/api/core-objects.ts'
import { findOffered } from '../../../src/secure-embed/signing-key/find.ts'
import { offeredKey } from '../../builders/embed.ts'

const forever = new AbortController().signal
const offered = offeredKey('a key')
const { labels: _none, ...metadata } = offered.metadata
const unlabelled: Secret = { ...offered, metadata }

/** The Secret in the cache, whether the cache lacks some of the namespace, and the Secret at the API server. */
type Case = readonly [string, Secret | undefined, boolean, Secret | undefined, Secret | undefined]

test.each<Case>([
  ['in the cache', offered, true, undefined, offered],
  ['nowhere', undefined, false, offered, undefined],
  ['at the API server alone, as the cache has no room', undefined, true, offered, offered],
  ['there, and not offered', undefined, true, unlabelled, undefined],
  ['not even there', undefined, true, undefined, undefined],
])('a signing key that is %s', async (_, cached, withheld, live, found) => {
  const asked: string[] = []
  const signingKeys = {
    get: () => cached,
    withholds: (namespace: string) => withheld && namespace === 'tenants',
  }
  const get = async (key: string): Promise<Secret | undefined> => {
    asked.push(key)
    return live
  }
  const from = { signingKeys, secretClient: { get } as never }
  expect(await findOffered('tenants/embed-key', from, forever)).toBe(found)
  expect(asked).toEqual(cached === undefined && withheld ? ['tenants/embed-key'] : [])
})
