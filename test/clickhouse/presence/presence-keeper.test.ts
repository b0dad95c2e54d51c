import { expect, test } from 'vitest'
import { announcementOf } from '../../../src/clickhouse/presence/announcement.ts'
import { PresenceKeeper } from '../../../src/clickhouse/presence/presence-keeper.ts'
import { Presences } from '../../../src/clickhouse/presence/presences.ts'

const installation = 'installation-1'
const lookEveryMs = 60_000
const quietMs = 2 * lookEveryMs
const url = 'http://ch1.example.com:8123'
const otherUrl = 'http://ch2.example.com:8123'

/** The sessions of a server's endpoints, by url. */
type Sessions = Map<string, string>

/** One cluster: what is on record there, and the process that works. A copy of it has its record, and no more. */
class Cluster {
  record: readonly string[] = []
  /** What its status says. */
  isContested = false
  process: PresenceKeeper
  readonly #server: Sessions

  constructor(server: Sessions) {
    this.#server = server
    this.process = this.#start()
  }

  copy(): Cluster {
    const copy = new Cluster(this.#server)
    copy.record = this.record
    return copy
  }

  /** Another process goes on: after a restart, a kill, or as the next leader. */
  restart(): void {
    this.process = this.#start()
  }

  /** One look of the controller. @returns whether anything may be changed */
  look(at: number, { urls = [url], recorded = true, sent = true, record = this.record } = {}): boolean {
    const { process } = this
    process.learn(record)
    if (this.isContested) process.resume()
    for (const each of urls) process.note(each, this.#server.get(each) ?? '', at)
    if (process.isInDoubt) process.learn(this.record)
    const may = process.objection === undefined
    process.renew()
    if (recorded) this.record = process.epochs
    this.isContested = !may
    for (const each of process.unannounced(this.record))
      if (sent && urls.includes(each)) this.#server.set(each, process.announcement)
    return may
  }

  #start(): PresenceKeeper {
    const process = new PresenceKeeper({ installation, sessionId: 'session' })
    process.setPace(lookEveryMs)
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
  expect(server.get(url)).toBe(announcementOf(first.record.at(-1) ?? ''))
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

test('a server that refuses to be told is not asked', () => {
  const { first } = alone()
  first.copy().look(120_000)
  first.look(130_000)
  first.process.giveUp()
  expect([first.process.session, first.process.objection]).toEqual([undefined, undefined])
})

test.each([
  ['10s', 10_000, 30],
  ['1m', 60_000, 130],
  ['29m', 29 * 60_000, 3_490],
  ['30m', 30 * 60_000, undefined],
])(
  'looking every %s: a session lasts for two looks, where servers keep one for so long',
  (_text, ms, seconds) => {
    const keeper = new PresenceKeeper({ installation, sessionId: 'session' })
    keeper.setPace(ms)
    keeper.renew()
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
  keeper.renew()
  const again = presences.of('datalens/default')
  again.learn([])
  again.note(url, keeper.announcement, 1)
  expect(again.objection).toBeUndefined()
})
