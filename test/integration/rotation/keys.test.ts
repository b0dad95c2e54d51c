/** The sequence with DataLens, versions that go to and fro, keys that are not what they were, and what is told. */
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { dataOf } from '../../../src/api/core-objects.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { slotOf } from '../../../src/tenancy/slots.ts'
import { eventually } from '../../time/eventually.ts'
import { follow, type ObjectEvent } from '../../watchers/follow.ts'
import { expectInvariants } from '../../watchers/invariants.ts'
import { metricOf } from '../../watchers/operator-metrics.ts'
import { Rotation, type Status } from '../../scenarios/rotation.ts'
import { TokenWatch } from '../../watchers/token-watch.ts'
import type { RunningOperator } from '../../cluster/operator-under-test.ts'
import { startWorld, type World } from '../../cluster/world.ts'

const forever = new AbortController().signal
/** A batch, and then a rest that outlasts every test. */
const halfway = { batch: { percent: 50, interval: '1h' } }
const onward = { rollout: { batch: { percent: 100, interval: '0s' } } }
let world: World
let watch: TokenWatch
let operator: RunningOperator

beforeAll(async () => {
  world = await startWorld()
  watch = await TokenWatch.start(world)
  operator = await world.startOperator()
  await world.connect()
})
afterAll(async () => {
  await watch.close()
  await world.close()
})

const keysOf = ({ keys = [] }: Status): Readonly<Record<string, string>> =>
  Object.fromEntries(
    keys.map(({ side, version, state, tokens }) => [`${side} ${version}`, `${state} ${tokens}`]),
  )
const fingerprintOf = ({ keys = [] }: Status, version: number): string =>
  keys.find(key => key.side === 'Partner' && key.version === version)?.fingerprint ?? ''
/** The tenants of a `Rotation` whose slots are below this, by name. */
const slotsBelow = (namespace: string, tenants: number, permille: number): readonly string[] =>
  Array.from({ length: tenants }, (_, at) => `t${at}`)
    .filter(name => slotOf(namespace, name) < permille)
    .toSorted()
const handover = async ({ key }: Rotation): Promise<Readonly<Record<string, string>>> =>
  (await world.configMaps.get(`${key}-handover`, forever))?.data ?? {}

describe('the sequence with DataLens', () => {
  test('paused: the new key is made and handed over; unpaused, it rolls', async () => {
    const rotation = await Rotation.open(world, watch, { name: 'by-pause', tenants: 3 })
    await rotation.set({ keyVersion: 2, rollout: { paused: true } })
    const waiting = await rotation.phase('Paused')
    expect(keysOf(waiting)).toEqual({
      'DataLens 1': 'Active 3',
      'Partner 1': 'Active 3',
      'Partner 2': 'Staged 0',
    })
    const handed = await handover(rotation)
    expect(handed).toMatchObject({ keyVersion: '2', fingerprint: fingerprintOf(waiting, 2) })
    const secret = await world.secrets.get(`${rotation.key}-partner-v2`, forever)
    expect(handed['public.pem']).toBe(secret === undefined ? '' : dataOf(secret, 'public.pem'))
    await rotation.fence('still-the-old-one')
    expect(watch.holding('by-pause')).toEqual({ '1:1': 4 })

    await rotation.set({ rollout: { paused: false } })
    const done = await rotation.completes('1:2')
    expect(keysOf(done)).toEqual({
      'DataLens 1': 'Active 4',
      'Partner 1': 'Superseded 0',
      'Partner 2': 'Active 4',
    })
    expect(rotation.condition(done, 'RolledOut')).toMatch(
      /^True RolledOut: Every tenant has 1:2\. In no Secret any more, and may be withdrawn at DataLens: .* Saved connections go on/,
    )
    const states = Object.fromEntries(
      await Promise.all(
        ['total', 'updated', 'failed'].map(async state => [
          state,
          await metricOf(operator, 'lenskeeper_rollout_tenants', { partner_key: rotation.key, state }),
        ]),
      ),
    )
    expect(states).toEqual({ total: 4, updated: 4, failed: 0 })
    const labels = { partner_key: rotation.key }
    expect(await metricOf(operator, 'lenskeeper_rollout_phase', { ...labels, phase: 'Complete' })).toBe(1)
    expect(await metricOf(operator, 'lenskeeper_rollout_pair_tenants', { ...labels, pair: '1:2' })).toBe(4)
    expect(await metricOf(operator, 'lenskeeper_leader')).toBe(1)
    expect(await metricOf(operator, 'lenskeeper_tenants', { ready: 'True' })).toBeGreaterThanOrEqual(4)
  })

  test('confirmed: it rolls when the commit names version and fingerprint, and neither alone', async () => {
    const rotation = await Rotation.open(world, watch, { name: 'by-word', tenants: 3 })
    const first = { keyVersion: 1, fingerprint: fingerprintOf(await rotation.status(), 1) }
    await rotation.set({ dataLens: { accepts: [first] } })
    await rotation.set({ keyVersion: 2 })
    const waiting = await rotation.phase('AwaitingDataLens')
    expect(keysOf(waiting)['Partner 2']).toBe('Staged 0')
    const second = { keyVersion: 2, fingerprint: fingerprintOf(waiting, 2) }
    expect(await handover(rotation)).toMatchObject({ keyVersion: '2', fingerprint: second.fingerprint })
    await rotation.set({ dataLens: { accepts: [first, { ...second, fingerprint: first.fingerprint }] } })
    await rotation.phase('AwaitingDataLens')
    await rotation.fence('still-the-old-one')
    expect(watch.holding('by-word')).toEqual({ '1:1': 4 })
    await rotation.set({ dataLens: { accepts: [first, second] } })
    await rotation.completes('1:2')
    expect(watch.holding('by-word')).toEqual({ '1:2': 4 })
  })
})

