/**
 * An operator that was away for longer than links live: all of them are made anew, the one first that ended first, in
 * two writes each. And one that was away for a moment finds nothing to do.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isTrue } from '../../src/api/conditions.ts'
import {
  claimsIn,
  embed,
  namespace,
  secretMadeAt,
  signingKey,
  signingPair,
  tellExpiry,
} from '../scenarios/embeds.ts'
import { sideBySide } from '../scenarios/side-by-side.ts'
import { eventually } from '../time/eventually.ts'
import { expectInvariants } from '../watchers/invariants.ts'
import { LinkHistory } from '../watchers/link-history.ts'
import { reconciles } from '../watchers/operator-metrics.ts'
import { settled } from '../watchers/settled.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'

const forever = new AbortController().signal
const count = 1_000
const workers = 8
const pair = signingPair('blue')
const names = Array.from({ length: count }, (_, index) => `e${index}`)
const spec = { lifetime: '1h', refreshBefore: '15m' }

let world: World
let history: LinkHistory
let operator: RunningOperator

beforeAll(async () => {
  world = await startWorld({ replicas: 0 })
  history = await LinkHistory.start(world)
  await world.namespace(namespace)
  await world.apply(signingKey('signing', pair.privatePem))
  await sideBySide(names, 16, name => publishExpired(name))
  await history.caughtUp()
})
afterAll(async () => {
  await history.close()
  await world.close()
})

test(`${count} links that have expired are good again, soonest end first`, { timeout: 300_000 }, async () => {
  operator = await world.startOperator({ args: [`--workers=${workers}`] })
  const startedAt = performance.now()
  await eventually(() => names.every(isGood), { what: 'all links are good', deadlineMs: 120_000 })
  const seconds = (performance.now() - startedAt) / 1000
  await history.caughtUp()
  const made = names.flatMap(name => {
    const [was, now] = history.versions(secretOf(name))
    return was === undefined || now === undefined
      ? []
      : [{ name, version: now.version, ended: expOf(was.token) }]
  })
  expect(made).toHaveLength(count)
  const inOrder = made.toSorted((a, b) => a.ended - b.ended).map(({ name }) => name)
  const asWritten = made.toSorted((a, b) => a.version - b.version).map(({ name }) => name)
  // Links are taken in order. So many may be under way beside one that is written.
  const tooEarly = asWritten.filter((name, index) => inOrder.indexOf(name) >= index + workers)
  expect(tooEarly).toEqual([])
  process.stdout.write(
    `${count} expired links made anew: ${Math.round(count / seconds)} a second, 2 writes each\n`,
  )
})

test('each took two writes, and is not written again before it is due', { timeout: 120_000 }, async () => {
  await settled(() => operatorWrites(), { forMs: 1_500 })
  await expectTwoWritesEach()
})

test('a restart writes nothing that is not due', { timeout: 120_000 }, async () => {
  const before = new Map(names.map(name => [name, history.versions(secretOf(name)).length]))
  await operator.stop()
  operator = await world.startOperator({ args: [`--workers=${workers}`] })
  await eventually(async () => (await reconciles(operator, 'embeds')) >= count, {
    what: 'all were looked at',
  })
  await settled(() => operatorWrites(), { forMs: 1_500 })
  await expectTwoWritesEach()
  // A link is due each few seconds among a thousand of one hour. Hardly more than that may have been written.
  const again = names.filter(name => history.versions(secretOf(name)).length !== before.get(name))
  expect(again.length).toBeLessThan(count / 10)
})

test('no link was ever wrong, and nothing secret is seen anywhere', { timeout: 120_000 }, async () => {
  await expectInvariants(world, { history, replicas: [] })
})

/** As the operator left it long ago; no two ended in the same second, and the names do not tell which did so first. */
async function publishExpired(name: string): Promise<void> {
  const rank = (names.indexOf(name) * 389) % count
  const made = await world.embeds.create(embed(name, spec), forever)
  const { exp, ...secret } = await secretMadeAt(made, pair, Date.now() - 7_200_000 + rank * 2_000)
  await world.secrets.create(secret, forever)
  await tellExpiry(world, made, exp)
}

function isGood(name: string): boolean {
  const { conditions, expiresAt = '' } = history.statuses(`${namespace}/${name}`).at(-1)?.status ?? {}
  return isTrue(conditions, 'Ready') && Date.now() < Date.parse(expiresAt)
}

/** One of the Secret and one of the status for each link after the first; and each of them was due. */
async function expectTwoWritesEach(): Promise<void> {
  await history.caughtUp()
  // Between the two writes of a refresh there is one of them.
  await eventually(() => {
    for (const name of names) expectTwoWrites(name)
    return true
  })
}

function expectTwoWrites(name: string): void {
  const secrets = history.versions(secretOf(name))
  const statuses = history.statuses(`${namespace}/${name}`)
  expect(statuses, name).toHaveLength(secrets.length)
  expect(new Set(secrets.map(({ token }) => token)).size, name).toBe(secrets.length)
  statuses.slice(1, -1).forEach(({ status }, index) => {
    const replacedAt = Number(claimsIn(secrets[index + 2]?.token ?? '')['iat']) + 30
    expect(Date.parse(status?.refreshAt ?? '') / 1000, name).toBeLessThanOrEqual(replacedAt)
  })
}

function operatorWrites(): number {
  const counts = names.map(name => history.versions(secretOf(name)).length)
  return counts.reduce((sum, versions) => sum + versions, 0)
}

function expOf(token: string): number {
  return Number(claimsIn(token)['exp'])
}

function secretOf(name: string): string {
  return `${namespace}/${name}-embed`
}
