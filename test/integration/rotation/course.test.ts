/** A rotation that is paused, promoted, stopped and undone, and what tenants can and cannot do about it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findCondition } from '../../../src/api/conditions.ts'
import { annotations } from '../../../src/api/labels.ts'
import { slotOf } from '../../../src/tenancy/slots.ts'
import { eventually } from '../../time/eventually.ts'
import { FaultProxy } from '../../proxies/fault-proxy.ts'
import { atOnce, canaryFirst, Rotation } from '../../scenarios/rotation.ts'
import { TokenWatch } from '../../watchers/token-watch.ts'
import { startWorld, type World } from '../../cluster/world.ts'

const forever = new AbortController().signal
const workers = 8
let world: World
let watch: TokenWatch
let proxy: FaultProxy

beforeAll(async () => {
  world = await startWorld()
  watch = await TokenWatch.start(world)
  proxy = await FaultProxy.start(await world.operatorKubeconfig())
  const args = ['--workers', String(workers)]
  await world.startOperator({ args, kubeconfig: proxy.kubeconfigPath })
  await world.connect()
})
afterAll(async () => {
  await watch.close()
  await world.close()
  await proxy.close()
})

const reject = (key: string, pair: string | null) =>
  world.tenants.mergePatch(key, { metadata: { annotations: { [annotations.rejected]: pair } } }, forever)

describe('a pause', () => {
  test('in mid-course holds, and going on changes nobody twice', async () => {
    const rotation = await Rotation.open(world, watch, { name: 'pause', tenants: 150 })
    await rotation.set({ keyVersion: 2 })
    await eventually(() => watch.holders('pause', '1:2').length >= 20, { everyMs: 2 })
    await rotation.set({ rollout: { paused: true } })
    const { version: toldAt } = await rotation.phase('Paused')
    await rotation.fence('after-pause')
    const moved = watch.holders('pause', '1:2')
    const late = watch.tokens('pause').filter(({ pair, version }) => pair === '1:2' && version > toldAt)
    expect(moved.length).toBeLessThan(150)
    expect(late.length).toBeLessThanOrEqual(workers)
    await rotation.fence('later')
    expect(watch.holders('pause', '1:2')).toEqual(moved)

    await rotation.set({ rollout: { paused: false } })
    await rotation.completes('1:2')
    expect(watch.holding('pause')).toEqual({ '1:2': 152 })
    expect(watch.mintedTwice('pause')).toEqual([])
  })
})

describe('a pause that comes while every worker is at a Secret', () => {
  test('lets each of them finish that one, and begin no other', async () => {
    const rotation = await Rotation.open(world, watch, { name: 'held', tenants: 60 })
    const goOn = Promise.withResolvers<void>()
    const writes = { method: 'PUT', path: /\/held\/secrets\// }
    const waiting = (): number => proxy.requests(writes).filter(({ fault }) => fault === 'hold').length
    const stopHolding = proxy.inject({ kind: 'hold', until: goOn.promise }, writes)
    await rotation.set({ keyVersion: 2 })
    await eventually(() => waiting() === workers, { what: 'every worker waits for its write' })
    expect(watch.holders('held', '1:2')).toEqual([])
    await rotation.set({ rollout: { paused: true } })
    await rotation.phase('Paused')
    stopHolding()
    goOn.resolve()
    await rotation.fence('after-pause')
    expect(watch.holders('held', '1:2')).toHaveLength(workers)

    await rotation.set({ rollout: { paused: false } })
    await rotation.completes('1:2')
    expect(watch.holding('held')).toEqual({ '1:2': 61 })
    expect(watch.mintedTwice('held')).toEqual([])
  })
})

describe('a canary', () => {
  test('that nobody is selected by is said to tell nothing; promotion by hand is waited for', async () => {
    const canary = { ...canaryFirst, promotion: 'Manual' }
    const rotation = await Rotation.open(world, watch, {
      name: 'empty',
      tenants: 3,
      spec: { rollout: { ...atOnce, canary } },
    })
    await rotation.set({ keyVersion: 2 })
    const { rollout } = await rotation.phase('AwaitingPromotion')
    expect(rollout.message).toContain('The canary is empty')
    expect(rollout.message).toContain('spec.rollout.promoted to "1:2"')
    await rotation.set({ rollout: { promoted: '1:1' } })
    await rotation.fence('after-wrong-word')
    expect(watch.holders('empty', '1:2')).toEqual([])
    await rotation.set({ rollout: { promoted: '1:2' } })
    await rotation.completes('1:2')
  })

  test('whose token DataLens refuses lets nobody else move; setting the version back restores at once', async () => {
    const spec = {
      rollout: { batch: { percent: 10, interval: '1h' }, canary: { ...canaryFirst, soak: '1h' } },
    }
    const rotation = await Rotation.open(world, watch, { name: 'refused', tenants: 8, canaries: 2, spec })
    await rotation.set({ keyVersion: 2 })
    await rotation.phase('Soaking')
    expect(watch.holders('refused', '1:2')).toEqual(['t0', 't1'])
    await reject('refused/t1', '1:2')
    await rotation.set({ rollout: { canary: { soak: '0s' } } })
    const stopped = await rotation.phase('Stopped')
    expect(stopped.rollout.failedTenants).toEqual(['refused/t1'])
    expect(stopped.rollout.message).toContain('refused/t1 (DataLens refused its token)')
    expect(stopped.rollout.message).toContain('set the key versions back to 1:1')
    expect(rotation.condition(stopped, 'Ready')).toMatch(/^False RolloutStopped/)
    expect(watch.holders('refused', '1:2')).toEqual(['t0', 't1'])

    await rotation.set({ keyVersion: 1 })
    await rotation.completes('1:1')
    expect(watch.holding('refused')).toEqual({ '1:1': 8 })
    const turns = await eventually(async () => {
      const events = (await rotation.events()).filter(event => /^(Roll|Canary)/.test(event))
      return events.at(-1)?.startsWith('RolloutCompleted') === true && events
    })
    expect(turns).toEqual([
      expect.stringMatching(/^RolloutStarted: From 1:1 to 1:2/),
      expect.stringMatching(/^CanaryDone: /),
      expect.stringMatching(/^RolloutStopped: On the way from 1:1 to 1:2/),
      expect.stringMatching(/^RollingBack: Back to 1:1/),
      expect.stringMatching(/^RolloutCompleted: To 1:1/),
    ])
  })

  test('that the operator has no right to serve stops it, and goes on by itself once it has', async () => {
    const spec = { rollout: { ...atOnce, canary: canaryFirst, progressDeadline: '10s' } }
    const rotation = await Rotation.open(world, watch, { name: 'rights', tenants: 5, canaries: 1, spec })
    const giveBack = await takeSecretRights('rights')
    await rotation.set({ keyVersion: 2 })
    const stopped = await rotation.phase('Stopped')
    expect(stopped.rollout.failedTenants).toEqual(['rights/t0'])
    expect(stopped.rollout.message).toContain('rights/t0 (OperatorForbidden)')
    const tenant = await world.tenants.get('rights/t0', forever)
    const trouble = findCondition(tenant?.status?.conditions, 'Reconciling')
    expect(`${trouble?.reason}: ${trouble?.message}`).toMatch(
      /^OperatorForbidden: .* no right to update Secrets/,
    )
    expect(findCondition(tenant?.status?.conditions, 'Ready')?.status).toBe('True')
    expect(tenant?.status?.token?.pair).toBe('1:1')
    expect(watch.holding('rights')).toEqual({ '1:1': 5 })

    await giveBack()
    await rotation.completes('1:2', 90_000)
    expect(watch.mintedTwice('rights')).toEqual([])
  })

  test('that the operator has no right to serve is undone at once, without the right', async () => {
    const spec = { rollout: { ...atOnce, canary: canaryFirst, progressDeadline: '10s' } }
    const rotation = await Rotation.open(world, watch, { name: 'undone', tenants: 4, canaries: 1, spec })
    const giveBack = await takeSecretRights('undone')
    await rotation.set({ keyVersion: 2 })
    await rotation.phase('Stopped')
    await rotation.set({ keyVersion: 1 })
    const { rollout } = await rotation.completes('1:1')
    expect(rollout).toMatchObject({ updated: 4, total: 4, failed: 0 })
    await giveBack()
    await rotation.fence('afterwards')
    expect(watch.tokens('undone').map(({ pair }) => pair)).toEqual(Array(5).fill('1:1'))
  })
})

/** Rights on Secrets everywhere but in one namespace. */
async function takeSecretRights(namespace: string): Promise<() => Promise<void>> {
  interface Role {
    readonly metadata: object
    readonly rules: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[]
  }
  const role = JSON.parse(await world.kubectl(['get', 'clusterrole', 'lenskeeper', '-o', 'json'])) as Role
  const isSecrets = ({ resources }: { readonly resources: readonly string[] }): boolean =>
    resources.includes('secrets')
  const reading = role.rules.map(rule =>
    isSecrets(rule) ? { ...rule, verbs: ['get', 'list', 'watch'] } : rule,
  )
  const setRules = (rules: Role['rules']): Promise<string> =>
    world.kubectl(['patch', 'clusterrole', 'lenskeeper', '--type=merge', '-p', JSON.stringify({ rules })])
  const all = (await world.namespaces.list({}, forever)).map(({ metadata }) => metadata.name)
  const others = all.filter(other => other !== namespace)
  const rbac = 'rbac.authorization.k8s.io'
  const meta = (other: string) => ({ name: 'secrets-here', namespace: other })
  await world.apply(
    ...others.flatMap(other => [
      {
        apiVersion: `${rbac}/v1`,
        kind: 'Role',
        metadata: meta(other),
        rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['*'] }],
      },
      {
        apiVersion: `${rbac}/v1`,
        kind: 'RoleBinding',
        metadata: meta(other),
        roleRef: { apiGroup: rbac, kind: 'Role', name: 'secrets-here' },
        subjects: [{ kind: 'ServiceAccount', name: 'lenskeeper', namespace: 'lenskeeper-system' }],
      },
    ]),
  )
  await setRules(reading)
  return async () => void (await setRules(role.rules))
}

