import { describe, expect, test } from 'vitest'
import { weightOf } from '../../../src/core/weight.ts'
import { CacheShares } from '../../../src/runtime/cache/cache-shares.ts'
import { Store } from '../../../src/runtime/cache/store.ts'
import { recordedLog } from '../recorded-log.ts'

interface Thing {
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly uid: string
    readonly resourceVersion: string
  }
  readonly pad: string
}

/** In things of ten bytes. */
const thing = (namespace: string, name: string, version = 1, pad = 'x'.repeat(10)): Thing => ({
  metadata: { name, namespace, uid: `uid-${name}`, resourceVersion: String(version) },
  pad,
})
const unit = weightOf(thing('one', 'a'))

function aStore(shares: CacheShares, isNeeded = false): Rig {
  const store = new Store<Thing>({ name: 'things', log: recordedLog().log, shares, isNeeded })
  return { store, feed: store.openFeed(), keys: () => [...store.keys()].sort() }
}

const roomFor = (things: number): CacheShares => new CacheShares(unit * things)

interface Rig {
  readonly store: Store<Thing>
  readonly feed: ReturnType<Store<Thing>['openFeed']>
  readonly keys: () => readonly string[]
}

function see({ feed }: Rig, ...things: readonly Thing[]): void {
  for (const object of things) feed.event({ type: 'modified', object })
}

function list({ feed }: Rig, ...items: readonly Thing[]): void {
  const listing = feed.beginList()
  listing.page({ items, resourceVersion: '50' })
  listing.finish()
}

describe('a cache with a share', () => {
  test('holds of one namespace all that there is room for, and knows of which it lacks some', () => {
    const rig = aStore(roomFor(2))
    see(rig, thing('one', 'a'), thing('one', 'b'), thing('one', 'c'))
    expect(rig.keys()).toEqual(['one/a', 'one/b'])
    expect([rig.store.withholds('one'), rig.store.withholds('two')]).toEqual([true, false])
    expect(rig.store.withheldNamespaces).toBe(1)
  })

  test('puts out what the namespace with the most has beyond others, in whichever cache, and tells it as gone', () => {
    const shares = roomFor(4)
    const [hog, other] = [aStore(shares), aStore(shares)]
    const gone: string[] = []
    hog.store.subscribe(({ key, current }) => void (current === undefined && gone.push(key)))
    see(hog, thing('hog', 'a'), thing('hog', 'b'), thing('hog', 'c'), thing('hog', 'd'))
    see(other, thing('two', 'a'), thing('two', 'b'), thing('two', 'c'))
    expect([hog.keys(), other.keys()]).toEqual([
      ['hog/c', 'hog/d'],
      ['two/a', 'two/b'],
    ])
    expect(gone).toEqual(['hog/a', 'hog/b'])
    expect([hog.store.withholds('hog'), other.store.withholds('hog')]).toEqual([true, false])
    see(hog, thing('hog', 'a', 2))
    expect(hog.keys()).toEqual(['hog/c', 'hog/d'])
  })

  test('lets go of an object that has grown beyond what there is room for, and of its former version', () => {
    const rig = aStore(roomFor(2))
    see(rig, thing('one', 'a'), thing('one', 'a', 2, 'x'.repeat(10_000)))
    expect(rig.keys()).toEqual([])
    see(rig, thing('one', 'a', 3), thing('one', 'b'), thing('one', 'b', 2))
    expect(rig.keys()).toEqual(['one/a', 'one/b'])
  })

  test.each<[string, (rig: Rig) => void]>([
    ['a deletion', ({ feed }) => feed.event({ type: 'deleted', object: thing('one', 'a', 9) })],
    ['a deletion of our own', ({ store }) => store.noteDelete('one/a', 'uid-a')],
    ['a list that does not show it', rig => list(rig, thing('one', 'b'))],
    ['a smaller version', rig => see(rig, { ...thing('one', 'b', 9), pad: '' })],
  ])('%s makes room', (_, happens) => {
    const rig = aStore(roomFor(2))
    see(rig, thing('one', 'a'), thing('one', 'b'))
    happens(rig)
    rig.feed.event({ type: 'deleted', object: thing('one', 'b', 10) })
    see(rig, thing('two', 'a'))
    expect(rig.keys()).toContain('two/a')
    expect(rig.store.withheldNamespaces).toBe(0)
  })

  test('asks for a list once there is room again, and has all of it then', () => {
    const rig = aStore(roomFor(4))
    const all = [thing('one', 'a'), thing('one', 'b'), thing('one', 'c'), thing('one', 'd')]
    see(rig, ...all, thing('one', 'e'))
    expect(rig.store.couldHoldMore).toBe(false)
    rig.feed.event({ type: 'deleted', object: thing('one', 'a', 9) })
    rig.feed.event({ type: 'deleted', object: thing('one', 'b', 9) })
    expect(rig.store.couldHoldMore).toBe(true)
    list(rig, ...all.slice(2), thing('one', 'e'))
    expect(rig.keys()).toEqual(['one/c', 'one/d', 'one/e'])
    expect([rig.store.couldHoldMore, rig.store.withholds('one')]).toEqual([false, false])
  })

  test('lacks what it lacked until a list is complete that had room for all of it', () => {
    const rig = aStore(roomFor(3))
    const changes: string[] = []
    rig.store.subscribeToGaps(
      namespace => void changes.push(`${namespace} ${rig.store.withholds(namespace)}`),
    )
    see(rig, thing('one', 'a'), thing('one', 'b'), thing('one', 'c'), thing('one', 'd'))
    rig.feed.beginList().page({ items: [thing('one', 'a')], resourceVersion: '40' })
    expect(rig.store.withholds('one')).toBe(true)
    list(rig, thing('one', 'a'), thing('one', 'b'), thing('one', 'c'), thing('one', 'd'))
    expect(rig.store.withholds('one')).toBe(true)
    expect(changes).toEqual(['one true'])
    list(rig, thing('one', 'a'))
    expect(rig.store.withholds('one')).toBe(false)
    expect(changes).toEqual(['one true', 'one false'])
  })

  test('lacks what was put out while a list was taken, also if the list had shown it', () => {
    const shares = roomFor(2)
    const [hog, other] = [aStore(shares), aStore(shares)]
    const listing = hog.feed.beginList()
    listing.page({ items: [thing('hog', 'a'), thing('hog', 'b')], resourceVersion: '50' })
    see(other, thing('two', 'a'))
    listing.finish()
    expect([hog.keys(), hog.store.withholds('hog')]).toEqual([['hog/b'], true])
  })

  test('closed, it gives back what it held, tells nobody, and takes no more', () => {
    const shares = roomFor(2)
    const [one, two] = [aStore(shares), aStore(shares)]
    see(one, thing('one', 'a'), thing('one', 'b'))
    const heard: string[] = []
    one.store.subscribe(({ key }) => void heard.push(key))
    one.store.close()
    see(one, thing('one', 'c'))
    see(two, thing('two', 'a'), thing('two', 'b'))
    expect([one.keys(), two.keys(), heard]).toEqual([[], ['two/a', 'two/b'], []])
  })
})

