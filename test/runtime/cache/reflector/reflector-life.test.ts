import { expect, test } from 'vitest'
import { aThing, glance } from '../../objects.ts'
import { a1, b2, refused, setUp, watching } from './reflector-rig.ts'
import type { Step } from './scripted-source.ts'

const never = new AbortController().signal

test('start and stop are idempotent, and it can be started again', async () => {
  const { clock, store, source, reflector } = setUp([
    { list: [a1, b2], version: 9 },
    watching,
    { list: [b2], version: 20 },
    watching,
  ])
  await reflector.stop()
  reflector.start()
  reflector.start()
  await reflector.synced(never)
  await clock.flush()
  expect(source.open).toBe(1)
  await Promise.all([reflector.stop(), reflector.stop()])
  expect([source.open, clock.pendingTimers, reflector.hasSynced]).toEqual([0, 0, false])
  // Once stopped it has no say in what the store takes.
  store.noteWrite(aThing('c', 5))
  expect(glance(store.list())).toEqual(['a@1', 'b@2', 'c@5'])
  reflector.start()
  await reflector.synced(never)
  await clock.flush()
  expect(glance(store.list())).toEqual(['b@2'])
  expect(source.asked).toEqual(['list 500', 'watch 9', 'list 500', 'watch 20'])
})

test('a start right after a stop waits for the old life to end', async () => {
  const { clock, source, reflector } = setUp([
    { list: [], version: 9 },
    watching,
    { list: [], version: 20 },
    watching,
  ])
  reflector.start()
  await clock.flush()
  void reflector.stop()
  reflector.start()
  await clock.flush()
  expect([source.open, reflector.state]).toEqual([
    1,
    { kind: 'watching', resourceVersion: '20', failures: 1 },
  ])
})

test.each([
  { name: 'while listing', steps: [{ listHangs: 'hang' }] },
  { name: 'while watching', steps: [{ list: [], version: 9 }, watching] },
  { name: 'while backing off', steps: [{ listFails: refused }] },
] satisfies { name: string; steps: Step[] }[])('stops $name and leaves nothing', async ({ steps }) => {
  const { clock, source, reflector } = setUp(steps)
  reflector.start()
  await clock.flush()
  const synced = reflector.hasSynced ? undefined : reflector.synced(never)
  const rejected =
    synced === undefined ? undefined : expect(synced).rejects.toMatchObject({ code: 'stopped' })
  await reflector.stop()
  await rejected
  expect([source.open, clock.pendingTimers, reflector.state.kind]).toEqual([0, 0, 'stopped'])
})

test.each([
  { name: 'list', steps: [{ listHangs: 'deaf' }] },
  {
    name: 'watch',
    steps: [
      { list: [], version: 9 },
      { watch: [], next: 'deaf' },
    ],
  },
] satisfies { name: string; steps: Step[] }[])(
  'a $name deaf to its signal holds a stop up for 5 s only',
  async ({ steps }) => {
    const { clock, reflector } = setUp(steps)
    reflector.start()
    await clock.flush()
    let stopped = false
    const stop = reflector.stop().then(() => (stopped = true))
    await clock.advance(4_999)
    expect(stopped).toBe(false)
    await clock.advance(1)
    await stop
    expect(clock.pendingTimers).toBe(0)
  },
)

test('synced ends with its own signal', async () => {
  const { reflector } = setUp([{ listHangs: 'hang' }])
  reflector.start()
  const abort = new AbortController()
  const synced = reflector.synced(abort.signal)
  abort.abort(new Error('no patience'))
  await expect(synced).rejects.toThrow('no patience')
})
