/** One address, and two servers behind it. */
import { afterEach, describe, expect, test } from 'vitest'
import { PresenceKeeper } from '../../../src/clickhouse/presence/presence-keeper.ts'
import type { Server } from '../../../src/clickhouse/server.ts'
import { always, inTurn, LoadBalancer, type Choice } from '../../proxies/load-balancer.ts'
import type { SeenRequest } from '../../proxies/scripted-server.ts'
import { dataOf, failure, useServers } from './servers.ts'

const never = new AbortController().signal
const servers = useServers()
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function behind(choose: Choice): Promise<{ balancer: LoadBalancer; server: Server; url: string }> {
  const balancer = await LoadBalancer.start(servers.clickHouse.endpoints, choose)
  closing.push(() => balancer.close())
  const server = servers.open({ endpoints: [balancer.url] })
  closing.push(() => server.close())
  return { balancer, server, url: balancer.url }
}

const isRead = ({ body }: SeenRequest): boolean => /^(SELECT|SHOW) /.test(body)

async function lookAt(server: Server): Promise<string> {
  const [view] = (await server.snapshot({ maxAgeMs: 0 }, never)).endpoints
  return view?.ok === true ? 'ok' : (view?.error.code ?? 'none')
}

describe('several servers at one endpoint', () => {
  test('are found at the first look, and no statement goes to any of them', async () => {
    const { server, url } = await behind(inTurn)
    expect(await lookAt(server)).toBe('severalServers')
    const before = (await servers.clickHouse.statistics()).total
    const name = servers.fresh()
    expect(await failure(server.createDatabase(url, { name, comment: 'm' }, never))).toMatchObject({
      code: 'severalServers',
      uncertain: false,
    })
    expect(await failure(server.grantRead(name, {}, never))).toMatchObject({ code: 'severalServers' })
    expect(await failure(server.readDatabase(url, name, never))).toMatchObject({ code: 'severalServers' })
    expect((await servers.clickHouse.statistics()).total).toBe(before)
  })

  test('that take the seldom turn are found at that turn', async () => {
    const { balancer, server } = await behind(always(0))
    expect(await lookAt(server)).toBe('ok')
    balancer.choose = always(1)
    expect(await lookAt(server)).toBe('serverChanged')
    balancer.choose = always(0)
    expect(await lookAt(server)).toBe('severalServers')
  })

  test('a statement that went to another than was looked at counts as nothing done', async () => {
    const { balancer, server, url } = await behind(always(0))
    expect(await lookAt(server)).toBe('ok')
    const looked = server.latest()
    const name = servers.fresh()
    balancer.choose = seen => (isRead(seen) ? 0 : 1)
    const stray = { code: 'otherServer', uncertain: true }
    expect(await failure(server.createDatabase(url, { name, comment: 'm' }, never))).toMatchObject(stray)
    expect(dataOf(server.latest(), url).databases.has(name)).toBe(false)
    expect(await failure(server.setComment(url, name, 'n', never))).toMatchObject(stray)
    expect(await failure(server.grantRead(name, {}, never))).toMatchObject(stray)
    expect(dataOf(server.latest(), url).reader.covers(name)).toBe(false)
    // What was known is not relied upon any more.
    expect(await server.snapshot({ maxAgeMs: 60_000 }, never)).not.toBe(looked)
  })

  test('nor does the proof of a mark, by another than was looked at', async () => {
    const { balancer, server, url } = await behind(always(0))
    expect(await lookAt(server)).toBe('ok')
    balancer.choose = always(1)
    expect(await failure(server.readDatabase(url, servers.fresh(), never))).toMatchObject({
      code: 'otherServer',
      uncertain: false,
    })
  })

  test('a server that is settled is asked no more than its catalogue', async () => {
    const { server } = await behind(always(0))
    await lookAt(server)
    const before = (await servers.clickHouse.statements()).length
    await lookAt(server)
    const asked = (await servers.clickHouse.statements()).slice(before).map(({ sql }) => sql)
    expect(asked.filter(sql => sql.includes('serverUUID()'))).toHaveLength(2)
    expect(asked.filter(sql => sql.startsWith('SELECT toString(serverUUID())'))).toEqual([])
  })
})

test('two endpoints of one server: the second is refused', async () => {
  const balancer = await LoadBalancer.start([servers.first], always(0))
  closing.push(() => balancer.close())
  const server = servers.open({ endpoints: [servers.first, balancer.url] })
  closing.push(() => server.close())
  const { endpoints } = await server.snapshot({ maxAgeMs: 0 }, never)
  expect(endpoints.map(view => (view.ok ? 'ok' : view.error.code))).toEqual(['ok', 'sameServer'])
})

describe('another operator at the same endpoints', () => {
  function operator(
    sessionId: string,
    record: readonly string[] = [],
  ): { presence: PresenceKeeper; server: Server } {
    const presence = new PresenceKeeper({ installation: 'installation-1', sessionId })
    presence.learn(record, 0)
    const server = servers.open({ presence })
    closing.push(() => server.close())
    return { presence, server }
  }

  async function look({ presence, server }: ReturnType<typeof operator>): Promise<readonly string[]> {
    const { endpoints } = await server.snapshot({ maxAgeMs: 0 }, never)
    presence.renew(0)
    for (const url of presence.unannounced(presence.epochs, 0))
      await server.announce(url, presence.announcement, never)
    return endpoints.map(view => (view.ok ? 'ok' : view.error.code))
  }

  test('is noticed at the next look, by both, and no statement goes to any endpoint', async () => {
    const one = operator('shared')
    expect(await look(one)).toEqual(['ok', 'ok'])
    const other = operator('shared', one.presence.epochs)
    expect(await look(other)).toEqual(['ok', 'ok'])
    for (const each of [one, other]) {
      expect(await look(each)).toEqual(['operatedElsewhere', 'operatedElsewhere'])
      const before = (await servers.clickHouse.statistics()).total
      const name = servers.fresh()
      const making = each.server.createDatabase(servers.first, { name, comment: 'm' }, never)
      expect(await failure(making)).toMatchObject({ code: 'operatedElsewhere', uncertain: false })
      const granting = each.server.grantRead(name, {}, never)
      expect(await failure(granting)).toMatchObject({ code: 'operatedElsewhere' })
      expect((await servers.clickHouse.statistics()).total).toBe(before)
    }
  })

  test('what a session alone refuses is believed without it, which then is left to end', async () => {
    const { presence, server } = operator('stale')
    await servers.clickHouse.setFault(0, { kind: 'error', code: 497, matching: /getSetting/ })
    const { endpoints } = await server.snapshot({ maxAgeMs: 0 }, never)
    expect(endpoints.map(view => [view.ok, view.announced])).toEqual([
      [true, undefined],
      [true, ''],
    ])
    const usable = server.urls.map(url => presence.sessionAt(url, performance.now()) !== undefined)
    expect(usable).toEqual([false, true])
  })

  test('a session that a statement still holds keeps nobody from looking', async () => {
    const { presence, server } = operator('held')
    await servers.clickHouse.setFault(0, { kind: 'error', code: 373, matching: /getSetting/ })
    const { endpoints } = await server.snapshot({ maxAgeMs: 0 }, never)
    expect(endpoints.map(view => [view.ok, view.announced])).toEqual([
      [true, undefined],
      [true, ''],
    ])
    expect(presence.objection).toBeUndefined()
  })
})
