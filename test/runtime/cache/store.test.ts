import { expect, test } from 'vitest'
import type { Feed } from '../../../src/runtime/cache/feed.ts'
import { Store } from '../../../src/runtime/cache/store.ts'
import { aThing, glance, type Thing } from '../objects.ts'
import { recordedLog } from '../recorded-log.ts'
import { added, bookmark, deleted, modified } from './reflector/scripted-source.ts'

function aStore() {
  const { log, lines } = recordedLog()
  const store = new Store<Thing>({ name: 'things', log })
  const told: string[] = []
  store.subscribe(({ previous, current }) => {
    const name = (thing: Thing | undefined) => (thing === undefined ? '-' : (glance([thing])[0] ?? ''))
    told.push(`${name(previous)} > ${name(current)}`)
  })
  return { store, told, lines, feed: store.openFeed() }
}

/** A complete list of one page. */
function list(feed: Feed<Thing>, version: number, items: readonly Thing[]): void {
  const listing = feed.beginList()
  listing.page({ items, resourceVersion: String(version) })
  listing.finish()
}

type Act = (set: { store: Store<Thing>; feed: Feed<Thing> }) => void

interface Case {
  readonly name: string
  readonly acts: readonly Act[]
  readonly holds: readonly string[]
  readonly told?: readonly string[]
}

const write =
  (version: number, uid?: string): Act =>
  ({ store }) =>
    store.noteWrite(aThing('a', version, uid === undefined ? {} : { uid }))
const unmake =
  (uid = 'uid-a'): Act =>
  ({ store }) =>
    store.noteDelete('ns/a', uid)
const event =
  (happened: Parameters<Feed<Thing>['event']>[0]): Act =>
  ({ feed }) =>
    void feed.event(happened)
const relist =
  (version: number, ...items: Thing[]): Act =>
  ({ feed }) =>
    list(feed, version, items)

const cases: readonly Case[] = [
  {
    name: 'an own write is seen at once, and the event of it tells nothing new',
    acts: [write(5), event(added('a', 5))],
    holds: ['a@5'],
    told: ['- > a@5'],
  },
  {
    name: 'a stale event does not undo an own write',
    acts: [event(added('a', 5)), write(9), event(modified('a', 7))],
    holds: ['a@9'],
    told: ['- > a@5', 'a@5 > a@9'],
  },
  {
    name: 'a list older than an own write neither undoes it nor removes the object',
    acts: [relist(3), write(5), relist(4)],
    holds: ['a@5'],
  },
  {
    name: 'a newer list without the object removes it',
    acts: [relist(3), write(5), relist(8)],
    holds: [],
    told: ['- > a@5', 'a@5 > -'],
  },
  {
    name: 'versions are numbers of any length, not text and not doubles',
    acts: [write(99), event(modified('a', 100)), event(modified('a', 99))],
    holds: ['a@100'],
  },
  {
    name: "the answer to a write that arrives after the watch has shown the object's end is ignored",
    acts: [event(added('a', 5)), event(modified('a', 6)), event(deleted('a', 7)), write(6)],
    holds: [],
  },
  {
    name: 'also when a bookmark or a list has got past it',
    acts: [event(bookmark(10)), write(9), relist(20), write(19)],
    holds: [],
  },
  {
    name: 'an own deletion is seen at once; events on their way do not bring the object back',
    acts: [event(added('a', 5)), unmake(), event(modified('a', 6)), event(deleted('a', 7))],
    holds: [],
    told: ['- > a@5', 'a@5 > -'],
  },
  {
    name: 'nor does a list that began before the deletion',
    acts: [
      event(added('a', 5)),
      ({ feed, store }) => {
        const listing = feed.beginList()
        store.noteDelete('ns/a', 'uid-a')
        listing.page({ items: [aThing('a', 5)], resourceVersion: '6' })
        listing.finish()
      },
      event(modified('a', 7)),
      event(deleted('a', 8)),
    ],
    holds: [],
    told: ['- > a@5', 'a@5 > -'],
  },
  {
    name: 'a list that began after it is believed: the object was not deleted after all',
    acts: [event(added('a', 5)), unmake(), relist(6, aThing('a', 5))],
    holds: ['a@5'],
    told: ['- > a@5', 'a@5 > -', '- > a@5'],
  },
  {
    name: 'an object created anew after an own deletion is shown',
    acts: [event(added('a', 5)), unmake(), event(deleted('a', 6)), event(added('a', 7, 'new'))],
    holds: ['a@7'],
  },
  {
    name: 'also when this process created it and the watch still shows the old one',
    acts: [event(added('a', 5)), unmake(), write(8, 'new'), event(modified('a', 6)), event(deleted('a', 7))],
    holds: ['a@8'],
    told: ['- > a@5', 'a@5 > -', '- > a@8'],
  },
  {
    name: 'an own deletion of another uid than the known one is none',
    acts: [event(added('a', 5)), unmake('other')],
    holds: ['a@5'],
  },
  {
    name: 'a successor of another uid is a delete and an add',
    acts: [event(added('a', 5)), event(added('a', 9, 'new'))],
    holds: ['a@9'],
    told: ['- > a@5', 'a@5 > -', '- > a@9'],
  },
  {
    name: 'the end of a predecessor does not end the successor',
    acts: [event(added('a', 5)), write(9, 'new'), event(deleted('a', 8))],
    holds: ['a@9'],
  },
  {
    name: 'the end of an unknown successor ends the known predecessor too',
    acts: [event(added('a', 5)), event(deleted('a', 9, 'new'))],
    holds: [],
  },
  {
    name: 'leaving the selection is an end, but not when an own write has brought it back since',
    acts: [event(added('a', 5)), write(9), event(deleted('a', 7))],
    holds: ['a@9'],
  },
  {
    name: 'a deletion with the version of the object itself, as some aggregated servers send it',
    acts: [event(added('a', 5)), event(deleted('a', 5))],
    holds: [],
  },
  {
    name: 'an own write that made the object leave the selection does not bring it back',
    acts: [event(added('a', 5)), event(deleted('a', 7)), write(7)],
    holds: [],
  },
  {
    name: 'nor do events of a predecessor after its successor was deleted here',
    acts: [event(added('a', 5)), write(9, 'new'), unmake('new'), event(modified('a', 6))],
    holds: [],
  },
  {
    name: 'versions that are not numbers are taken in the order of the server',
    acts: [
      event({ type: 'added', object: aThing('a', 'x9') }),
      event({ type: 'modified', object: aThing('a', 'x1') }),
    ],
    holds: ['a@x1'],
  },
]

