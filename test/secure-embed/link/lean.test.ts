import { expect, test } from 'vitest'
import type { SecureEmbed } from '../../../src/api/secure-embed.ts'
import { hasTooManyParams, leanEmbed } from '../../../src/secure-embed/link/lean.ts'
import { wantedLink } from '../../../src/secure-embed/link/wanted.ts'
import { builtEmbed } from '../../builders/embed.ts'

type Spec = Partial<SecureEmbed['spec']>

const long = (length: number): Spec => ({ params: [{ name: 'a', value: 'x'.repeat(length) }] })
const unsigned = (length: number, letter = 'x'): Spec => ({
  unsignedParams: [{ name: 'b', value: letter.repeat(length) }],
})

test.each<[string, Spec, boolean]>([
  ['few parameters', { params: [{ name: 'a', values: ['x', 'y'] }] }, true],
  ['as many as fit into a token', long(30_000), true],
  ['a megabyte in one value', long(1_000_000), false],
  ['a megabyte of unsigned ones', unsigned(1_000_000), false],
  ['a megabyte of small values', { params: [{ name: 'a', values: Array(250_000).fill('x') }] }, false],
  ['numbers', { params: [{ name: 'a', values: Array(50_000).fill(1) }] }, false],
])('an embed with %s', (_, spec, isWhole) => {
  const embed = builtEmbed({ spec: { ...spec } })
  const lean = leanEmbed(embed)
  expect([lean === embed, hasTooManyParams(lean.spec)]).toEqual([isWhole, !isWhole])
  expect(JSON.stringify(lean).length).toBeLessThan(100_000)
})

test('of parameters that are not kept no link is made, and their author is told', () => {
  const { spec } = leanEmbed(builtEmbed({ spec: long(1_000_000) }))
  expect(wantedLink(spec)).toMatchObject({
    problem: { reason: 'InvalidSpec', message: expect.stringContaining('more than 98304 characters') },
  })
  // Nor where nobody looks for that first.
  expect(wantedLink({ ...spec, params: [{ name: '' }] })).toMatchObject({
    problem: { reason: 'InvalidSpec' },
  })
})

test.each([
  ['Latin letters', 'x', 36_000, 37_000],
  ['Cyrillic ones, which take six', 'я', 6_000, 6_500],
])('an address is no longer than a Secret is held with: %s', (_, letter, fits, fails) => {
  expect(wantedLink(builtEmbed({ spec: unsigned(fits, letter) }).spec)).toHaveProperty('embed')
  expect(wantedLink(builtEmbed({ spec: unsigned(fails, letter) }).spec)).toMatchObject({
    problem: { reason: 'InvalidSpec', message: expect.stringContaining('longer than 36864') },
  })
})
