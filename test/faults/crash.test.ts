/**
 * Nothing half-made: the operator is ended with SIGKILL right before and right after each of its external calls,
 * and started again. Whatever the moment, it must end in the very state that an undisturbed run ends in.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CrashGate, type Effect, type Moment } from '../proxies/crash-gate.ts'
import {
  concernOf,
  keyBumped,
  newConnection,
  newPartnerKey,
  newTenant,
  prematureTokens,
  tenantDeleted,
  type Scenario,
} from '../scenarios/crash-scenarios.ts'
import { eventually } from '../time/eventually.ts'
import { FaultProxy } from '../proxies/fault-proxy.ts'
import { expectInvariants } from '../watchers/invariants.ts'
import { SecretHistory } from '../watchers/secret-history.ts'
import { settled } from '../watchers/settled.ts'
import { startWorld, type RunningOperator, type World } from '../cluster/world.ts'

let world: World
let proxy: FaultProxy
let gate: CrashGate
let history: SecretHistory
let operator: RunningOperator
const ids: string[] = []
const covered: string[] = []

async function start(): Promise<void> {
  operator = await world.startOperator({ kubeconfig: proxy.kubeconfigPath })
}

beforeAll(async () => {
  world = await startWorld({ replicas: 2 })
  proxy = await FaultProxy.start(await world.operatorKubeconfig())
  gate = new CrashGate(world, proxy)
  history = await SecretHistory.start(world)
  await start()
  await world.connect({ sweep: { grace: '0s', limit: 100_000 }, dropAfter: '0s' })
  const tenants = { namespaces: { from: 'All' }, databases: ['*'], allowDrop: true }
  await world.apply(world.partnerKey('acme', { tenants }))
})
afterAll(async () => {
  await history.close()
  await world.close()
  await proxy.close()
})

test.each([
  ['a connection’s first reconcile', newConnection],
  ['a PartnerKey’s first reconcile', newPartnerKey],
  ['a tenant’s first reconcile', newTenant],
  ['a bump of the key version', keyBumped],
  ['a tenant’s deletion', tenantDeleted],
])('%s, stopped before and after each call, ends the same', { timeout: 400_000 }, async (_name, make) => {
  const scenario = make(world)
  const undisturbed = await runUndisturbed(scenario)
  const moments = undisturbed.effects.flatMap(effect =>
    (['before', 'after'] as const).map(moment => ({ effect, moment })),
  )
  const runs = moments.map((run, index) => ({ ...run, id: idOf(scenario, index + 1) }))
  await scenario.prepare(runs.map(({ id }) => id))
  for (const run of runs) await stopAt(scenario, run, undisturbed)
  // A state that only seemed to be the end shows itself by now.
  for (const { id } of runs) expect(await scenario.state(id)).toEqual(undisturbed.state)
  await scenario.tidy?.(runs.map(({ id }) => id))
  covered.push(`${scenario.name}: ${undisturbed.effects.length} calls, ${runs.length} stops`)
})

test('no invariant is broken in the end, and no Secret ever held a wrong token', async () => {
  process.stdout.write(`stopped by SIGKILL, and went on to the same end:\n  ${covered.join('\n  ')}\n`)
  await expectInvariants(world, {
    history,
    departed: ids.filter(id => id.includes('zqd')).map(id => `${id}_db`),
    readers: ['datalens'],
  })
})

interface Undisturbed {
  readonly effects: readonly Effect[]
  readonly state: unknown
}

async function runUndisturbed(scenario: Scenario): Promise<Undisturbed> {
  const id = idOf(scenario, 0)
  const concern = concernOf(scenario, id)
  await scenario.prepare([id])
  await gate.reset()
  await scenario.act(id)
  await eventually(() => scenario.isDone(id), { what: `${scenario.name} undisturbed`, deadlineMs: 60_000 })
  const effects = await settled(() => gate.effects(concern))
  return { effects, state: await scenario.state(id) }
}

interface Stop {
  readonly id: string
  readonly effect: Effect
  readonly moment: Moment
}

async function stopAt(scenario: Scenario, { id, effect, moment }: Stop, { effects, state }: Undisturbed) {
  const where = `${scenario.name}, ${moment} ${effect.at} ${effect.what} (${effect.nth})`
  const concern = concernOf(scenario, id)
  await gate.reset()
  await gate.close(effect, moment, concern)
  await scenario.act(id)
  await gate.reached(effect).catch(async error => {
    throw new Error(`${where}: ${error}\n${JSON.stringify(await gate.effects(concern), null, 1)}`)
  })
  await operator.kill()
  const partnerKey = scenario.letter === 'b' ? `acme-${id}` : 'acme'
  expect(await prematureTokens(world, id, partnerKey), where).toEqual([])
  await gate.open()
  await start()
  await eventually(() => scenario.isDone(id), { what: where, deadlineMs: 60_000 })
  const sameEnd = async (): Promise<true> => {
    expect(await scenario.state(id), where).toEqual(state)
    return true
  }
  await eventually(sameEnd, { what: where, deadlineMs: 60_000, everyMs: 500 })
  const calls = (await gate.effects(concern)).length
  expect(calls, `calls with an effect: ${where}`).toBeLessThanOrEqual(2 * effects.length + 2)
}

function idOf({ letter }: Scenario, index: number): string {
  const id = `zq${letter}${index}z`
  ids.push(id)
  return id
}
