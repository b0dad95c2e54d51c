import { describe, expect, test } from 'vitest'
import { SnapshotReader } from '../../../src/clickhouse/catalog/snapshot-reader.ts'
import { Journal, type LiveEndpoint } from '../../../src/clickhouse/catalog/snapshot.ts'
import { readerRights } from '../../../src/clickhouse/catalog/reader-rights.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const never = new AbortController().signal

function endpoint(...names: string[]): LiveEndpoint {
  const view = { uuid: 'u', comment: 'c', engine: 'Atomic' }
  return {
    url: 'http://ch1',
    version: '26.7',
    time: 0,
    databases: new Map(names.map(name => [name, view])),
    reader: readerRights({ exists: true, user: 'datalens', grants: [], roles: [] }),
    accessStorage: { replicated: false },
  }
}

describe('journal', () => {
  const created = {
    kind: 'database',
    name: 'a',
    view: { uuid: 'n', comment: 'm', engine: 'Atomic' },
  } as const

  test('a snapshot begun before a write does not undo it', () => {
    const journal = new Journal()
    journal.add(created, 10)
    journal.add({ kind: 'grant', names: ['a'] }, 11)
    const data = endpoint()
    journal.apply(data, 5)
    expect(data.databases.get('a')).toEqual(created.view)
    expect(data.reader.covers('a')).toBe(true)
  })

  test('one begun in the same millisecond may have missed it', () => {
    const journal = new Journal()
    journal.add(created, 10)
    const data = endpoint()
    journal.apply(data, 10)
    expect(data.databases.has('a')).toBe(true)
  })

  test('one begun after a write shows what is there, also that it was undone by hand', () => {
    const journal = new Journal()
    journal.add(created, 10)
    journal.add({ kind: 'grant', names: ['a'] }, 10)
    const data = endpoint()
    journal.apply(data, 11)
    expect(data.databases.has('a')).toBe(false)
    expect(data.reader.covers('a')).toBe(false)
  })

  test('writes apply in their order', () => {
    const journal = new Journal()
    journal.add({ kind: 'grant', names: ['a'] }, 1)
    journal.add({ kind: 'revoke', names: ['a'] }, 2)
    journal.add({ kind: 'comment', name: 'a', comment: 'one' }, 3)
    journal.add({ kind: 'comment', name: 'a', comment: 'two' }, 4)
    const data = endpoint('a')
    journal.apply(data, 0)
    expect(data.reader.touches('a')).toBe(false)
    expect(data.databases.get('a')?.comment).toBe('two')
  })

  test('a new mark does not bring a database back that is gone', () => {
    const journal = new Journal()
    journal.add({ kind: 'comment', name: 'a', comment: 'one' }, 3)
    const data = endpoint()
    journal.apply(data, 0)
    expect(data.databases.has('a')).toBe(false)
  })

  test('what is pruned is not applied again', () => {
    const journal = new Journal()
    journal.add(created, 10)
    journal.add({ kind: 'grant', names: ['b'] }, 20)
    journal.prune(15)
    const data = endpoint()
    journal.apply(data, 0)
    expect(data.databases.has('a')).toBe(false)
    expect(data.reader.covers('b')).toBe(true)
  })
})

describe('snapshot reader', () => {
  function readerOver(takesMs: number) {
    const clock = new VirtualClock()
    const end = new AbortController()
    const starts: number[] = []
    const reader = new SnapshotReader<{ takenAt: number }>({
      clock,
      spacingMs: 1_000,
      signal: end.signal,
      read: () => {
        const takenAt = clock.monotonic()
        starts.push(takenAt)
        return new Promise(resolve => {
          clock.after(takesMs, () => resolve({ takenAt }))
        })
      },
    })
    const get = (since: number, signal = never) => reader.get(startedAt => startedAt >= since, signal)
    return { clock, end, starts, reader, get }
  }

  test('one read serves all who ask at the time', async () => {
    const { clock, starts, get } = readerOver(100)
    const all = [get(0), get(0), get(0)]
    await clock.advance(100)
    expect(await Promise.all(all)).toEqual([{ takenAt: 0 }, { takenAt: 0 }, { takenAt: 0 }])
    expect(starts).toEqual([0])
  })

  test('a young one is given without reading', async () => {
    const { clock, starts, reader, get } = readerOver(100)
    const first = get(0)
    await clock.advance(100)
    await first
    expect(await get(0)).toBe(reader.latest)
    expect(starts).toEqual([0])
  })

  test('who needs one begun later waits for the next, and shares it', async () => {
    const { clock, starts, get } = readerOver(1_500)
    const early = get(0)
    await clock.advance(200)
    const late = [get(200), get(150)]
    await clock.advance(1_300)
    expect(await early).toEqual({ takenAt: 0 })
    await clock.advance(1_500)
    expect(await Promise.all(late)).toEqual([{ takenAt: 1_500 }, { takenAt: 1_500 }])
    expect(starts).toEqual([0, 1_500])
  })

  test('two reads begin no closer than the spacing', async () => {
    const { clock, starts, get } = readerOver(10)
    const first = get(0)
    await clock.advance(10)
    await first
    const second = get(10)
    await clock.advance(2_000)
    expect(await second).toEqual({ takenAt: 1_000 })
    expect(starts).toEqual([0, 1_000])
  })

  test('one who gives up does not disturb the others', async () => {
    const { clock, get } = readerOver(100)
    const controller = new AbortController()
    const given = get(0, controller.signal).catch((error: unknown) => error)
    const kept = get(0)
    controller.abort(new Error('enough'))
    expect(await given).toEqual(new Error('enough'))
    await clock.advance(100)
    expect(await kept).toEqual({ takenAt: 0 })
  })

  test('the end reaches one who waits for the next read', async () => {
    const { clock, end, starts, get } = readerOver(10)
    const first = get(0)
    await clock.advance(10)
    await first
    const second = get(10).catch((error: unknown) => error)
    await clock.advance(100)
    end.abort(new Error('closed'))
    expect(await second).toEqual(new Error('closed'))
    expect(starts).toEqual([0])
    expect(clock.pendingTimers).toBe(0)
  })

  test('a failed read is tried anew by the next who asks', async () => {
    let fail = true
    const clock = new VirtualClock()
    const reader = new SnapshotReader<{ takenAt: number }>({
      clock,
      spacingMs: 1_000,
      signal: never,
      read: () =>
        fail ? Promise.reject(new Error('broken')) : Promise.resolve({ takenAt: clock.monotonic() }),
    })
    await expect(reader.get(() => true, never)).rejects.toThrow('broken')
    fail = false
    expect(await reader.get(() => true, never)).toEqual({ takenAt: 0 })
  })
})