describe('a status that was lost', () => {
  const lose = ({ key }: Rotation) =>
    world.partnerKeys.patchStatus(key, [{ op: 'remove', path: '/status' }], forever)

  test('of a rotation that was over is found again in the Secrets, and nothing is minted', async () => {
    const rotation = await Rotation.open(world, watch, { name: 'lost', tenants: 4 })
    await rotation.set({ keyVersion: 2 })
    const before = await rotation.completes('1:2')
    await lose(rotation)
    const after = await rotation.completes('1:2')
    expect(keysOf(after)).toEqual(keysOf(before))
    await rotation.fence('after-loss')
    expect(watch.tokens('lost')).toHaveLength(2 * 4 + 1)
  })

  test('in mid-course goes on from the Secrets; who has moved is not moved again', async () => {
    const rotation = await Rotation.open(world, watch, {
      name: 'lost-midway',
      tenants: 12,
      spec: { rollout: halfway },
    })
    await rotation.set({ keyVersion: 2 })
    await rotation.reaches(
      ({ rollout }) => rollout?.admittedPermille === 500 && rollout.updated > 0,
      'half of the slots may move',
    )
    const moved = watch.holders('lost-midway', '1:2').length
    expect(moved).toBeGreaterThan(0)
    expect(moved).toBeLessThan(12)
    await lose(rotation)
    await rotation.reaches(({ rollout }) => rollout !== undefined, 'it is found out')
    await rotation.set(onward)
    await rotation.completes('1:2')
    expect(watch.holding('lost-midway')).toEqual({ '1:2': 12 })
    expect(watch.mintedTwice('lost-midway')).toEqual([])
  })

  test('when most have moved still holds a pause, and then goes on in batches', async () => {
    const rotation = await Rotation.open(world, watch, {
      name: 'lost-late',
      tenants: 24,
      spec: { rollout: { batch: { percent: 80, interval: '1h' } } },
    })
    await rotation.set({ keyVersion: 2 })
    const early = slotsBelow('lost-late', 24, 800)
    expect(early.length).toBeGreaterThan(12)
    expect(early.length).toBeLessThan(24)
    await eventually(() => watch.holders('lost-late', '1:2').length === early.length, {
      what: 'the first batch has moved',
    })
    await rotation.set({ rollout: { paused: true } })
    await rotation.phase('Paused')
    await lose(rotation)
    const found = await rotation.phase('Paused')
    expect(found).toMatchObject({ current: '1:1', target: '1:2' })
    await rotation.fence('after-loss')
    expect(watch.holders('lost-late', '1:2')).toEqual(early)

    await rotation.set({ rollout: { ...onward.rollout, paused: false } })
    await rotation.completes('1:2')
    expect(watch.holding('lost-late')).toEqual({ '1:2': 25 })
    expect(watch.mintedTwice('lost-late')).toEqual([])
  })
})

describe('versions that change again', () => {
  test('bumped, set back and bumped in a breath: it ends at the last', async () => {
    const rotation = await Rotation.open(world, watch, { name: 'to-and-fro', tenants: 60 })
    const someHave = (pair: string) =>
      eventually(() => watch.holders('to-and-fro', pair).length > 0, {
        what: `some have ${pair}`,
        everyMs: 2,
      })
    await rotation.set({ keyVersion: 2 })
    await someHave('1:2')
    await rotation.set({ keyVersion: 1 })
    await someHave('1:1')
    await rotation.set({ keyVersion: 2 })
    await rotation.completes('1:2')
    expect(watch.holding('to-and-fro')).toEqual({ '1:2': 60 })
    expect(watch.mintedInVain('to-and-fro')).toEqual([])
    await eventually(async () => {
      const reasons = (await rotation.events()).map(event => event.split(':')[0])
      expect(reasons.filter(reason => reason === 'RolloutStarted')).toHaveLength(2)
      expect(reasons.filter(reason => reason === 'RollingBack')).toHaveLength(1)
      return true
    })
    expect(fingerprintOf(await rotation.status(), 2)).toBe((await handover(rotation))['fingerprint'])
  })

  test('bumped twice in mid-course: everybody ends at the last, and nobody was moved twice to one', async () => {
    const rotation = await Rotation.open(world, watch, {
      name: 'twice',
      tenants: 12,
      spec: { rollout: halfway },
    })
    await rotation.set({ keyVersion: 2 })
    const half = slotsBelow('twice', 12, 500)
    for (const [version, pair] of [
      [3, '1:2'],
      [4, '1:3'],
    ] as const) {
      await eventually(() => watch.holders('twice', pair).length === half.length, {
        what: `half has ${pair}`,
      })
      expect(watch.holders('twice', pair)).toEqual(half)
      await rotation.set({ keyVersion: version })
    }
    await eventually(() => watch.holders('twice', '1:4').length === half.length, { what: 'half has 1:4' })
    await rotation.set(onward)
    await rotation.completes('1:4')
    expect(watch.holding('twice')).toEqual({ '1:4': 12 })
    expect(watch.mintedTwice('twice')).toEqual([])
    // Only those whose slots were admitted got the pairs on the way.
    const made = (pair: string) =>
      new Set(
        watch
          .tokens('twice')
          .filter(seen => seen.pair === pair)
          .map(seen => seen.tenant),
      )
    expect(made('1:2').size).toBe(half.length)
    expect(made('1:3').size).toBe(half.length)
  })
})