test.each(cases)('$name', ({ acts, holds, told: expected }) => {
  const { store, feed, told } = aStore()
  for (const act of acts) act({ store, feed })
  expect(glance(store.list())).toEqual(holds)
  if (expected !== undefined) expect(told).toEqual(expected)
})

test("several feeds: each one's list proves only its own objects gone", () => {
  const { log } = recordedLog()
  const store = new Store<Thing>({ name: 'things', log })
  const one = store.openFeed({ covers: key => key.startsWith('one/') })
  const two = store.openFeed({ covers: key => key.startsWith('two/') })
  list(one, 10, [aThing('a', 1, { namespace: 'one' })])
  list(two, 20, [aThing('b', 2, { namespace: 'two' })])
  list(one, 30, [])
  expect(glance(store.list())).toEqual(['b@2'])
  // The first feed has got past version 25, the second, whose object it is, has not.
  store.noteWrite(aThing('c', 25, { namespace: 'two' }))
  store.noteWrite(aThing('d', 25, { namespace: 'one' }))
  expect(glance(store.list())).toEqual(['b@2', 'c@25'])
})

test('a closed feed has no say', () => {
  const { store, feed } = aStore()
  feed.event(bookmark(10))
  feed.close()
  store.noteWrite(aThing('a', 5))
  expect(glance(store.list())).toEqual(['a@5'])
})

test('indexes follow every change', () => {
  const { store, feed } = aStore()
  feed.event({ type: 'added', object: aThing('early', 1, { value: 'x' }) })
  store.addIndex('value', thing => (thing.value === undefined ? [] : thing.value.split(',')))
  const names = (value: string) => glance(store.byIndex('value', value))
  expect(names('x')).toEqual(['early@1'])
  feed.event({ type: 'added', object: aThing('a', 2, { value: 'x,y' }) })
  feed.event({ type: 'added', object: aThing('b', 3, { value: 'y' }) })
  expect([names('x'), names('y')]).toEqual([
    ['a@2', 'early@1'],
    ['a@2', 'b@3'],
  ])
  feed.event({ type: 'modified', object: aThing('a', 4, { value: 'y,z' }) })
  expect([names('x'), names('y'), names('z')]).toEqual([['early@1'], ['a@4', 'b@3'], ['a@4']])
  feed.event({ type: 'added', object: aThing('a', 5, { uid: 'new', value: 'x' }) })
  feed.event({ type: 'deleted', object: aThing('b', 6) })
  expect([names('x'), names('y'), names('z')]).toEqual([['a@5', 'early@1'], [], []])
  expect(store.keysByIndex('value', 'x').toSorted()).toEqual(['ns/a', 'ns/early'])
  feed.event({ type: 'added', object: aThing('c', 7, { value: 'z' }) })
  expect(['x', 'y', 'z'].map(value => store.countByIndex('value', value))).toEqual([2, 0, 1])
})

