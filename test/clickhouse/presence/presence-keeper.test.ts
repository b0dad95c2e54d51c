import { expect, test } from 'vitest'
import { announcementOf } from '../../../src/clickhouse/presence/announcement.ts'
import { PresenceKeeper } from '../../../src/clickhouse/presence/presence-keeper.ts'
import { Presences } from '../../../src/clickhouse/presence/presences.ts'

const installation = 'installation-1'
const lookEveryMs = 60_000
const quietMs = 3 * lookEveryMs
const url = 'http://ch1.example.com:8123'
const otherUrl = 'http://ch2.example.com:8123'

/** The sessions of a server's endpoints, by url. */
type Sessions = Map<string, string>

interface LookOptions {
  readonly urls?: readonly string[]
  /** Endpoints that do not answer. */
  readonly away?: readonly string[]
  /** Endpoints at which nobody may announce himself. */
  readonly refused?: readonly string[]
  readonly recorded?: boolean
  readonly sent?: boolean
  readonly record?: readonly string[]
}

/** One cluster: what is on record there, and the process that works. A copy of it has its record, and no more. */
class Cluster {
  record: readonly string[] = []
  /** What its status says. */
  contested: PresenceKeeper['contested'] = []
  process: PresenceKeeper
  readonly #server: Sessions
  readonly #paceMs: number

  constructor(server: Sessions, paceMs = lookEveryMs) {
    this.#server = server
    this.#paceMs = paceMs
    this.process = this.#start()
  }