describe('failures', () => {
  test('beyond maxFailures stop it, and one that is mended lets it go on', async () => {
    const rollout = { batch: { percent: 50, interval: '1h' }, maxFailures: 1 }
    const rotation = await Rotation.open(world, watch, { name: 'failures', tenants: 12, spec: { rollout } })
    await rotation.set({ keyVersion: 2 })
    const { updated } = (
      await rotation.reaches(
        status => status.rollout?.admittedPermille === 500 && watch.holders('failures', '1:2').length > 2,
        'the first batch is done',
      )
    ).rollout
    const moved = watch.holders('failures', '1:2')
    expect(moved.length).toBeGreaterThanOrEqual(updated)
    const [one = '', other = ''] = moved
    await reject(`failures/${one}`, '1:2')
    const tolerated = await rotation.reaches(({ rollout: now }) => now?.failed === 1, 'one has failed')
    expect(tolerated.rollout.phase).toBe('Rolling')
    expect(tolerated.rollout.message).toContain('(up to 1 may)')
    await reject(`failures/${other}`, '1:2')
    const stopped = await rotation.phase('Stopped')
    expect(stopped.rollout.failedTenants).toEqual([`failures/${one}`, `failures/${other}`])
    await reject(`failures/${other}`, null)
    await rotation.phase('Rolling')
    await rotation.set({ rollout: { batch: { interval: '0s' } } })
    await rotation.completes('1:2')
    expect(watch.mintedTwice('failures')).toEqual([])
  })

  test('of a namespace’s own are skipped and named, and hold nobody up', async () => {
    const spec = {
      rollout: { ...atOnce, canary: canaryFirst, maxFailures: 0, progressDeadline: '10s' },
      tenants: { namespaces: { from: 'All' }, databases: ['own_faults_t*'] },
    }
    // In the canary too: those who go first can stop it no more than others.
    const rotation = await Rotation.open(world, watch, { name: 'own-faults', tenants: 7, canaries: 4, spec })
    const stranger = await someoneElse('own-faults')
    await world.secrets.mergePatch(
      'own-faults/t0-datalens',
      { metadata: { ownerReferences: [stranger] } },
      forever,
    )
    await world.tenants.mergePatch('own-faults/t1', { spec: { suspend: true } }, forever)
    await allowNoMoreSecrets('own-faults')
    await world.tenants.mergePatch('own-faults/t2', { spec: { secret: { name: 'renamed' } } }, forever)
    await world.tenantIs('own-faults/t0', 'False', 'SecretConflict')
    await rotation.set({
      keyVersion: 2,
      tenants: {
        databases: [
          'own_faults_t0',
          'own_faults_t1',
          'own_faults_t2',
          'own_faults_t4',
          'own_faults_t5',
          'own_faults_t6',
        ],
      },
    })
    const { rollout, keys } = await rotation.completes('1:2')
    expect(rollout.skippedTenants).toEqual([
      'own-faults/t0',
      'own-faults/t1',
      'own-faults/t2',
      'own-faults/t3',
    ])
    expect(rollout.failed).toBe(0)
    for (const why of [
      't0 (its Secret is not its own)',
      't1 (suspended)',
      't2 (its namespace refuses the Secret)',
    ]) {
      expect(rollout.message).toContain(`own-faults/${why}`)
    }
    expect(rollout.message).toContain('and 1 more')
    expect(watch.holders('own-faults', '1:2')).toEqual(['t4', 't5', 't6'])
    const former = keys?.find(({ side, version }) => side === 'Partner' && version === 1)
    expect(former).toMatchObject({ state: 'Superseded', tokens: 4 })
  })
})