test('an index function that throws costs its object the index only', () => {
  const { store, feed, lines } = aStore()
  store.addIndex('value', thing => {
    if (thing.value === undefined) throw new Error('no value')
    return [thing.value]
  })
  feed.event({ type: 'added', object: aThing('a', 1) })
  feed.event({ type: 'added', object: aThing('b', 2, { value: 'x' }) })
  expect(glance(store.list())).toEqual(['a@1', 'b@2'])
  expect(glance(store.byIndex('value', 'x'))).toEqual(['b@2'])
  expect(lines('error').map(line => line['msg'])).toEqual(['index failed'])
})

test('an unknown index and a second one of a name are mistakes', () => {
  const { store } = aStore()
  store.addIndex('value', () => [])
  expect(() => store.addIndex('value', () => [])).toThrow('value')
  expect(() => store.byIndex('other', 'x')).toThrow('other')
  expect(() => store.countByIndex('other', 'x')).toThrow('other')
})

test('a subscription ends alone, even of a function subscribed twice', () => {
  const { store, feed } = aStore()
  let calls = 0
  const count = (): void => void calls++
  const end = store.subscribe(count)
  store.subscribe(count)
  feed.event(added('a', 1))
  end()
  feed.event(modified('a', 2))
  expect(calls).toBe(3)
})

test('keeps no managedFields and no annotations of others, such as a second copy of the object', () => {
  const { store, feed } = aStore()
  const object = aThing('a', 1)
  const mine = { 'lenskeeper.dev/resync': '1' }
  const annotations = { ...mine, 'kubectl.kubernetes.io/last-applied-configuration': '{"secret":1}' }
  const metadata = { ...object.metadata, annotations, managedFields: [{ manager: 'kubectl' }] }
  feed.event({ type: 'added', object: { ...object, metadata } })
  expect(store.get('ns/a')).toEqual({
    ...object,
    metadata: { ...object.metadata, annotations: mine },
  })
  store.noteWrite({ ...object, metadata: { ...metadata, resourceVersion: '2' } })
  expect(JSON.stringify(store.get('ns/a'))).not.toMatch(/secret|kubectl/)
})

test('a projection of its own, and one that fails', () => {
  const { log, lines } = recordedLog()
  const project = (thing: Thing): Thing => {
    if (thing.value === 'bad') throw new Error('cannot')
    return { metadata: thing.metadata, value: 'projected' }
  }
  const store = new Store<Thing>({ name: 'things', log, project })
  const feed = store.openFeed()
  feed.event({ type: 'added', object: aThing('a', 1, { value: 'bad' }) })
  feed.event({ type: 'added', object: aThing('b', 2, { value: 'good' }) })
  expect(store.list().map(({ value }) => value)).toEqual(['projected'])
  expect(lines('error').map(line => line['msg'])).toEqual(['projection failed'])
})

/** Whether what goes was seen to go. A list that lacks an object does not say that somebody deleted it. */
const goings: readonly (readonly [string, readonly Act[], readonly string[]])[] = [
  ['an event of its deletion', [event(added('a', 5)), event(deleted('a', 6))], ['a@5 seen']],
  ['an own deletion', [event(added('a', 5)), unmake()], ['a@5 seen']],
  ['a newer list without it', [relist(5, aThing('a', 5)), relist(9)], ['a@5 missed']],
  ['a list of an earlier state', [relist(9, aThing('a', 8)), relist(3)], ['a@8 missed']],
  ['an event of another of its name', [event(added('a', 5)), event(added('a', 7, 'uid-b'))], ['a@5 seen']],
  [
    'a list with another of its name',
    [relist(5, aThing('a', 5)), relist(9, aThing('a', 7, { uid: 'uid-b' }))],
    ['a@5 missed'],
  ],
  [
    'a list of an earlier state with another of its name',
    [relist(9, aThing('a', 8, { uid: 'uid-b' })), relist(3, aThing('a', 2))],
    ['a@8 missed'],
  ],
]

test.each(goings)('%s', (_what, acts, expected) => {
  const { store, feed } = aStore()
  const went: string[] = []
  store.subscribe(({ previous, current, missed = false }) => {
    if (previous !== undefined && current === undefined)
      went.push(`${glance([previous])[0]} ${missed ? 'missed' : 'seen'}`)
  })
  for (const act of acts) act({ store, feed })
  expect(went).toEqual(expected)
})
