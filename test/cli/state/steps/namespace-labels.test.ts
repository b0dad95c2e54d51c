import { expect, test } from 'vitest'
import type { LabelSelector } from '../../../../src/api/fields/fields.ts'
import { askedLabels } from '../../../../src/cli/state/steps/namespace-labels.ts'

type Case = readonly [string, LabelSelector, Readonly<Record<string, string>> | undefined, string]

const cases: readonly Case[] = [
  ['it has none', { matchLabels: { a: 'x', b: 'y' } }, undefined, 'kubectl label namespace stranger a=x b=y'],
  ['it lacks one', { matchLabels: { a: 'x', b: 'y' } }, { a: 'x' }, 'kubectl label namespace stranger b=y'],
  [
    'it has another value',
    { matchLabels: { a: 'x' } },
    { a: 'z' },
    'kubectl label --overwrite namespace stranger a=x',
  ],
  [
    'one of several values',
    { matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }] },
    {},
    'kubectl label namespace stranger tier=a',
  ],
  [
    'another value than one of several',
    { matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }] },
    { tier: 'c' },
    'kubectl label --overwrite namespace stranger tier=a',
  ],
  [
    'any value',
    { matchExpressions: [{ key: 'tier', operator: 'Exists' }] },
    {},
    'kubectl label namespace stranger tier=',
  ],
  [
    'a value that it must have, of a label that it must have',
    { matchLabels: { tier: 'b' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] },
    {},
    'kubectl label namespace stranger tier=b',
  ],
  [
    'what it must not have',
    {
      matchExpressions: [
        { key: 'test', operator: 'DoesNotExist' },
        { key: 'tier', operator: 'NotIn', values: ['low'] },
        { key: 'other', operator: 'DoesNotExist' },
      ],
    },
    { test: '', tier: 'low' },
    'kubectl label namespace stranger test- tier-',
  ],
]

test.each(cases)('%s', (_name, selector, labels, command) => {
  const metadata = { name: 'stranger', ...(labels === undefined ? {} : { labels }) }
  const text = askedLabels(selector, { metadata })
  expect(text.slice(text.indexOf('kubectl'))).toBe(command)
})