test('faults of a namespace’s own that begin in mid-course hold nobody up either', async () => {
  const spec = {
    rollout: { batch: { percent: 50, interval: '1h' }, maxFailures: 0, progressDeadline: '10s' },
  }
  const rotation = await Rotation.open(world, watch, { name: 'mid-faults', tenants: 12, spec })
  await rotation.set({ keyVersion: 2 })
  const names = Array.from({ length: 12 }, (_, at) => `t${at}`)
  const [taken = '', idle = '', ...later] = names.filter(name => slotOf('mid-faults', name) >= 500)
  expect(later.length).toBeGreaterThan(0)
  const early = names.filter(name => slotOf('mid-faults', name) < 500).toSorted()
  await eventually(() => watch.holders('mid-faults', '1:2').length === early.length, {
    what: 'the first half',
  })

  const stranger = await someoneElse('mid-faults')
  const ownedByAnother = { metadata: { ownerReferences: [stranger] } }
  await world.secrets.mergePatch(`mid-faults/${taken}-datalens`, ownedByAnother, forever)
  await world.tenantIs(`mid-faults/${taken}`, 'False', 'SecretConflict')
  await world.tenants.mergePatch(`mid-faults/${idle}`, { spec: { suspend: true } }, forever)
  await rotation.set({ rollout: { batch: { interval: '0s' } } })
  const { rollout } = await rotation.completes('1:2')
  expect(rollout).toMatchObject({ failed: 0, skipped: 2 })
  expect(rollout.skippedTenants?.toSorted()).toEqual([`mid-faults/${taken}`, `mid-faults/${idle}`].toSorted())
  expect(watch.holders('mid-faults', '1:2')).toEqual([...early, ...later].toSorted())
})

