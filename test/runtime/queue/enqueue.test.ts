import { expect, test } from 'vitest'
import { enqueueChanges } from '../../../src/runtime/queue/enqueue.ts'
import { Store } from '../../../src/runtime/cache/store.ts'
import { WorkQueue } from '../../../src/runtime/queue/work-queue.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'
import { aThing, type Thing } from '../objects.ts'
import { recordedLog } from '../recorded-log.ts'
import { deleted } from '../cache/reflector/scripted-source.ts'

const never = new AbortController().signal

function setUp() {
  const store = new Store<Thing>({ name: 'things', log: recordedLog().log })
  const queue = new WorkQueue({ name: 'q', clock: new VirtualClock(), random: () => 0 })
  const next = async () => {
    const work = await queue.take(never)
    queue.done(work?.key ?? '', 'forget')
    return `${work?.key} for ${work?.reason}`
  }
  return { store, queue, next }
}

test('the first list at low priority, edits and ends before it', async () => {
  const { store, queue, next } = setUp()
  enqueueChanges(store, queue)
  const feed = store.openFeed()
  const listing = feed.beginList()
  listing.page({ items: [aThing('a', 1), aThing('b', 2), aThing('c', 3)], resourceVersion: '9' })
  listing.finish()
  feed.event({ type: 'modified', object: aThing('c', 10) })
  feed.event(deleted('b', 11))
  expect([await next(), await next(), await next()]).toEqual([
    'ns/b for things',
    'ns/c for things',
    'ns/a for things',
  ])
})

test('other keys than its own, for some changes only, until it is ended', async () => {
  const { store, queue, next } = setUp()
  const end = enqueueChanges(store, queue, {
    keysOf: ({ current, previous }) =>
      new Set([previous?.value, current?.value].filter(key => key !== undefined)),
    when: ({ previous, current }) => previous?.value !== current?.value,
    reason: 'owner changed',
  })
  store.noteWrite(aThing('a', 1, { value: 'one' }))
  store.noteWrite(aThing('a', 2, { value: 'one' }))
  expect(queue.size).toBe(1)
  expect(await next()).toBe('one for owner changed')
  store.noteWrite(aThing('a', 3, { value: 'two' }))
  expect([await next(), await next()]).toEqual(['one for owner changed', 'two for owner changed'])
  end()
  store.noteWrite(aThing('a', 4, { value: 'three' }))
  expect(queue.size).toBe(0)
})
