import { describe, expect, test } from 'vitest'
import { Departures } from '../../../src/clickhouse-connection/departure/memory.ts'

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

test('a departure that turned out to be none begins its grace anew', () => {
  const departures = new Departures()
  departures.note(acme, 50)
  expect(departures.update([acme], sight(60))).toEqual([{ ...acme, since: 50, noted: true }])
  departures.doubt(acme)
  expect(departures.update([acme], sight(70))).toEqual([{ ...acme, since: 70, noted: false }])
})