test('a Secret that somebody changes without end is the namespace’s own fault', async () => {
  const spec = { rollout: { ...atOnce, canary: canaryFirst, maxFailures: 0, progressDeadline: '10s' } }
  const rotation = await Rotation.open(world, watch, { name: 'unrest', tenants: 3, canaries: 1, spec })
  const filter = { method: 'PUT', path: /unrest\/secrets\/t0-datalens$/ }
  const leaveInPeace = proxy.inject({ kind: 'status', status: 409 }, filter)
  await rotation.set({ keyVersion: 2 })
  const { rollout } = await rotation.completes('1:2')
  expect(rollout.skippedTenants).toEqual(['unrest/t0'])
  expect(watch.holders('unrest', '1:2')).toEqual(['t1', 't2'])
  leaveInPeace()
  await eventually(() => watch.holding('unrest')['1:2'] === 3, { what: 'it moves too' })
})

test('a Secret that somebody fills to the brim is the namespace’s own fault', async () => {
  const spec = { rollout: { ...atOnce, canary: canaryFirst, maxFailures: 0, progressDeadline: '10s' } }
  const rotation = await Rotation.open(world, watch, { name: 'brim', tenants: 3, canaries: 1, spec })
  await fillToTheBrim('brim/t0-datalens')
  await rotation.set({ keyVersion: 2 })
  const { rollout } = await rotation.completes('1:2')
  expect(rollout.skippedTenants).toEqual(['brim/t0'])
  expect(rollout.message).toContain('brim/t0 (its namespace refuses the Secret)')
  expect(watch.holders('brim', '1:2')).toEqual(['t1', 't2'])
  const notes = { metadata: { annotations: { pad: null } } }
  await world.secrets.mergePatch('brim/t0-datalens', notes, forever)
  await eventually(() => watch.holding('brim')['1:2'] === 3, { what: 'it moves too, once there is room' })
  const moved = await world.secrets.get('brim/t0-datalens', forever)
  expect(moved?.data?.['pad']).toHaveLength(Math.ceil(1_046_000 / 3) * 4)
})