describe('objects that nobody can read elsewhere', () => {
  test('go last, and of these the newest', () => {
    const shares = roomFor(4)
    const [tokens, credentials, other] = [aStore(shares), aStore(shares, true), aStore(shares)]
    see(credentials, thing('hog', 'k'), thing('hog', 'l'))
    see(tokens, thing('hog', 'a'), thing('hog', 'b'))
    see(other, thing('two', 'a'), thing('six', 'a'))
    expect([credentials.keys(), tokens.keys()]).toEqual([['hog/k', 'hog/l'], []])
    see(other, thing('ten', 'a'))
    expect([credentials.keys(), credentials.store.withholds('hog')]).toEqual([['hog/k'], true])
  })

  test('take the place of others of their namespace, and of nobody else', () => {
    const shares = roomFor(2)
    const [tokens, credentials] = [aStore(shares), aStore(shares, true)]
    see(tokens, thing('one', 'a'), thing('two', 'a'))
    see(credentials, thing('one', 'k'), thing('one', 'l'))
    expect([credentials.keys(), tokens.keys()]).toEqual([['one/k'], ['two/a']])
    see(tokens, thing('one', 'a', 2))
    expect(credentials.keys()).toEqual(['one/k'])
  })
})

test('ten thousand objects of a stranger take no more than their part, whatever is in them', () => {
  const rig = aStore(roomFor(100))
  for (let at = 0; at < 10_000; at++) see(rig, thing('hog', `t${at}`, at + 1, 'x'.repeat(at % 50)))
  expect(rig.keys().length).toBeLessThanOrEqual(110)
  see(rig, thing('two', 'a'))
  expect(rig.store.get('two/a')).toBeDefined()
})