describe('a key that is not what its version was', () => {
  const generate = () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    return {
      private: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      public: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    }
  }
  const bring = (name: string, pem: string): Promise<void> =>
    world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'datalens' },
      stringData: { 'private.pem': pem },
    })
  const says = async (rotation: Rotation, reason: string): Promise<void> => {
    await eventually(async () => {
      const found = rotation.condition(await rotation.status(), 'Ready')
      if (!found.startsWith(`False ${reason}`)) throw new Error(found)
      return true
    })
  }

  test('DataLens’s: the same version with another, or the same under another, changes nothing', async () => {
    const rotation = await Rotation.open(world, watch, { name: 'theirs', tenants: 3 })
    await rotation.set({ dataLens: { publicKey: generate().public } })
    await says(rotation, 'KeyVersionReused')
    await rotation.fence('in-spite-of-it')
    await rotation.set({ dataLens: { ...rotation.dataLens(1), keyVersion: 2 } })
    await says(rotation, 'KeyInvalid')
    await rotation.fence('in-spite-of-that')
    expect(watch.holding('theirs')).toEqual({ '1:1': 5 })
    await rotation.set({ dataLens: rotation.dataLens(2) })
    await rotation.completes('2:1')
    expect(watch.holding('theirs')).toEqual({ '2:1': 5 })
    expect(watch.mintedTwice('theirs')).toEqual([])
  })

  test('ours: the same under another is refused, and an edited source is not read again', async () => {
    const own = generate()
    await bring('own-key', own.private)
    const spec = { privateKeySecretRef: { name: 'own-key' } }
    const rotation = await Rotation.open(world, watch, { name: 'ours', tenants: 3, spec })
    const before = await rotation.status()
    await bring('own-key', generate().private)
    await rotation.fence('in-spite-of-it')
    const after = await rotation.status()
    expect(fingerprintOf(after, 1)).toBe(fingerprintOf(before, 1))
    expect(rotation.condition(after, 'Ready')).toMatch(/^True Ready/)
    await bring('own-key', own.private)
    await rotation.set({ keyVersion: 2 })
    await says(rotation, 'KeyInvalid')
    await rotation.fence('in-spite-of-that')
    expect(watch.holding('ours')).toEqual({ '1:1': 5 })
    expect(watch.mintedTwice('ours')).toEqual([])
    await bring('other-key', generate().private)
    await rotation.set({ privateKeySecretRef: { name: 'other-key' } })
    await rotation.completes('1:2')
  })
})

test('the status is written once a step, and at most every 5 s while counts grow', async () => {
  const rollout = { batch: { percent: 10, interval: '0s' } }
  const rotation = await Rotation.open(world, watch, { name: 'writes', tenants: 80, spec: { rollout } })
  const ending = new AbortController()
  onTestFinished(() => ending.abort())
  const steps = new Set<string>()
  let writes = 0
  const source = world.partnerKeys.listWatch({
    namespace: 'datalens',
    fieldSelector: 'metadata.name=writes',
  })
  const note = ({ type, object }: ObjectEvent<PartnerKey>): void => {
    // What was there before.
    if (type === 'added') return
    const { observedGeneration, rollout: at } = object.status ?? {}
    steps.add(JSON.stringify([observedGeneration, at?.phase, at?.phaseSince, at?.admittedPermille]))
    writes += 1
  }
  const onGap = () => expect.fail('the watch has a gap')
  const { ended } = await follow(source, { note, onGap }, ending.signal)
  const started = performance.now()
  await rotation.set({ keyVersion: 2 })
  await rotation.completes('1:2')
  const seconds = (performance.now() - started) / 1000
  ending.abort()
  await ended
  // One of them is the edit itself.
  expect(steps.size).toBeGreaterThanOrEqual(11)
  expect(writes).toBeLessThanOrEqual(1 + steps.size + Math.ceil(seconds / 5))
})

test('no Secret ever held a useless token, and nothing is left askew', async () => {
  expect(watch.problems()).toEqual([])
  await expectInvariants(world)
})