  copy(paceMs = this.#paceMs): Cluster {
    const copy = new Cluster(this.#server, paceMs)
    copy.record = this.record
    return copy
  }

  /** Another process goes on: after a restart, a kill, or as the next leader. */
  restart(): void {
    this.process = this.#start()
  }

  /** One look of the controller. @returns whether anything may be changed */
  look(
    at: number,
    {
      urls = [url],
      away = [],
      refused = [],
      recorded = true,
      sent = true,
      record = this.record,
    }: LookOptions = {},
  ): boolean {
    const { process } = this
    process.learn(record, at)
    process.resume(this.contested, at)
    process.keepTo(urls)
    for (const each of urls)
      if (!away.includes(each) && process.sessionAt(each, at) !== undefined)
        process.note(each, this.#server.get(each) ?? '', at)
    if (process.isInDoubt) process.learn(this.record, at)
    const may = process.objection === undefined
    process.renew(at)
    if (recorded) this.record = process.epochs
    this.contested = process.contested
    for (const each of process.unannounced(this.record, at)) {
      if (!sent || away.includes(each)) continue
      if (refused.includes(each)) process.refuse(each)
      else {
        process.noteSent(each)
        this.#server.set(each, process.announcement)
        process.noteAnnounced()
      }
    }
    return may
  }

  #start(): PresenceKeeper {
    const process = new PresenceKeeper({ installation, sessionId: 'session' })
    process.setPace(this.#paceMs)
    return process
  }
}

function alone(): { server: Sessions; first: Cluster } {
  const server: Sessions = new Map()
  const first = new Cluster(server)
  first.look(0)
  first.look(lookEveryMs)
  return { server, first }
}

/** Who shares a record is never another: what may happen between two looks of one installation. */
const oneInstallation: readonly (readonly [string, (cluster: Cluster, server: Sessions) => void])[] = [
  ['nothing at all', () => undefined],
  ['a restart', cluster => cluster.restart()],
  [
    'a change, and a restart before the next look',
    cluster => {
      cluster.process.noteChange()
      cluster.restart()
    },
  ],
  [
    'an epoch on record that was never announced, as the process ended between',
    cluster => {
      cluster.process.noteChange()
      cluster.look(90_000, { sent: false })
      cluster.restart()
    },
  ],
  [
    'an epoch that could not be written down',
    cluster => {
      cluster.process.noteChange()
      cluster.look(90_000, { recorded: false })
      cluster.restart()
    },
  ],
  ['a server that was restarted, and knows no session', (_cluster, server) => server.clear()],
  [
    'a late statement of the process before',
    (cluster, server) => {
      const late = server.get(url) ?? ''
      cluster.restart()
      cluster.look(90_000)
      server.set(url, late)
    },
  ],
  [
    'a server that was put back to an earlier state',
    (cluster, server) => {
      const before = server.get(url) ?? ''
      for (const at of [70_000, 80_000, 90_000]) {
        cluster.process.noteChange()
        cluster.look(at)
      }
      server.set(url, before)
    },
  ],
  ['a text that is no announcement', (_cluster, server) => server.set(url, 'the account’s own')],
  [
    'twenty restarts',
    cluster => {
      for (let time = 0; time < 20; time++) {
        cluster.restart()
        cluster.look(70_000 + time)
      }
    },
  ],
]

test.each(oneInstallation)('one installation: %s', (_what, happens) => {
  const { server, first } = alone()
  happens(first, server)
  for (const at of [120_000, 180_000, 240_000]) expect(first.look(at)).toBe(true)
  expect(server.get(url)).toBe(announcementOf(first.record.at(-1) ?? '', lookEveryMs))
})

test('one installation: the next leader’s cache lags behind the record', () => {
  const { first } = alone()
  const before = first.record
  first.process.noteChange()
  first.look(90_000)
  first.restart()
  expect(first.look(91_000, { record: before })).toBe(true)
})

test('at rest nothing is written down or announced', () => {
  const { server, first } = alone()
  const before = [first.record, server.get(url)]
  for (let at = 120_000; at < 3_600_000; at += lookEveryMs) first.look(at)
  expect([first.record, server.get(url)]).toEqual(before)
})

test('a copy from before the last change changes nothing, from its first look on', () => {
  const { first } = alone()
  const copy = first.copy()
  first.process.noteChange()
  first.look(120_000)
  for (let at = 125_000; at < 600_000; at += lookEveryMs) {
    expect(copy.look(at)).toBe(false)
    expect(first.look(at + 5_000)).toBe(false)
  }
})

test('a copy that knows all is noticed at the next look, and both change nothing while both are there', () => {
  const { first } = alone()
  const copy = first.copy()
  expect(copy.look(120_000)).toBe(true)
  for (let at = 130_000; at < 600_000; at += lookEveryMs) {
    expect(first.look(at)).toBe(false)
    expect(copy.look(at + 5_000)).toBe(false)
  }
  copy.restart()
  expect(copy.look(600_000)).toBe(false)
})

test('a copy that knows all is told of the first one, also where the answer to the announcement was lost', () => {
  const { first, server } = alone()
  first.process.noteChange()
  first.look(70_000, { sent: false })
  server.set(url, first.process.announcement)
  const copy = first.copy()
  copy.look(80_000)
  expect(first.look(90_000)).toBe(false)
  expect(copy.look(100_000)).toBe(false)
})

test('once one of them ends the other goes on, after it was silent for as long as two looks take', () => {
  const { first } = alone()
  const copy = first.copy()
  copy.look(120_000)
  first.look(130_000)
  copy.look(140_000)
  expect(first.look(150_000)).toBe(false)
  expect(first.look(155_000)).toBe(false)
  expect(first.look(155_000 + quietMs - 1)).toBe(false)
  expect(first.look(155_000 + quietMs)).toBe(true)
  expect(first.look(1_000_000)).toBe(true)
})

test('one that is restarted meanwhile waits as well, and goes on in the end', () => {
  const { first } = alone()
  const copy = first.copy()
  copy.look(120_000)
  first.look(130_000)
  first.restart()
  expect(first.look(140_000)).toBe(false)
  expect(first.look(145_000)).toBe(false)
  expect(first.look(145_000 + quietMs)).toBe(true)
})

test('a silence in which this one did not look either proves nothing', () => {
  const { server, first } = alone()
  const copy = first.copy()
  copy.look(120_000)
  first.look(130_000)
  server.clear()
  expect(first.look(130_000 + quietMs)).toBe(false)
  expect(first.look(130_000 + quietMs + 5_000)).toBe(false)
})

test('a cluster that was put back to an earlier state waits once, and goes on if nobody else is there', () => {
  const { first } = alone()
  const restored = first.copy()
  first.process.noteChange()
  first.look(120_000)
  expect(restored.look(130_000)).toBe(false)
  restored.look(135_000)
  expect(restored.look(135_000 + quietMs)).toBe(true)
})

test('a cluster that is put back under a running operator goes on', () => {
  const { first } = alone()
  const { record } = first
  first.process.noteChange()
  first.look(120_000)
  first.record = record
  expect(first.look(180_000)).toBe(true)
  expect(first.record.length).toBeGreaterThan(record.length)
})

test('another one on a single endpoint is enough', () => {
  const { server, first } = alone()
  const stranger = new Cluster(server)
  stranger.look(120_000, { urls: [otherUrl] })
  expect(first.look(130_000, { urls: [url, otherUrl] })).toBe(false)
})

test('the record has an end', () => {
  const { first } = alone()
  for (let time = 0; time < 40; time++) {
    first.restart()
    first.look(70_000 + time)
  }
  expect(first.record).toHaveLength(16)
})

test('an endpoint that refuses to be told is not asked, and what it said of another still counts', () => {
  const { first } = alone()
  const urls = [url, otherUrl]
  first.look(70_000, { urls })
  first.copy().look(120_000, { urls })
  expect(first.look(130_000, { urls, refused: [otherUrl] })).toBe(false)
  expect(first.process.sessionAt(otherUrl, 131_000)).toBeUndefined()
  expect(first.process.sessionAt(url, 131_000)).toBeDefined()
  for (let at = 140_000; at < 1_000_000; at += lookEveryMs) expect(first.look(at, { urls })).toBe(false)
  expect(first.process.objection?.message).toContain(`At ${new URL(otherUrl).host} the account may not set`)
  first.process.retry()
  first.look(1_000_000, { urls })
  first.look(1_005_000, { urls })
  expect(first.look(1_005_000 + quietMs, { urls })).toBe(true)
})

test('a refusal alone is no sign of another, and the other endpoints are still asked', () => {
  const { first } = alone()
  const urls = [url, otherUrl]
  expect(first.look(70_000, { urls, refused: [otherUrl] })).toBe(true)
  first.process.noteChange()
  expect(first.look(120_000, { urls })).toBe(true)
  first.copy().look(130_000)
  expect(first.look(180_000, { urls })).toBe(false)
})

test('another has gone when it is silent where it was noticed, not elsewhere', () => {
  const { first, server } = alone()
  const urls = [url, otherUrl]
  first.look(70_000, { urls })
  new Cluster(server).look(120_000, { urls: [otherUrl] })
  expect(first.look(130_000, { urls })).toBe(false)
  for (let at = 140_000; at < 1_000_000; at += lookEveryMs)
    expect(first.look(at, { urls, away: [otherUrl] })).toBe(false)
  first.look(1_000_000, { urls })
  first.look(1_005_000, { urls })
  expect(first.look(1_000_000 + quietMs - 1, { urls })).toBe(false)
  expect(first.look(1_000_000 + quietMs, { urls })).toBe(true)
})

test('an endpoint that is taken out holds nobody up, nor does it after a restart', () => {
  for (const restarts of [false, true]) {
    const { first, server } = alone()
    const urls = [url, otherUrl]
    new Cluster(server).look(120_000, { urls: [otherUrl] })
    expect(first.look(130_000, { urls })).toBe(false)
    if (restarts) first.restart()
    expect(first.look(140_000)).toBe(true)
  }
})

test.each([
  ['before', false],
  ['after a restart', true],
])('who looks less often has as long as it needs: %s', (_when, restarts) => {
  const { first } = alone()
  const slowMs = 10 * lookEveryMs
  const slow = first.copy(slowMs)
  slow.look(120_000)
  first.look(130_000)
  first.look(135_000)
  if (restarts) first.restart()
  for (let at = 140_000; at < 120_000 + 2 * slowMs; at += lookEveryMs) expect(first.look(at)).toBe(false)
  for (let at = 120_000 + 2 * slowMs; at < 140_000 + 3 * slowMs; at += lookEveryMs) first.look(at)
  expect(first.look(140_000 + 3 * slowMs)).toBe(true)
})

test('an announcement without its pace is read as well', () => {
  const { server, first } = alone()
  server.set(url, 'lenskeeper/epoch/11111111-2222-4333-8444-555555555555')
  expect(first.look(120_000)).toBe(false)
})

test('news for a full record are not dropped, nor is the own epoch', () => {
  const { first } = alone()
  for (let time = 0; time < 20; time++) {
    first.restart()
    first.look(70_000 + time)
  }
  const before = first.record
  const leader = first.process
  first.restart()
  expect(first.look(71_000, { record: before })).toBe(true)
  const latest = first.record.at(-1)
  leader.learn(first.record, 71_500)
  leader.note(url, announcementOf(latest ?? '', lookEveryMs), 72_000)
  expect(leader.objection).toBeUndefined()
  expect(leader.epochs).toContain(latest)
  expect(leader.epochs.at(-1)).toBe(before.at(-1))
})

test('an endpoint that was away for many changes shows an epoch of ours, also after a restart', () => {
  for (const restarts of [false, true]) {
    const { first } = alone()
    const urls = [url, otherUrl]
    first.look(61_000, { urls })
    for (let time = 0; time < 40; time++) {
      first.process.noteChange()
      first.look(62_000 + time * 1_000, { urls, away: [otherUrl] })
    }
    if (restarts) first.restart()
    expect(first.look(110_000, { urls })).toBe(true)
    expect(first.record).toHaveLength(16)
  }
})

test('while nobody can be told, no further epoch is begun, and one that is due is begun after', () => {
  const { first } = alone()
  first.process.noteChange()
  first.look(70_000, { sent: false })
  const { record } = first
  for (let time = 0; time < 5; time++) {
    first.process.noteChange()
    first.look(71_000 + time, { sent: false })
  }
  expect(first.record).toEqual(record)
  first.look(80_000)
  first.look(90_000)
  expect(first.record.length).toBe(record.length + 1)
})

test('where no record is kept nothing is announced, written down or objected to', () => {
  const presences = new Presences({ installation, scope: [] })
  const keeper = presences.of('datalens/default')
  keeper.renew(0)
  keeper.note(url, announcementOf('11111111-2222-4333-8444-555555555555', lookEveryMs), 1)
  expect(keeper.objection).toBeDefined()
  expect([presences.giveUp(), presences.giveUp()]).toEqual([true, false])
  expect([keeper.objection, keeper.session, keeper.epochs, keeper.contested]).toEqual([
    undefined,
    undefined,
    [],
    [],
  ])
  expect(presences.of('datalens/other').session).toBeUndefined()
})

test('a session that refuses what is allowed without it is left alone until it has ended', () => {
  const { first } = alone()
  first.process.rest(url, 100_000)
  expect(first.process.sessionAt(url, 100_000 + quietMs)).toBeUndefined()
  expect(first.process.sessionAt(otherUrl, 100_000)).toBeDefined()
  expect(first.process.sessionAt(url, 100_000 + quietMs + 20_000)).toBeDefined()
})

test('a keeper stays while its connection is there, however many there are, or come and go', () => {
  const presences = new Presences({ installation, scope: [] })
  const keeper = presences.of('datalens/default')
  keeper.renew(0)
  for (let junk = 0; junk < 2_000; junk++) presences.of(`junk/${junk}`)
  for (let junk = 0; junk < 1_500; junk++) presences.forget(`junk/${junk}`)
  expect(presences.of('datalens/default')).toBe(keeper)
  presences.forget('datalens/default')
  for (let junk = 1_500; junk < 2_000; junk++) presences.forget(`junk/${junk}`)
  expect(presences.of('datalens/default')).toBe(keeper)
})

test.each([
  ['10s', 10_000, 30],
  ['1m', 60_000, 180],
  ['29m', 29 * 60_000, 3_540],
  ['30m', 30 * 60_000, undefined],
])(
  'looking every %s: a session lasts for two looks, where servers keep one for so long',
  (_text, ms, seconds) => {
    const keeper = new PresenceKeeper({ installation, sessionId: 'session' })
    keeper.setPace(ms)
    keeper.renew(0)
    expect(keeper.session?.timeoutSeconds).toBe(seconds)
    expect(keeper.epochs).toHaveLength(seconds === undefined ? 0 : 1)
  },
)

test('copies meet in one session; other installations, scopes and connections have others', () => {
  const idOf = (id: string, scope: readonly string[], connection: string) =>
    new Presences({ installation: id, scope }).of(connection).session?.id
  const usual = idOf(installation, [], 'datalens/default')
  expect(idOf(installation, [], 'datalens/default')).toBe(usual)
  const others = [
    idOf('installation-2', [], 'datalens/default'),
    idOf(installation, ['datalens'], 'datalens/default'),
    idOf(installation, [], 'datalens/other'),
  ]
  expect(new Set([usual, ...others]).size).toBe(4)
  expect(idOf(installation, ['b', 'a', 'b'], 'x/y')).toBe(idOf(installation, ['a', 'b'], 'x/y'))
})

test('a connection that is made anew has no record, and what this process announced is its own', () => {
  const presences = new Presences({ installation, scope: [] })
  const keeper = presences.of('datalens/default')
  keeper.renew(0)
  presences.forget('datalens/default')
  const again = presences.of('datalens/default')
  again.learn([], 0)
  again.note(url, keeper.announcement, 1)
  expect(again.objection).toBeUndefined()
})
