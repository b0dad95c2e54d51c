import { describe, expect, it } from 'vitest'
import { splitKey, type KubeObject } from '../../../src/api/object.ts'
import { settled, type Outcome } from '../../../src/core/outcome.ts'
import type { Kind } from '../../../src/operator/kind.ts'
import { FirstLook } from '../../../src/operator/wake/first-look.ts'
import { Store } from '../../../src/runtime/cache/store.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const signal = new AbortController().signal

function kind(name: string, keys: readonly string[], reconcile: Kind['reconcile']) {
  const store = new Store<KubeObject>({ name, log: createLogger({ level: 'silent' }) })
  for (const key of keys) store.noteWrite({ metadata: splitKey(key) })
  return { name, firstLook: 'leads' as const, watched: { store, reflectors: [] }, reconcile }
}

function setUp(
  required: readonly string[],
  dependsOn: Kind['dependsOn'] = () => undefined,
  unread: ReadonlySet<string> = new Set(),
) {
  const clock = new VirtualClock()
  const ran: string[] = []
  const first = kind('keys', required, key =>
    key === 'keys/broken' ? Promise.reject(new Error('broken')) : Promise.resolve(settled),
  )
  // A key of the same name as a required one, of a kind that is not.
  const then = { ...kind('tenants', ['keys/a'], noteRun), firstLook: 'follows' as const, dependsOn }
  const isUnread = (_: unknown, key: string): boolean => unread.has(key)
  const firstLook = new FirstLook({ kinds: [first, then], isUnread, limitMs: 10_000, clock })
  const held = firstLook.ordered(then)
  const look = firstLook.ordered(first)
  function noteRun(key: string): Promise<Outcome> {
    ran.push(key)
    return Promise.resolve(settled)
  }
  return { clock, ran, held, look }
}

it('a kind that stands apart waits for nobody', async () => {
  const { clock, ran } = setUp(['keys/a'])
  const apart = { ...kind('embeds', [], noteApart), firstLook: 'apart' as const }
  function noteApart(key: string): Promise<Outcome> {
    ran.push(key)
    return Promise.resolve(settled)
  }
  const firstLook = new FirstLook({ kinds: [apart], isUnread: () => false, limitMs: 10_000, clock })
  await firstLook.ordered(apart)('one', signal)
  expect(ran).toEqual(['one'])
})

describe('the first look', () => {
  it('holds back until all that is required was looked at, also if that failed', async () => {
    const { ran, held, look } = setUp(['keys/a', 'keys/broken'])
    const both = Promise.all([held('one', signal), held('two', signal)])
    await look('keys/a', signal)
    expect(ran).toEqual([])
    await expect(look('keys/broken', signal)).rejects.toThrow('broken')
    await both
    expect(ran).toEqual(['one', 'two'])
  })

  it('does not count a look at what refers to something that was not read yet', async () => {
    const unread = new Set(['keys/a'])
    const { clock, ran, held, look } = setUp(['keys/a'], undefined, unread)
    const waiting = held('one', signal)
    await look('keys/a', signal)
    await clock.advance(9_999)
    expect(ran).toEqual([])
    unread.clear()
    await look('keys/a', signal)
    await waiting
    expect(ran).toEqual(['one'])
  })

  it('counts what was looked at before anything had to be held back', async () => {
    const { ran, held, look } = setUp(['keys/a'])
    await look('keys/a', signal)
    await held('one', signal)
    expect(ran).toEqual(['one'])
  })

  it('holds nothing back when nothing is required, and nothing once it has let through', async () => {
    const { ran, held } = setUp([])
    await held('one', signal)
    await held('two', signal)
    expect(ran).toEqual(['one', 'two'])
  })

  it('lets through at the limit, however slow a look is', async () => {
    const { clock, ran, held } = setUp(['keys/a'])
    const waiting = held('one', signal)
    await clock.advance(9_999)
    expect(ran).toEqual([])
    await clock.advance(1)
    await waiting
    expect(ran).toEqual(['one'])
  })

  it('holds nobody back for what is in another namespace than all that they depend on', async () => {
    const { ran, held, look } = setUp(['keys/a', 'slow/a'], key => key.split('/')[0])
    const mine = held('keys/one', signal)
    const theirs = held('slow/one', signal)
    await look('keys/a', signal)
    await mine
    expect(ran).toEqual(['keys/one'])
    await look('slow/a', signal)
    await theirs
    expect(ran).toEqual(['keys/one', 'slow/one'])
  })

  it('holds nobody back who depends on nothing there is', async () => {
    const { ran, held } = setUp(['keys/a'], () => 'elsewhere')
    await held('one', signal)
    expect(ran).toEqual(['one'])
  })

  it('gives up with the signal', async () => {
    const { clock, ran, held } = setUp(['keys/a'])
    const stop = new AbortController()
    const waiting = held('one', stop.signal)
    stop.abort(new Error('stopped'))
    await Promise.all([expect(waiting).rejects.toThrow('stopped'), clock.advance(0)])
    expect(ran).toEqual([])
  })
})