/** Takes what room there is, and at last the token's own: a stump with the versions is left of it. */
async function fillToTheBrim(key: string): Promise<void> {
  const patch = (patched: object): Promise<boolean> =>
    world.secrets.mergePatch(key, patched, forever).then(
      () => true,
      () => false,
    )
  let count = 0
  const pads = (more: number) => {
    const prefix = Array.from({ length: 3 }, () => 'x'.repeat(60)).join('.')
    const names = Array.from({ length: more }, (_, at) => `${prefix}/pad-${count + at}`)
    return { metadata: { labels: Object.fromEntries(names.map(name => [name, 'x'.repeat(60)])) } }
  }
  expect(await patch({ data: { pad: Buffer.alloc(1_046_000, 'x').toString('base64') } })).toBe(true)
  expect(await patch({ metadata: { annotations: { pad: 'x'.repeat(259_000) } } })).toBe(true)
  for (let step = 2_048; step >= 1; step /= 2) if (await patch(pads(step))) count += step
  // In one write: the operator would put the token back at once.
  const token = Buffer.from('1:1:').toString('base64')
  let more = 3
  while (more > 0 && !(await patch({ ...pads(more), data: { token } }))) more -= 1
  expect(more).toBeGreaterThan(0)
}

/** An owner that exists: otherwise the garbage collector removes what it owns. */
async function someoneElse(namespace: string): Promise<object> {
  const made = await world.configMaps.create({ metadata: { name: 'someone-else', namespace } }, forever)
  return { apiVersion: 'v1', kind: 'ConfigMap', name: 'someone-else', uid: made.metadata.uid }
}

/** No quota controller runs here, so the quota's status is written by hand. */
async function allowNoMoreSecrets(namespace: string): Promise<void> {
  const none = { 'count/secrets': '0' }
  const metadata = { name: 'none', namespace }
  await world.apply({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: none } })
  const status = JSON.stringify({ status: { hard: none, used: none } })
  const patch = ['--subresource=status', '--type=merge', '-p', status]
  await world.kubectl(['patch', 'resourcequota', 'none', '-n', namespace, ...patch])
  const probe = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'probe', namespace } }
  const refused = (): Promise<boolean> =>
    world.kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(probe)).then(
      () => false,
      () => true,
    )
  await eventually(refused, { what: 'the quota is in force' })
}

test('nowhere did a Secret ever hold a token that was useless or that its fields did not fit', () => {
  // This one was put there by the test that fills a Secret to the brim.
  expect(watch.problems()).toEqual(['a token of brim/t0, 1:1, is useless'])
})
