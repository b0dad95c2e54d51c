import { expect, test } from 'vitest'
import { forbiddenMetadata } from '../../src/published-secret/metadata.ts'
import { asksTooMuch, leanOwner } from '../../src/published-secret/request.ts'

const many = Object.fromEntries(Array.from({ length: 32 }, (_, at) => [`a${at}`, 'x'.repeat(4_096)]))

test.each<[string, object, boolean]>([
  ['nothing', {}, false],
  ['some', { name: 'own', labels: { a: 'b' }, annotations: { c: 'd' } }, false],
  ['all that the CRD lets through', { name: 'own', annotations: many }, true],
  ['too many labels', { labels: many }, true],
  ['too much of both', { labels: { a: 'x'.repeat(9_000) }, annotations: { a: 'x'.repeat(9_000) } }, true],
])('an owner that asks for %s', (_, secret, isTooMuch) => {
  const owner = { spec: { database: 'a', secret } }
  const lean = leanOwner(owner)
  expect(asksTooMuch(lean.spec.secret)).toBe(isTooMuch)
  if (!isTooMuch) expect(lean).toBe(owner)
  // A Secret that had another name would be made anew.
  expect(lean.spec.secret).toMatchObject('name' in secret ? { name: 'own' } : {})
  expect(JSON.stringify(lean).length).toBeLessThan(200)
})

test('its author is told, whatever prefixes are allowed', () => {
  const { secret } = leanOwner({ spec: { secret: { annotations: many } } }).spec
  const told = forbiddenMetadata({ labels: {}, annotations: secret.annotations }, [''])
  expect(told).toContain('more than 16384 characters')
})
