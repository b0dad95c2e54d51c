/** With a kind that nothing in `src/published-secret` knows. */
import { describe, expect, test } from 'vitest'
import { dataOf, type Secret } from '../../src/api/core-objects.ts'
import { annotations, labels, managedByValue } from '../../src/api/labels.ts'
import { buildSecret, type SecretContent, type SecretShape } from '../../src/published-secret/build.ts'
import { planKept, planRemovals } from '../../src/published-secret/plan.ts'
import { foreignBecause, isTidy } from '../../src/published-secret/view.ts'

const shape: SecretShape = {
  owner: { apiVersion: 'example.dev/v1', kind: 'Painting', key: 'gallery/sunflowers', uid: 'uid-1' },
  name: 'sunflowers-frame',
  type: 'example.dev/frame',
  ownLabels: { 'example.dev/painting': 'sunflowers' },
  labels: {},
  annotations: {},
}
const content: SecretContent = {
  data: { token: 'secret', url: 'https://example.dev/1' },
  annotations: { 'example.dev/expires-at': '2026-01-01T00:00:00Z' },
}
const built = buildSecret(shape, content)

const change = (over: Partial<Secret['metadata']>): Secret => ({
  ...built,
  metadata: { ...built.metadata, ...over },
})

describe('a Secret of any kind of ours', () => {
  test('says whose it is and what is noted of it, beside what it holds', () => {
    expect(built).toMatchObject({
      type: 'example.dev/frame',
      metadata: {
        namespace: 'gallery',
        name: 'sunflowers-frame',
        labels: { [labels.managedBy]: managedByValue, 'example.dev/painting': 'sunflowers' },
        annotations: { [annotations.owner]: 'Painting/gallery/sunflowers', ...content.annotations },
        ownerReferences: [{ kind: 'Painting', name: 'sunflowers', uid: 'uid-1', controller: true }],
      },
    })
    expect([dataOf(built, 'token'), dataOf(built, 'url')]).toEqual(['secret', 'https://example.dev/1'])
  })

  test('keeps our labels from whoever writes the owner’s spec', () => {
    const evil = { [labels.managedBy]: 'me', 'example.dev/painting': 'other', mine: 'x' }
    expect(buildSecret({ ...shape, labels: evil }, content).metadata.labels).toEqual({
      [labels.managedBy]: managedByValue,
      'example.dev/painting': 'sunflowers',
      mine: 'x',
    })
  })

  test('is tidy as it was built, whatever others added', () => {
    expect(isTidy(built, shape, content)).toBe(true)
    expect(isTidy(change({ labels: { ...built.metadata.labels, team: 'a' } }), shape, content)).toBe(true)
    expect(isTidy(change({ ownerReferences: [] }), shape, content)).toBe(false)
    expect(isTidy(built, shape, { ...content, data: { ...content.data, url: 'other' } })).toBe(false)
  })

  test.each<[string, Secret, string | undefined]>([
    ['as built', built, undefined],
    [
      'of another kind’s object',
      change({ annotations: { [annotations.owner]: 'Bust/gallery/x' } }),
      'belongs to Bust "x"',
    ],
    [
      'with an owner that is anybody’s words',
      change({ annotations: { [annotations.owner]: 'Call 555 now, or else/x' } }),
      'it belongs to another object of ours',
    ],
    ['without our label', change({ labels: {} }), 'somebody else'],
    [
      'owned by somebody’s controller',
      change({ ownerReferences: [{ apiVersion: 'x/v1', kind: 'Copyist', name: 'c', uid: 'c' }] }),
      'Copyist',
    ],
    [
      'of another kind in our group',
      change({ ownerReferences: [{ apiVersion: 'example.dev/v1', kind: 'Bust', name: 'x', uid: 'x' }] }),
      'Bust',
    ],
    ['of another type', { ...built, type: 'Opaque' }, 'its type is Opaque'],
  ])('is ours or not: %s', (_, secret, because) => {
    const told = foreignBecause(secret, shape, { proved: false })
    if (because === undefined) expect(told).toBeUndefined()
    else expect(told).toContain(because)
  })

  test('needs no label where what it holds is proof', () => {
    const bare = change({ labels: {}, annotations: {} })
    expect(foreignBecause(bare, shape, { proved: true })).toBeUndefined()
  })
})

describe('a copy that is ours by what it holds', () => {
  const given = { labels: ['asked'], annotations: ['example.com/asked'] }
  const notes = {
    [annotations.givenMetadata]: JSON.stringify(given),
    [annotations.previous]: '{}',
    [annotations.mintedAt]: '1970-01-01T00:00:00Z',
    'lenskeeper.dev/of-a-later-release': 'x',
  }
  const others = { asked: 'x', 'example.com/asked': 'x' }
  const copy = (found: Record<string, string>) =>
    change({ labels: { ...others, ...found }, annotations: { ...others, ...notes } })
  const withLabel = { [labels.managedBy]: managedByValue }

  test.each<[string, Record<string, string>]>([
    ['none', {}],
    ['another of ours', { 'lenskeeper.dev/use': 'embed-signing' }],
    ['our own, but somebody else’s', { [labels.managedBy]: 'Helm' }],
  ])('keeps what others put there, and no note of ours, with a label like this: %s', (_, found) => {
    const { metadata } = buildSecret(shape, content, copy(found))
    expect(metadata.labels).toMatchObject({ ...others, ...withLabel })
    expect(metadata.annotations).toEqual({
      ...others,
      ...content.annotations,
      [annotations.owner]: 'Painting/gallery/sunflowers',
    })
  })

  test('is believed beside our label', () => {
    const { metadata } = buildSecret(shape, content, copy(withLabel))
    expect(metadata.labels).not.toHaveProperty('asked')
    expect(metadata.annotations).not.toHaveProperty('example.com/asked')
    expect(metadata.annotations).toHaveProperty(annotations.previous)
  })
})

describe('a content that is kept', () => {
  const kinds = (steps: readonly { readonly kind: string }[]) => steps.map(({ kind }) => kind)
  const [tidy, untidy] = [
    { secret: built, tidy: true },
    { secret: built, tidy: false },
  ]

  test.each([
    ['where nothing is', undefined, false, ['createSecret']],
    ['where it stands', tidy, true, []],
    ['where it stands, untidy', untidy, true, ['repairSecret']],
    ['over another content', tidy, false, ['repairSecret']],
  ])('%s', (_, current, inPlace, expected) => {
    expect(kinds(planKept('content', { current, inPlace }))).toEqual(expected)
  })

  test('leaves each former name in turn', () => {
    expect(planRemovals([built, built])).toEqual([
      { kind: 'deleteSecret', secret: built },
      { kind: 'deleteSecret', secret: built },
    ])
  })
})
