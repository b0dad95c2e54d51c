import { describe, expect, test } from 'vitest'
import { retiredKey } from '../../../src/clickhouse-connection/departure/found/inventory.ts'
import {
  Departures,
  forgetGone,
  mostNotes,
  newDepartureMemory,
  noteMissing,
} from '../../../src/clickhouse-connection/departure/memory.ts'
import { markIn } from '../../../src/tenancy/mark.ts'
import { answering, down, mark, urls } from '../../builders/connection-observed.ts'

const acme = { namespace: 'tenants', name: 'acme', database: 'client_1' }
const sight = (elapsed: number, over: { complete?: boolean; lives?: boolean } = {}) => ({
  elapsed,
  complete: over.complete ?? true,
  lives: () => over.lives ?? false,
})

describe('since when tenants are missed', () => {
  test('the first time counts, as long as they stay away', () => {
    const departures = new Departures()
    expect(departures.update([acme], sight(100))).toEqual([{ ...acme, since: 100, noted: false }])
    expect(departures.update([acme], sight(200))).toEqual([{ ...acme, since: 100, noted: false }])
    departures.update([], sight(300, { lives: true }))
    expect(departures.update([acme], sight(400))).toEqual([{ ...acme, since: 400, noted: false }])
  })

  test('an outage does not begin the time anew', () => {
    const departures = new Departures()
    departures.update([acme], sight(100))
    departures.update([], sight(200, { complete: false }))
    expect(departures.update([acme], sight(300))).toEqual([{ ...acme, since: 100, noted: false }])
  })

  test('what the watch told is known until every endpoint has been seen without anything left', () => {
    const departures = new Departures()
    departures.note(acme, 50)
    departures.update([], sight(10 * 60_000, { complete: false }))
    expect(departures.update([acme], sight(11 * 60_000))).toEqual([{ ...acme, since: 50, noted: true }])
    departures.update([], sight(12 * 60_000))
    expect(departures.update([acme], sight(13 * 60_000))).toEqual([
      { ...acme, since: 13 * 60_000, noted: false },
    ])
  })

  test('a tenant that came back and is missed later was not seen leaving', () => {
    const departures = new Departures()
    departures.note(acme, 50)
    departures.update([], sight(60, { lives: true }))
    expect(departures.update([acme], sight(70))).toEqual([{ ...acme, since: 70, noted: false }])
  })
})

test('one that a list lacks has its grace from then on, whatever was known of it before', () => {
  const memory = newDepartureMemory()
  const { departures, losses } = memory
  departures.note(acme, 50)
  departures.update([acme], sight(60))
  losses.access.load([], { elapsed: 0, time: 0 })
  losses.access.letGo(acme, { elapsed: 60, time: 0 })
  noteMissing(acme, memory, { elapsed: 70, most: 10 })
  expect(departures.update([acme], sight(80))).toEqual([{ ...acme, since: 80, noted: false }])
  expect(losses.access.letGoAt(acme)).toBeUndefined()
})

test('a departure that turned out to be none begins its grace anew', () => {
  const departures = new Departures()
  departures.note(acme, 50)
  expect(departures.update([acme], sight(60))).toEqual([{ ...acme, since: 50, noted: true }])
  departures.doubt(acme)
  expect(departures.update([acme], sight(70))).toEqual([{ ...acme, since: 70, noted: false }])
})

describe('what a server or a namespace may have remembered without end', () => {
  const many = Array.from({ length: 60_000 }, (_, at) => ({ ...acme, name: `t${at}` }))
  const kept = (departures: Departures): number =>
    departures.update(many, sight(1_000, { complete: false })).filter(({ since }) => since < 1_000).length

  test('departures that the watch tells of while an endpoint is away', () => {
    const departures = new Departures()
    for (const each of many) departures.note(each, 50)
    expect(kept(departures)).toBe(20_000)
    expect(departures.connectionOf(many[0] ?? acme)).toBeUndefined()
  })

  test('departures that no server can show anything of', () => {
    const departures = new Departures()
    for (const each of many.slice(0, 1_000)) departures.note(each, 50, undefined, mostNotes(0, false))
    expect(kept(departures)).toBe(100)
  })

  test.each([
    ['the only connection remembers most', 1, 20_000],
    ['two as well', 2, 20_000],
    ['ten share', 10, 4_000],
    ['very many have a few each', 10_000, 500],
  ])('%s', (_what, open, expected) => {
    expect(mostNotes(open, true)).toBe(expected)
  })

  test('other tenants in each look at a server of which an endpoint is away', () => {
    const departures = new Departures()
    for (let at = 0; at < 60_000; at += 10_000)
      departures.update(many.slice(at, at + 10_000), sight(at / 1_000, { complete: false }))
    expect(kept(departures)).toBeLessThan(31_000)
  })

  test('databases that are retired, and others at the next look', () => {
    const memory = newDepartureMemory()
    const found = (url: string, at: number) => {
      const comment = mark({ state: 'retired', onDelete: 'Drop', retiredAt: at })
      return { url, database: 'client_1', comment, mark: markIn(comment) as never }
    }
    const [here, away] = urls
    const now = found(here, 1_000)
    const known = [now, found(here, 2_000), found(away, 3_000), found('https://gone:8443', 4_000)]
    for (const each of known) {
      memory.emptied.add(retiredKey(each))
      memory.remains.set(retiredKey(each), true)
    }
    forgetGone([answering(here), down(away)], { retired: [now], unclear: [] }, memory)
    const left = [retiredKey(now), retiredKey(found(away, 3_000))]
    expect([memory.emptied, memory.remains].map(each => [...each.keys()])).toEqual([left, left])
  })
})
